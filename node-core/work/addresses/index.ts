/**
 * Addresses of the Internet, and which of them belong to somebody's home: ranges in the form
 * `203.0.113.0/24`, and what is shielded from workloads (docs/adr/0035). Pure.
 *
 *     isShielded('192.168.1.1', opened) // true, unless a range of `opened` holds it
 */
export {
  formatRange,
  holds,
  type Ipv4Range,
  parseRange,
} from './ranges.ts'
export { isShielded, rangeIsShielded, SHIELDED_IPV4 } from './shielded.ts'
