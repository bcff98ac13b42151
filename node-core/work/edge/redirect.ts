/** Where a request on the plain port goes on over TLS (docs/adr/0032). Pure. */
import type { Refusal } from './refusal.ts'
import type { Hosts, Route } from './route.ts'

/** What is known of the TLS port. */
export interface SecurePort {
  /** 0 while it is not open. */
  port: number
  /** Whether there is a certificate for a name. */
  covers(name: string): boolean
}

/**
 * The same over TLS: under the name that was asked for, else under the workload's own. Undefined for a
 * path route, or where there is no certificate for either.
 */
export function secureAddress(
  { host, workload, path, prefix }: Omit<Route, 'zoned'>,
  { zones }: Pick<Hosts, 'zones'>,
  { port, covers }: SecurePort,
): string | undefined {
  if (prefix !== '' || port === 0) return undefined
  const [, asked = '', askedPort] = /^(.*?)(:\d*)?$/.exec(host) ?? []
  const names = [asked.toLowerCase(), ...zones.map((zone) => workload + zone)]
  const name = names.find(covers)
  if (name === undefined) return undefined
  // Whoever names no port came through 80, which somebody leads here; so is 443, then.
  const at = askedPort === undefined || port === 443 ? '' : `:${port}`
  return `https://${name}${at}${path}`
}

/** A WebSocket's client follows nowhere. The query may hold a pass, which is not said again. */
export function notInTheClear(secureAddress: string): Refusal {
  const address = secureAddress.replace(/^https/, 'wss').replace(/\?.*$/s, '')
  const reason = `This workload takes WebSockets over TLS alone. Open it at ${address}`
  return { status: 403, code: 'FORBIDDEN', reason }
}
