/** Multiaddrs in our own words: what may be dialled, which way it leads, and what to try first. */
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { MyceliumError } from '../../base/errors/index.ts'
import type { PeerPath } from './index.ts'
import { ADDRESS_LENGTH_MAX } from './limits.ts'

/** Throws ADDRESS_INVALID. */
export function parseAddress(text: string): Multiaddr {
  const address = readAddress(text)
  if (address) return address
  throw new MyceliumError('ADDRESS_INVALID', 'This is not an address a node can be reached at.', {
    details: { address: text.slice(0, ADDRESS_LENGTH_MAX) },
  })
}

export function readAddress(text: string): Multiaddr | undefined {
  if (text.length > ADDRESS_LENGTH_MAX) return undefined
  try {
    const address = multiaddr(text)
    return address.getComponents().length > 1 ? address : undefined
  } catch {
    // The library has no way of asking first.
    return undefined
  }
}

/** The addresses with the peer's id at their end; those that name another peer are left out. */
export function addressesOf(peerId: string, addresses: readonly string[]): Multiaddr[] {
  return addresses.flatMap((text) => {
    const address = readAddress(text)
    if (!address) return []
    const named = peerIdIn(address)
    if (named === undefined) return [address.encapsulate(`/p2p/${peerId}`)]
    return named === peerId ? [address] : []
  })
}

export function peerIdIn(address: Multiaddr): string | undefined {
  return address.getComponents().findLast((part) => part.name === 'p2p')?.value
}

/** The IP address, when it names one. */
export function hostIn(address: Multiaddr): string | undefined {
  return address.getComponents().find((part) => part.name === 'ip4' || part.name === 'ip6')?.value
}

export function isQuic(address: Multiaddr): boolean {
  return address.getComponents().some((part) => part.name === 'quic-v1')
}

/** How a connection to this address travels. */
export function pathTo(address: Multiaddr): PeerPath {
  if (address.getComponents().some((part) => part.name === 'p2p-circuit')) return 'relayed'
  const host = hostIn(address)
  return host !== undefined && isIn(HOME, host) ? 'lan' : 'direct'
}

/**
 * What to try first: TCP, since it is faster here and its streams have back-pressure of their own;
 * then our own subnets, other private networks, the Internet, and loopback last, where another
 * machine's address leads back to ourselves.
 */
export function createDialOrder(): (a: Multiaddr, b: Multiaddr) => -1 | 0 | 1 {
  const near = new BlockList()
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) {
      const prefix = Number(entry.cidr?.split('/')[1])
      if (entry.internal || Number.isNaN(prefix)) continue
      near.addSubnet(entry.address, prefix, entry.family === 'IPv6' ? 'ipv6' : 'ipv4')
    }
  }
  const distance = (address: Multiaddr): number => {
    const host = hostIn(address)
    const way =
      host === undefined
        ? 2
        : isIn(near, host)
          ? 0
          : isIn(LOOPBACK, host)
            ? 3
            : isIn(HOME, host)
              ? 1
              : 2
    return (isQuic(address) ? 4 : 0) + way
  }
  return (a, b) => {
    const difference = distance(a) - distance(b)
    return difference < 0 ? -1 : difference > 0 ? 1 : 0
  }
}

/** The same addresses, the ones to try first in front. */
export function inDialOrder(addresses: readonly Multiaddr[]): Multiaddr[] {
  return addresses.toSorted(createDialOrder())
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Networks that are not the Internet: private, shared, link-local, loopback. */
const HOME = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  HOME.addSubnet(network, prefix, 'ipv4')
}
HOME.addAddress('::1', 'ipv6')
HOME.addSubnet('fc00::', 7, 'ipv6')
HOME.addSubnet('fe80::', 10, 'ipv6')

export const isLoopback = (host: string): boolean => isIn(LOOPBACK, host)
export const isHome = (host: string): boolean => isIn(HOME, host)

function isIn(list: BlockList, host: string): boolean {
  return list.check(host, host.includes(':') ? 'ipv6' : 'ipv4')
}
