/** What the Primary publishes, from its registry and what members say; and whether a voter signs it. */
import { encode, equalBytes } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { RegistryView } from '../../control/registry/index.ts'
import { sortedKeys } from '../../control/succession/index.ts'
import { nodeIdOf, type OwnerId, parseOwnerId, type Role } from '../../identity/index.ts'
import type { KnownNode, SporeDocument, SporeNode } from './index.ts'
import {
  SPORE_ADDRESS_LENGTH_MAX,
  SPORE_ADDRESSES_MAX,
  SPORE_NODES_MAX,
  SPORE_OWNERS_MAX,
  SPORE_REMOVED_MAX,
} from './limits.ts'

export interface Source {
  view: RegistryView
  voters: readonly NodeId[]
  members: readonly KnownNode[]
}

export type Content = Omit<SporeDocument, 'version' | 'issuedAtMs'>

/** Undefined while the key of a voter is not known here. */
export function compose({ view, voters, members }: Source): Content | undefined {
  const keys = voterKeys({ view, voters, members })
  if (!keys) return undefined
  const removedNodes = view
    .nodes({ limit: Number.MAX_SAFE_INTEGER })
    .flatMap(([, { key, removed }]) => (removed ? [nodeIdOf(key)] : []))
    .slice(-SPORE_REMOVED_MAX)
  const removedOwners = view
    .removals({ limit: Number.MAX_SAFE_INTEGER })
    .sort(([, left], [, right]) => left.atMs - right.atMs)
    .flatMap(([owner]) => parseOwnerId(owner) ?? [])
    .slice(-SPORE_REMOVED_MAX)
  const owners = view
    .members({ limit: SPORE_OWNERS_MAX })
    .map(([, { key, permissions }]) => ({ key, permissions }))
  return {
    voters: keys,
    nodes: nodesOf(view, voters, members),
    owners,
    removedOwners: removedOwners.sort(),
    removedNodes: removedNodes.sort(),
  }
}

/** Public keys of the voters, sorted; undefined while one is not known here. */
export function voterKeys({ view, voters, members }: Source): Uint8Array[] | undefined {
  const known = new Map(members.map(({ node, key }) => [node, key]))
  const keys = voters.flatMap((voter) => view.node(voter)?.key ?? known.get(voter) ?? [])
  return keys.length === voters.length ? sortedKeys(keys) : undefined
}

function nodesOf(
  view: RegistryView,
  voters: readonly NodeId[],
  members: readonly KnownNode[],
): SporeNode[] {
  const stays = (role: Role): number => ['sclerotia', 'rhizomorph', 'hypha'].indexOf(role)
  return members
    .flatMap(
      ({ node, key, owner, role, addresses, position }): (SporeNode & { rank: number })[] => {
        const registered = view.node(node)
        if (view.removed(owner) || registered?.removed) return []
        if (registered && registered.owner !== owner) return []
        const told = { key, owner, role: registered?.role ?? role, position }
        const fitting = addresses.filter(({ length }) => length <= SPORE_ADDRESS_LENGTH_MAX)
        const rank = voters.includes(node) ? -1 : stays(told.role)
        return [{ ...told, addresses: fitting.slice(0, SPORE_ADDRESSES_MAX), rank }]
      },
    )
    .sort((left, right) => left.rank - right.rank || Buffer.compare(left.key, right.key))
    .slice(0, SPORE_NODES_MAX)
    .map(({ rank: _, ...node }) => node)
}

/**
 * Whether two say the same of the network. A node's later word about the same addresses is no news:
 * nodes speak often.
 */
export function sameContent(one: Content, other: Content): boolean {
  return equalBytes(contentBytes(one), contentBytes(other))
}

function contentBytes(content: Content): Uint8Array {
  const { voters, nodes, owners, removedOwners, removedNodes } = content
  const plain = nodes.map(({ key, owner, role, addresses }) => [key, owner, role, addresses])
  return encode([voters, plain, owners, removedOwners, removedNodes])
}

export type SignRefusal =
  /** This voter's copy has not come as far. */
  | 'BEHIND'
  /** What it says of the committee is not so here. */
  | 'OTHER_COMMITTEE'
  /** What it says of an owner or a node is not so here. */
  | 'OTHER_MEMBERS'

/** Addresses are the publisher's word, and each node's own elsewhere. Undefined: it is signed. */
export function whyNotSign(
  document: SporeDocument,
  source: Source & { height: number; era: number },
): SignRefusal | undefined {
  const { view, height, era } = source
  if (height < document.version.index) return 'BEHIND'
  const keys = voterKeys(source)
  const isSame =
    keys?.length === document.voters.length &&
    keys.every((key, at) => equalBytes(key, document.voters[at] ?? new Uint8Array()))
  if (!isSame || document.version.era !== era) return 'OTHER_COMMITTEE'
  const isRemoved = (owner: OwnerId): boolean => view.removed(owner) !== undefined
  const nodesFit = document.nodes.every(({ key, owner }) => {
    const registered = view.node(nodeIdOf(key))
    if (isRemoved(owner) || registered?.removed) return false
    return registered === undefined || registered.owner === owner
  })
  const removalsFit =
    document.removedOwners.every(isRemoved) &&
    document.removedNodes.every((node) => view.node(node)?.removed === true)
  return nodesFit && removalsFit ? undefined : 'OTHER_MEMBERS'
}
