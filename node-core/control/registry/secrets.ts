/**
 * Secrets, sealed before they come here: a data key for each, wrapped for its readers, which are the
 * nodes of the name's owner and the nodes that its workload is assigned to. The registry sees neither.
 */
import { z } from 'zod'
import type { NodeId } from '../../base/net/index.ts'
import { type Author, standingNode } from './authors.ts'
import { kind } from './kind.ts'
import { SECRET_BYTES_MAX, SECRETS_MAX, WRAPS_MAX } from './limits.ts'
import { mayAdd, takeName, whyNotOwn } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { type Secret, type Wraps, wraps } from './rows.ts'
import { bytesUpTo, key, namespaceOf, positive, sequence } from './shapes.ts'
import { mayTake } from './shares.ts'
import type { State } from './state.ts'

/**
 * A secret's next version with its own data key. `expect`: the version it replaces, 0 for none.
 * Value: `{ version }`.
 */
export const putSecret = kind(
  1,
  z.strictObject({
    ...{ name: key, sealed: bytesUpTo(SECRET_BYTES_MAX), wraps },
    expect: sequence.exactOptional(),
  }),
  (state, author, { name, sealed, wraps, expect }) => {
    const namespace = namespaceOf(name)
    const refusal = whyNotOwn(state, author, namespace)
    if (refusal) return refuse(refusal)
    const held = state.secrets.get(name)
    const current = held?.version ?? 0
    if (expect !== undefined && expect !== current) return refuse('CONFLICT', { version: current })
    const owner = state.names.table.get(namespace)?.owner ?? author.owner
    const isRoom = held || mayTake(state, state.secrets, { owner, rowsMax: SECRETS_MAX })
    if (!isRoom) return refuse('LIMIT_REACHED')
    const stranger = wraps.find(([node]) => !isReader(state, namespace, owner, node))
    if (stranger) return refuse('NOT_A_READER', { node: stranger[0] })
    const version = current + 1
    const row = { version, sealed, wraps }
    const grows = state.secrets.growth(name, row)
    if (!mayAdd(state, author, namespace, grows)) return refuse('LIMIT_REACHED')
    takeName(state, author, namespace)
    state.secrets.set(name, row)
    return done({ version })
  },
)

/** The version of the rules from which on a wrap that is there stands against other owners' nodes. */
const WRAPS_STAND_SINCE = 6

/**
 * By an owner's node or a node that holds the key: wraps it for further readers. What others than the
 * owner's nodes wrap for whoever has a wrap already is passed over: it might be no key. Its own a node
 * gives up by an empty one, where it does not open. Value: null.
 */
export const wrapSecret = kind(
  1,
  z.strictObject({ name: key, version: positive, wraps }),
  (state, author, { name, version, wraps }) => {
    const namespace = namespaceOf(name)
    const held = state.secrets.get(name)
    const owner = state.names.table.get(namespace)?.owner
    if (!held || !owner) {
      return refuse(whyNotOwn(state, author, namespace) ?? 'NOT_FOUND')
    }
    if (author.owner !== owner && !isHolder(state, author, name, held)) return refuse('FORBIDDEN')
    if (held.version !== version) return refuse('CONFLICT', { version: held.version })
    const stranger = wraps.find(([node]) => !isReader(state, namespace, owner, node))
    if (stranger) return refuse('NOT_A_READER', { node: stranger[0] })
    const merged = new Map([...held.wraps, ...counted(state, author, { owner, held, wraps })])
    if (merged.size > WRAPS_MAX) return refuse('LIMIT_REACHED')
    const sorted = [...merged].sort(([left], [right]) => (left < right ? -1 : 1))
    const row = { ...held, wraps: sorted }
    const grows = state.secrets.growth(name, row)
    if (!mayAdd(state, author, namespace, grows)) return refuse('LIMIT_REACHED')
    state.secrets.set(name, row)
    return done()
  },
)

/** Value: null. */
export const deleteSecret = kind(
  1,
  z.strictObject({ name: key, expect: sequence.exactOptional() }),
  (state, author, { name, expect }) => {
    const refusal = whyNotOwn(state, author, namespaceOf(name))
    if (refusal) return refuse(refusal)
    const held = state.secrets.get(name)
    if (!held) return refuse('NOT_FOUND')
    if (expect !== undefined && expect !== held.version) {
      return refuse('CONFLICT', { version: held.version })
    }
    state.secrets.delete(name)
    return done()
  },
)

function counted(
  state: State,
  author: Author,
  { owner, held, wraps }: { owner: string; held: Secret; wraps: Wraps },
): Wraps {
  if (state.version < WRAPS_STAND_SINCE || author.owner === owner) return wraps
  const there = new Set(held.wraps.map(([reader]) => reader))
  return wraps.filter(([reader]) => reader === author.node || !there.has(reader))
}

/** Now: a node that a workload was taken from reads no later version. */
function isReader(state: State, namespace: string, owner: string, node: NodeId): boolean {
  if (!standingNode(state, node)) return false
  const ofOwner = state.nodes.table.get(node)?.owner === owner
  return ofOwner || state.assignments.isAssigned(namespace, node)
}

function isHolder(state: State, author: Author, name: string, { wraps }: Secret): boolean {
  const { node } = author
  if (!node || !state.assignments.isAssigned(namespaceOf(name), node)) return false
  return wraps.some(([reader]) => reader === node)
}
