/** Ranges of IPv4 addresses as prefixes (RFC 4632 §3.1). */

export interface Ipv4Range {
  /** The first address, as a number of 32 bits. */
  first: number
  prefixBits: number
}

/** `10.0.0.0/8`, or one address. Undefined for anything else, bits set behind the prefix included. */
export function parseRange(text: string): Ipv4Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text)
  if (!match) return undefined
  const octets = match.slice(1, 5)
  // A zero in front means octal to some readers of addresses.
  if (octets.some((octet) => Number(octet) > 255 || /^0\d/.test(octet))) return undefined
  const prefixBits = Number(match[5] ?? 32)
  const first = octets.reduce((sum, octet) => sum * 256 + Number(octet), 0)
  if (prefixBits > 32 || first % sizeOf(prefixBits) !== 0) return undefined
  return { first, prefixBits }
}

export function formatRange({ first, prefixBits }: Ipv4Range): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256)
  return `${octets.join('.')}/${prefixBits}`
}

/** Whether all of `inner` lies in `outer`. */
export function holds(outer: Ipv4Range, inner: Ipv4Range): boolean {
  const offset = inner.first - outer.first
  return offset >= 0 && offset + sizeOf(inner.prefixBits) <= sizeOf(outer.prefixBits)
}

const sizeOf = (prefixBits: number): number => 2 ** (32 - prefixBits)
