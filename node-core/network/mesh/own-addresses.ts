/**
 * Which of its addresses a node tells of itself. A server may have dozens, one for each bridge of its
 * engine, and whoever is told more than it takes leaves the rest out blindly, or believes nothing.
 */
import type { NetworkInterfaceInfo } from 'node:os'
import type { Multiaddr } from '@multiformats/multiaddr'
import { hostIn, isHome, isLoopback, isQuic, readAddress } from './addresses.ts'

export interface ToldSettings {
  /** What somebody set: where to listen, and what to tell besides. */
  chosen: readonly string[]
  /** Hosts of this computer on networks within it. */
  bridges: ReadonlySet<string>
  max: number
}

/** From the one that is told first. Loopback is for the nodes of this computer alone. */
const RANKS = ['chosen', 'public', 'home', 'bridge', 'loopback'] as const
/** Few and cheap, and nodes of one computer have no surer way to each other. */
const KEPT_FIRST = ['chosen', 'loopback', 'public', 'home', 'bridge'] as const
type Rank = (typeof RANKS)[number]

/** At most `max` of them, both transports of a host together; TCP in front, and the best of it. */
export function toldAddresses(
  own: readonly Multiaddr[],
  { chosen, bridges, max }: ToldSettings,
): Multiaddr[] {
  const hostsChosen = new Set(
    chosen.flatMap((text) => {
      const address = readAddress(text)
      return (address && hostIn(address)) ?? []
    }),
  )
  const hosts = [...new Set(own.map(hostIn))]
  const rankOf = (host: string | undefined): Rank => {
    if (host === undefined) return 'chosen'
    if (isLoopback(host)) return 'loopback'
    if (hostsChosen.has(host)) return 'chosen'
    if (bridges.has(host)) return 'bridge'
    return isHome(host) ? 'home' : 'public'
  }
  const rated = own.map((address) => {
    const host = hostIn(address)
    const rank = rankOf(host)
    const place = RANKS.indexOf(rank) + (isQuic(address) ? RANKS.length : 0)
    return { address, place, kept: KEPT_FIRST.indexOf(rank), host: hosts.indexOf(host) }
  })
  return rated
    .sort((a, b) => a.kept - b.kept || a.host - b.host)
    .slice(0, max)
    .sort((a, b) => a.place - b.place || a.host - b.host)
    .map(({ address }) => address)
}

/** As engines and hypervisors name them: Docker, Podman, Kubernetes, LXC, libvirt, and ours. */
const BRIDGE_NAME = /^(docker|br-|veth|podman|cni|lxcbr|lxdbr|virbr)/

export function bridgesOf(
  interfaces: Readonly<
    Record<string, readonly Pick<NetworkInterfaceInfo, 'address'>[] | undefined>
  >,
): Set<string> {
  const bridges = Object.entries(interfaces).filter(([name]) => BRIDGE_NAME.test(name))
  return new Set(bridges.flatMap(([, entries]) => (entries ?? []).map(({ address }) => address)))
}
