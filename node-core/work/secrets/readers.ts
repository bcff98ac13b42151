/**
 * Who may read a secret: the nodes of its name's owner, and those that the workload of that name is
 * assigned to. The registry judges by the same rule (`control/registry/secrets.ts`) and has the last word.
 */
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { Primary } from '../../control/primary/index.ts'
import { allRows } from '../../control/registry/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Reader } from './sealed-value.ts'

export type View = NonNullable<ReturnType<Primary['view']>>
export type SecretRow = NonNullable<ReturnType<View['secret']>>

/** For one look at the registry: nodes are listed once for each owner that it meets. */
export interface ReaderList {
  /** Sorted by node. `otherwise`: whose a name becomes that nobody has. */
  of(name: string, otherwise: OwnerId): Reader[]
}

export function createReaderList(view: View): ReaderList {
  let byOwner: Map<OwnerId, Reader[]> | undefined

  function nodesOf(owner: OwnerId): Reader[] {
    byOwner ??= nodesByOwner(view)
    return byOwner.get(owner) ?? []
  }

  return {
    of(name, otherwise) {
      const namespace = namespaceOf(name)
      const readers = new Map(
        nodesOf(view.ownerOf(namespace) ?? otherwise).map((reader) => [reader.node, reader]),
      )
      for (const node of assignedTo(view, namespace)) {
        const reader = standingReader(view, node)
        if (reader) readers.set(node, reader)
      }
      return [...readers.values()].sort((a, b) => (a.node < b.node ? -1 : 1))
    },
  }
}

/** Empty: its node has said that what was there does not open. */
export function wrapFor({ wraps }: SecretRow, node: NodeId): Uint8Array | undefined {
  return wraps.find(([reader]) => reader === node)?.[1]
}

/** Those who have a wrap that they did not give up. */
export function holdersOf({ wraps }: SecretRow): Set<NodeId> {
  return new Set(wraps.flatMap(([node, wrapped]) => (wrapped.byteLength > 0 ? [node] : [])))
}

export function namespaceOf(name: string): string {
  const slash = name.indexOf('/')
  return slash < 0 ? name : name.slice(0, slash)
}

export function assignedTo(view: View, namespace: string): NodeId[] {
  return allRows((page) => view.assignments(`${namespace}/`, page)).map(([, { node }]) => node)
}

function nodesByOwner(view: View): Map<OwnerId, Reader[]> {
  const byOwner = new Map<OwnerId, Reader[]>()
  for (const [id, { owner }] of allRows((page) => view.nodes(page))) {
    const node = parseNodeId(id)
    const reader = node && standingReader(view, node)
    if (reader) byOwner.set(owner, [...(byOwner.get(owner) ?? []), reader])
  }
  return byOwner
}

/** Registered, not removed, and of an owner that is a member. */
function standingReader(view: View, node: NodeId): Reader | undefined {
  const row = view.node(node)
  if (!row || typeof view.author({ owner: row.owner, node }) === 'string') return undefined
  return { node, key: row.key }
}
