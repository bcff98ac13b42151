/** What the Primary publishes, from its registry and what members say; and whether a voter signs it. */
import { encode, equalBytes } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { RegistryView } from '../../control/registry/index.ts'
import { sortedKeys } from '../../control/succession/index.ts'
import { nodeIdOf, parseOwnerId, type Role } from '../../identity/index.ts'
import { isBefore, isNewerVersion } from './document.ts'
import type { KnownNode, SporeDocument, SporeNode, SporeVersion } from './index.ts'
import {
  SPORE_ADDRESS_LENGTH_MAX,
  SPORE_ADDRESSES_MAX,
  SPORE_CLOCKS_APART_MS,
  SPORE_CONTENT_BYTES_MAX,
  SPORE_EDITIONS_AHEAD_MAX,
  SPORE_NODES_MAX,
  SPORE_OWNERS_MAX,
  SPORE_REMOVED_MAX,
} from './limits.ts'

export interface Source {
  view: RegistryView
  voters: readonly NodeId[]
  members: readonly KnownNode[]
  /** Of the node that composes, which need not be among the members yet. */
  ownKey?: Uint8Array
}

export type Content = Omit<SporeDocument, 'version' | 'issuedAtMs'>

/** Undefined while the key of a voter is not known here. */
export function compose(source: Source): Content | undefined {
  const { view, voters, members } = source
  const keys = voterKeys(source)
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
  return fitting({
    voters: keys,
    nodes: nodesOf(view, voters, members),
    owners,
    removedOwners: removedOwners.sort(),
    removedNodes: removedNodes.sort(),
  })
}

/** Without addresses of those who spoke so lately that voters may not have heard it. */
export function withoutWordsOf(
  members: readonly KnownNode[],
  isUnsettled: (node: KnownNode) => boolean,
): KnownNode[] {
  return members.map((one) => (isUnsettled(one) ? { ...one, addresses: [] } : one))
}

/** What is too large is published by nobody: those who stay least go first, their addresses before them. */
function fitting(content: Content): Content {
  let excess = encode({ ...content }).byteLength - SPORE_CONTENT_BYTES_MAX
  if (excess <= 0) return content
  const nodes = [...content.nodes]
  const votersIn = nodes.filter(({ key }) => content.voters.some((one) => equalBytes(one, key)))
  for (let at = nodes.length - 1; at >= votersIn.length && excess > 0; at--) {
    const node = nodes[at]
    if (!node) continue
    excess -= encode(node.addresses).byteLength - 1
    nodes[at] = { ...node, addresses: [] }
  }
  while (excess > 0 && nodes.length > votersIn.length) {
    excess -= encode({ ...nodes.pop() }).byteLength
  }
  return { ...content, nodes }
}

/** Public keys of the voters, sorted; undefined while one is not known here. */
export function voterKeys(source: Source): Uint8Array[] | undefined {
  const { view, voters, members, ownKey } = source
  const known = new Map(members.map(({ node, key }) => [node, key]))
  if (ownKey) known.set(nodeIdOf(ownKey), ownKey)
  const keys = voters.flatMap((voter) => view.node(voter)?.key ?? known.get(voter) ?? [])
  return keys.length === voters.length ? sortedKeys(keys) : undefined
}

function nodesOf(
  view: RegistryView,
  voters: readonly NodeId[],
  members: readonly KnownNode[],
  nodesMax = SPORE_NODES_MAX,
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
    .slice(0, nodesMax)
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
  /** A node has told others, or has not told this voter yet. */
  | 'OTHER_ADDRESSES'
  /** One as new is known here, or its edition leaps ahead. */
  | 'OTHER_VERSION'
  /** Its date is far from what the clock shows here. */
  | 'OTHER_TIME'

export interface SignSource extends Source {
  height: number
  era: number
  held: SporeVersion | undefined
  nowMs: number
}

/** Undefined: it is what this voter would say itself, and is signed. */
export function whyNotSign(document: SporeDocument, source: SignSource): SignRefusal | undefined {
  const { height, era, nowMs } = source
  if (height < document.version.index) return 'BEHIND'
  const own = compose(source)
  const isSame =
    own?.voters.length === document.voters.length &&
    own.voters.every((key, at) => equalBytes(key, document.voters[at] ?? new Uint8Array()))
  if (!own || !isSame || document.version.era !== era) return 'OTHER_COMMITTEE'
  if (!equalBytes(membersBytes(own), membersBytes(document))) return 'OTHER_MEMBERS'
  const refusal = whyNotNodes(document, source)
  if (refusal) return refusal
  if (!isNext(document.version, source.held)) return 'OTHER_VERSION'
  return Math.abs(document.issuedAtMs - nowMs) > SPORE_CLOCKS_APART_MS ? 'OTHER_TIME' : undefined
}

function membersBytes({ owners, removedOwners, removedNodes }: Content): Uint8Array {
  return encode([owners, removedOwners, removedNodes])
}

/** Each is told of as here. Fewer may be named, and fewer addresses, where not all have room. */
function whyNotNodes(
  { nodes }: SporeDocument,
  { view, voters, members }: Source,
): SignRefusal | undefined {
  const here = new Map(nodesOf(view, voters, members, Number.MAX_SAFE_INTEGER).map(withId))
  for (const { key, owner, role, addresses, position } of nodes) {
    const node = nodeIdOf(key)
    const own = here.get(node)
    if (!own || own.owner !== owner) return 'OTHER_MEMBERS'
    if (view.node(node) && role !== own.role) return 'OTHER_MEMBERS'
    // Without addresses it says nothing of where a node is, so nothing of when it said so.
    if (addresses.length === 0) continue
    const isKnown = addresses.every((address) => own.addresses.includes(address))
    if (!isKnown || isBefore(own.position, position)) return 'OTHER_ADDRESSES'
  }
  return undefined
}

const withId = (node: SporeNode) => [nodeIdOf(node.key), node] as const

/** A leap would leave no number for those who come after. */
function isNext(version: SporeVersion, held: SporeVersion | undefined): boolean {
  if (held && !isNewerVersion(version, held)) return false
  const isSameEntry = held?.era === version.era && held.index === version.index
  return version.edition <= (isSameEntry ? held.edition : 0) + SPORE_EDITIONS_AHEAD_MAX
}
