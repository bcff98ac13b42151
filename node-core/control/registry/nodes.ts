/** Nodes: which key acts for which owner, and what it does for the network. */
import { z } from 'zod'
import { parseTimestamp } from '../../base/clock/index.ts'
import { equalBytes } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { ownerIdOf, parseNodeCertificate } from '../../identity/index.ts'
import { isAdmin, permissionsOf, registeredNode, whyNotOverrule } from './authors.ts'
import { kind, kindForStrangers, type Origin } from './kind.ts'
import { CERTIFICATE_BYTES_MAX, NODES_MAX, NODES_PER_OWNER_MAX } from './limits.ts'
import { done, refuse } from './refusals.ts'
import { role } from './rows.ts'
import { seatOf } from './seat-rules.ts'
import { bytesUpTo, nodeId } from './shapes.ts'

/**
 * By the node itself, with its owner's certificate: an owner alone could certify a key that is not
 * its own. A role that votes is given by `node.role`. Value: null.
 */
export const register = kindForStrangers(
  1,
  z.strictObject({
    certificate: bytesUpTo(CERTIFICATE_BYTES_MAX),
    role: role.exclude(['sclerotia']),
  }),
  (body, origin) => {
    const certificate = provenCertificate(body.certificate, origin)
    return certificate && { ...certificate, key: origin.key, role: body.role }
  },
  ({ state, ids: { node, owner: asOwner }, incarnation }, { owner, notAfterMs, key, role }) => {
    const held = state.nodes.table.get(node)
    if (held?.removed) return refuse('REMOVED')
    if (held && held.owner !== owner) return refuse('EXISTS')
    if (held && !held.left) return done()
    // Or whoever kept its first registration could bring it back.
    if (held?.left && incarnation <= held.left.incarnation) {
      return refuse('STALE', { incarnation: held.left.incarnation })
    }
    // One key is an owner or a node, so that it never means two.
    if (typeof permissionsOf(state, asOwner) !== 'string') return refuse('EXISTS')
    const standing = permissionsOf(state, owner)
    if (typeof standing === 'string') return refuse(standing)
    if (notAfterMs < state.clock.timeMs) return refuse('EXPIRED')
    const { table, perOwner } = state.nodes
    const isFull = table.size >= NODES_MAX || perOwner.of(owner) >= NODES_PER_OWNER_MAX
    // One that left has kept its place.
    if (!held && isFull) return refuse('LIMIT_REACHED')
    table.set(node, { key, owner, role, removed: false })
    return done()
  },
)

/**
 * By the node itself, of itself alone: it leaves the network, and its key is nobody's until it registers
 * in a later life. One with a seat gives that back first (CONFLICT). Done of one that has left; its row
 * stays, so that leaving and coming back makes no room. Value: null.
 */
export const leaveNetwork = kindForStrangers(
  2,
  z.strictObject({}),
  () => true,
  ({ state, ids: { node }, incarnation }) => {
    const held = state.nodes.table.get(node)
    if (!held) return refuse('UNKNOWN_AUTHOR')
    if (held.removed) return refuse('REMOVED')
    if (held.left) return done()
    const isSeated = seatOf(state, node).seat !== 'none' || state.clock.voters.includes(node)
    if (isSeated) return refuse('CONFLICT')
    // What an earlier life said and nobody heard then is not meant any more.
    if (incarnation < state.sessions.latestOf(node)) return refuse('STALE')
    state.nodes.table.set(node, { ...held, left: { atMs: state.clock.timeMs, incarnation } })
    // It may come back with another release.
    state.supports.delete(node)
    return done()
  },
)

/**
 * By an admin: what the node does for the network. Its owner may choose among the roles that do not
 * vote, and so give less than an admin asked for. Value: null.
 */
export const assignRole = kind(
  1,
  z.strictObject({ node: nodeId, role }),
  (state, author, { node, role }) => {
    const held = registeredNode(state, node)
    const byOwner = held?.owner === author.owner && role !== 'sclerotia'
    if (!isAdmin(author) && !byOwner) return refuse('FORBIDDEN')
    if (!held) return refuse('NOT_FOUND')
    if (held.removed) return refuse('REMOVED')
    state.nodes.table.set(node, { ...held, role })
    return done()
  },
)

/** By its owner or an admin: the key acts for nobody any more, for good. Value: null. */
export const removeNode = kind(1, z.strictObject({ node: nodeId }), (state, author, { node }) => {
  const held = state.nodes.table.get(node)
  if (!held) return refuse('NOT_FOUND')
  if (held.owner !== author.owner) {
    const refusal = whyNotOverrule(state, author, held.owner)
    if (refusal) return refuse(refusal)
  }
  if (held.removed) return done()
  const { left: _, ...row } = held
  state.nodes.table.set(node, { ...row, removed: true })
  state.sessions.forget(node)
  return done()
})

function provenCertificate(bytes: Uint8Array, { network, key }: Origin) {
  try {
    const certificate = parseNodeCertificate(network.id, bytes)
    const notAfterMs = parseTimestamp(certificate.notAfter)
    if (!equalBytes(certificate.node, key) || notAfterMs === undefined) return undefined
    return { owner: ownerIdOf(certificate.owner), notAfterMs }
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}
