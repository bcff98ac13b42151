import type { DeployInput } from '../../../node-core/api/contract/index.ts'

export type Egress = NonNullable<DeployInput['egress']>
export type ReachKind = 'none' | 'list' | 'all'

/** `api.example.org:443,8443` or `203.0.113.0/24:53/udp`, one to a line. */
export function parseEgress(text: string): { rules: Exclude<Egress, string>; wrongLine?: number } {
  const rules: Exclude<Egress, string> = []
  for (const [index, line] of text.split('\n').entries()) {
    const said = line.trim()
    if (said === '') continue
    const match = /^([^:\s]+):(\d{1,5}(?:,\d{1,5})*)(\/udp)?$/.exec(said)
    const [, where = '', ports = '', udp] = match ?? []
    if (!match) return { rules, wrongLine: index + 1 }
    const to = /^[\d./]+$/.test(where) ? { address: where } : { host: where }
    rules.push({ ...to, ports: ports.split(',').map(Number), ...(udp && { protocol: 'udp' }) })
  }
  return { rules }
}

/** As people write it, and as flags take it. */
export function formatEgress(egress: Egress): string[] {
  if (typeof egress === 'string') return [egress]
  return egress.map(({ host, address, ports, protocol }) => {
    return `${host ?? address}:${ports.join(',')}${protocol === 'udp' ? '/udp' : ''}`
  })
}
