/**
 * What the names in an instance lead to (docs/adr/0034): a workload reaches those that its manifest
 * names under `uses`, of its own owner, at every TCP port that they declare, or that their image does. Pure.
 */
import { type DesiredWorkload, listeningOf, type Use } from '../spec/index.ts'

/** One name of an instance, and what is behind it. */
export interface Lead extends Use {
  /** On the instance's own loopback; the same for as long as the manifest is. */
  address: string
  /** TCP, in order. */
  ports: number[]
  /** Why it leads nowhere. */
  why?: LeadsNowhere
}

export type LeadsNowhere =
  /** Nobody has deployed it, or it was deleted. */
  | 'NOT_DEPLOYED'
  /** Names are not shared between owners. */
  | 'ANOTHER_OWNERS'
  | 'NO_TCP_PORT'

export function leadsOf(
  self: DesiredWorkload,
  desired: (name: string) => DesiredWorkload | undefined,
): Lead[] {
  return self.workload.uses.map((use, index) => {
    const there = { ...use, address: addressOf(index) }
    const other = desired(use.name)
    if (!other) return { ...there, ports: [], why: 'NOT_DEPLOYED' }
    if (other.owner !== self.owner) return { ...there, ports: [], why: 'ANOTHER_OWNERS' }
    const tcp = listeningOf(other.workload).filter(({ protocol }) => protocol === 'tcp')
    const ports = [...new Set(tcp.map(({ containerPort }) => containerPort))].sort((a, b) => a - b)
    return ports.length > 0 ? { ...there, ports } : { ...there, ports, why: 'NO_TCP_PORT' }
  })
}

/** Far from 127.0.0.1 and 127.0.1.1, where programs and distributions put their own. */
export function addressOf(index: number): string {
  return `127.64.0.${index + 1}`
}

/** For people. */
export function leadText({ as, name, why }: Lead): string | undefined {
  if (why === undefined) return undefined
  const what = as === name ? `“${as}”` : `“${as}” (${name})`
  switch (why) {
    case 'NOT_DEPLOYED':
      return `${what} leads nowhere: nobody has deployed it.`
    case 'ANOTHER_OWNERS':
      return `${what} leads nowhere: it is another owner’s.`
    case 'NO_TCP_PORT':
      return `${what} leads nowhere: it declares no TCP port.`
  }
}
