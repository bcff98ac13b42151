import { holds, type Ipv4Range, parseRange } from './ranges.ts'

/**
 * What a workload never reaches unless the computer's owner opens it. Beside what quality.md names:
 * everything else that is nobody's on the Internet (RFC 6890), since a network at home may use it.
 */
export const SHIELDED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const
const RANGES = SHIELDED_IPV4.flatMap((text) => parseRange(text) ?? [])

/** Whether all of a range, such as `192.168.1.0/24`, is out of reach where nobody has opened it. */
export function rangeIsShielded(text: string): boolean {
  const one = parseRange(text)
  return one === undefined || RANGES.some((range) => holds(range, one))
}

/**
 * Whether an address is out of reach. What is no IPv4 address always is; so are the computer's `own`,
 * behind which its services listen.
 */
export function isShielded(
  address: string,
  opened: readonly Ipv4Range[],
  own: readonly string[] = [],
): boolean {
  const one = parseRange(address)
  if (!one) return true
  const isHome = own.includes(address) || RANGES.some((range) => holds(range, one))
  return isHome && !opened.some((range) => holds(range, one))
}
