/** Whose key it is, and what that owner may do now. Nothing here trusts what the author says. */
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId, Permission } from '../../identity/index.ts'
import type { RefusalCode } from './refusals.ts'
import type { RegisteredNode } from './rows.ts'
import { EVERY_PERMISSION } from './shapes.ts'
import type { State } from './state.ts'

/** The two names that a public key can have. */
export interface KeyIds {
  readonly owner: OwnerId
  readonly node: NodeId
}

/** A member's key, or a registered node's, which acts for its owner. */
export interface Author {
  readonly owner: OwnerId
  /** Undefined when the owner's own key signed. */
  readonly node: NodeId | undefined
  readonly founder: boolean
  readonly permissions: readonly Permission[]
}

export function authorOf(state: State, ids: KeyIds): Author | RefusalCode {
  const registered = registeredNode(state, ids.node)
  if (registered?.removed) return 'REMOVED'
  const owner = registered?.owner ?? ids.owner
  const permissions = permissionsOf(state, owner)
  if (typeof permissions === 'string') return permissions
  return {
    owner,
    node: registered && ids.node,
    founder: state.founders.has(owner),
    permissions,
  }
}

/** Undefined of one that left, too: until it registers again its key is nobody's. */
export function registeredNode(state: State, node: NodeId): RegisteredNode | undefined {
  const row = state.nodes.table.get(node)
  return row?.left ? undefined : row
}

/** What an owner may do, or why it is none of the network. */
export function permissionsOf(
  state: State,
  owner: OwnerId,
): readonly Permission[] | 'UNKNOWN_AUTHOR' | 'REMOVED' {
  if (state.founders.has(owner)) return EVERY_PERMISSION
  if (state.removed.get(owner)) return 'REMOVED'
  return state.members.get(owner)?.permissions ?? 'UNKNOWN_AUTHOR'
}

export function holds(author: Author, permission: Permission): boolean {
  return author.permissions.includes('admin') || author.permissions.includes(permission)
}

export function isAdmin(author: Author): boolean {
  return author.permissions.includes('admin')
}

/** Nobody grants more than it holds. */
export function mayGrant(held: readonly Permission[], granted: readonly Permission[]): boolean {
  const mayInvite = held.includes('invite') || held.includes('admin')
  return mayInvite && granted.every((permission) => held.includes(permission))
}

/** An admin decides about other owners; founders alone about admins, and nobody about founders. */
export function whyNotOverrule(
  state: State,
  author: Author,
  owner: OwnerId,
): RefusalCode | undefined {
  if (!isAdmin(author)) return 'FORBIDDEN'
  if (state.founders.has(owner)) return 'FOUNDER'
  if (state.removed.get(owner)) return 'REMOVED'
  const admin = state.members.get(owner)?.permissions.includes('admin')
  return admin && !author.founder ? 'FORBIDDEN' : undefined
}

/** A node that counts: registered, not removed, and of an owner that is a member. */
export function standingNode(state: State, node: NodeId): boolean {
  const registered = registeredNode(state, node)
  if (!registered || registered.removed) return false
  return typeof permissionsOf(state, registered.owner) !== 'string'
}
