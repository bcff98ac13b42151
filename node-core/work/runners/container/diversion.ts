/**
 * An instance may listen at the very port at which it asks another: one that answers at every address of its
 * network has that port to itself, and the forwarder cannot open it at a name's address. So what goes to
 * such an address and port is led to another port of the forwarder's, by a rule in the instance's own
 * network (docs/adr/0034). Pure.
 */
import { DIVERTED_PORT_FIRST } from './limits.ts'

/** Where the forwarder listens instead, by `address:port`. */
export type Diversion = Readonly<Record<string, number>>

/** @param own TCP ports of the instance. */
export function diversionOf(addresses: readonly string[], own: readonly number[]): Diversion {
  const ports = [...new Set(own)]
  const diverted: Record<string, number> = {}
  let next = DIVERTED_PORT_FIRST
  for (const address of addresses) {
    for (const port of ports) {
      while (ports.includes(next)) next++
      diverted[`${address}:${port}`] = next++
    }
  }
  return diverted
}

/** As `iptables-restore` reads it. */
export function diversionRules(diverted: Diversion): string {
  const rules = Object.entries(diverted).map(([from, to]) => {
    const [address, port] = from.split(':')
    return `-A OUTPUT -d ${address}/32 -p tcp --dport ${port} -j REDIRECT --to-ports ${to}`
  })
  return ['*nat', ...rules, 'COMMIT', ''].join('\n')
}
