/** Where a node is, as far as its word and its addresses tell. */
import type { BackboneNode } from './index.ts'
import { SITE_LENGTH_MAX } from './limits.ts'

/**
 * The label `site`; else the network of its first address that the world can dial, else of its first
 * one: /24 and /48. Two homes may both say 192.168.1: that costs a preference and nothing else.
 */
export function siteOf(
  labels: Readonly<Record<string, string>>,
  addresses: readonly string[],
): BackboneNode['site'] {
  const label = labels.site?.trim()
  if (label) return label.slice(0, SITE_LENGTH_MAX)
  const networks = addresses.flatMap((address) => networkOf(address) ?? [])
  return networks.find((network) => !isPrivate(network)) ?? networks[0] ?? ''
}

/** Of a multiaddr: `10.1.2` of /ip4/10.1.2.3/tcp/4000. */
function networkOf(address: string): string | undefined {
  const [, kind, host = ''] = address.split('/')
  if (kind === 'ip4') return host.startsWith('127.') ? undefined : host.split('.', 3).join('.')
  if (kind === 'ip6') return host === '::1' ? undefined : host.split(':', 3).join(':')
  return undefined
}

function isPrivate(network: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cde])/.test(
    network,
  )
}
