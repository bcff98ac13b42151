/**
 * The order of authority (architecture.md): Primary over Seed over Latent. What peers say of a node
 * is held against what a higher tier says of it before it is merged. Of each question the highest
 * tier that has an answer decides; what no tier speaks of is news.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { RegistryView } from '../../control/registry/index.ts'
import { type FoundedNetwork, nodeIdOf, type OwnerId, ownerIdOf } from '../../identity/index.ts'
import { isBefore } from './document.ts'
import type { Position, SporeDocument } from './index.ts'

/** What somebody says of a node, from the lowest tier. */
export interface Claim {
  node: NodeId
  key?: Uint8Array
  owner?: OwnerId
  /** Where the node's own signed word stands; absent for hearsay (cache, mDNS, exchange). */
  position?: Position
  addresses?: readonly string[]
}

export type Judgement =
  /** It contradicts nothing, or is the node's own newer word. */
  | { verdict: 'accept' }
  /** Undated, and other than what a higher tier says: of use only where that fails. */
  | { verdict: 'behind' }
  | { verdict: 'reject'; code: RejectionCode }

export type RejectionCode =
  /** Its owner was removed. */
  | 'OWNER_REMOVED'
  /** The node was removed. */
  | 'NODE_REMOVED'
  /** The node is another owner's. */
  | 'OTHER_OWNER'
  /** The key is not that node's. */
  | 'OTHER_KEY'
  /** The addresses of the higher tier are a later word of the node than this one. */
  | 'OLDER_ADDRESSES'

/** A tier above the Latent one. Undefined where it says nothing. */
export interface Authority {
  isRemoved(owner: OwnerId): boolean | undefined
  node(node: NodeId): { owner: OwnerId; removed: boolean } | undefined
  addresses(node: NodeId): { list: readonly string[]; position: Position } | undefined
}

/** What a certified document says. */
export function authorityOf(document: SporeDocument): Authority {
  const nodes = new Map(document.nodes.map((node) => [nodeIdOf(node.key), node]))
  const removedOwners = new Set(document.removedOwners)
  const removedNodes = new Set(document.removedNodes)
  const owners = new Set(document.owners.map(({ key }) => ownerIdOf(key)))
  return {
    isRemoved: (owner) => (removedOwners.has(owner) ? true : owners.has(owner) ? false : undefined),
    node(node) {
      const owner = nodes.get(node)?.owner
      const removed = removedNodes.has(node)
      return owner === undefined ? undefined : { owner, removed }
    },
    addresses(node) {
      const { addresses = [], position } = nodes.get(node) ?? {}
      return position && addresses.length > 0 ? { list: addresses, position } : undefined
    },
  }
}

/** What this node's own copy of the registry says. It holds no addresses. */
export function authorityOfRegistry(view: RegistryView): Authority {
  return {
    isRemoved(owner) {
      if (view.removed(owner)) return true
      return view.member(owner) ? false : undefined
    },
    node: (node) => view.node(node),
    addresses: () => undefined,
  }
}

/** What the genesis says, above everything: founders have no row, and nobody puts them out. */
export function authorityOfGenesis({ genesis }: FoundedNetwork): Authority {
  const founders = new Set(genesis.founders.map(ownerIdOf))
  return {
    isRemoved: (owner) => (founders.has(owner) ? false : undefined),
    node: () => undefined,
    addresses: () => undefined,
  }
}

/** `authorities`: the highest tier first. */
export function judge(authorities: readonly Authority[], claim: Claim): Judgement {
  const { node, key, owner, position, addresses } = claim
  // Needs no authority: a node's id is the hash of its key.
  if (key && nodeIdOf(key) !== node) return { verdict: 'reject', code: 'OTHER_KEY' }
  const known = firstSaid(authorities, (one) => one.node(node))
  const whose = owner ?? known?.owner
  if (whose !== undefined && firstSaid(authorities, (one) => one.isRemoved(whose)) === true) {
    return { verdict: 'reject', code: 'OWNER_REMOVED' }
  }
  if (known?.removed) return { verdict: 'reject', code: 'NODE_REMOVED' }
  if (known && owner !== undefined && owner !== known.owner) {
    return { verdict: 'reject', code: 'OTHER_OWNER' }
  }
  const told = firstSaid(authorities, (one) => one.addresses(node))
  if (!addresses || !told) return { verdict: 'accept' }
  if (addresses.every((address) => told.list.includes(address))) return { verdict: 'accept' }
  if (!position) return { verdict: 'behind' }
  return isBefore(position, told.position)
    ? { verdict: 'reject', code: 'OLDER_ADDRESSES' }
    : { verdict: 'accept' }
}

function firstSaid<T>(
  authorities: readonly Authority[],
  ask: (authority: Authority) => T | undefined,
): T | undefined {
  for (const authority of authorities) {
    const said = ask(authority)
    if (said !== undefined) return said
  }
  return undefined
}
