/** Where nodes can be dialled, as far as anybody has told us. Bounded; oldest forgotten first. */
import type { NodeId } from '../../base/net/index.ts'
import { ADDRESS_LENGTH_MAX, ADDRESSES_PER_PEER_MAX, KNOWN_NODES_MAX } from './limits.ts'

export interface KnownNode {
  peerId: string
  addresses: readonly string[]
}

export interface AddressBook {
  /** Replaces what was known of the node; too many or too long addresses are left out. */
  learn(node: NodeId, peerId: string, addresses: readonly string[]): void
  /** Puts one address, at which the node was just reached, before the others. */
  reached(node: NodeId, peerId: string, address: string): void
  get(node: NodeId): KnownNode | undefined
}

export function createAddressBook(): AddressBook {
  const nodes = new Map<NodeId, KnownNode>()
  const put = (node: NodeId, peerId: string, addresses: Iterable<string>): void => {
    const usable = [...new Set(addresses)].filter((text) => text.length <= ADDRESS_LENGTH_MAX)
    nodes.delete(node)
    nodes.set(node, { peerId, addresses: usable.slice(0, ADDRESSES_PER_PEER_MAX) })
    if (nodes.size <= KNOWN_NODES_MAX) return
    const [oldest] = nodes.keys()
    if (oldest !== undefined) nodes.delete(oldest)
  }
  return {
    learn: put,
    reached: (node, peerId, address) =>
      put(node, peerId, [address, ...(nodes.get(node)?.addresses ?? [])]),
    get: (node) => nodes.get(node),
  }
}
