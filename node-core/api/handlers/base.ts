/** What every handler stands on: the builder of the contract, and the two gates before it. */
import { implement } from '@orpc/server'
import { contract, type OperationMeta } from '../contract/index.ts'
import { failure, toFailure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { withWhomToAsk } from './whom-to-ask.ts'

/** Checks from the contract's table, in the order: in a network, allowed, input fits. */
export function createBuilder(deps: ApiDeps) {
  return implement(contract).use(async ({ procedure, next }) => {
    try {
      checkAccess(deps, procedure['~orpc'].meta)
      return await next()
    } catch (error) {
      throw withWhomToAsk(toFailure(error, deps.logger), error, deps)
    }
  })
}
export type Builder = ReturnType<typeof createBuilder>

export function checkAccess(deps: ApiDeps, { permission, needsNetwork }: OperationMeta): void {
  if (!needsNetwork) return
  const held = inNetwork(deps).permissions()
  if (permission === 'none' || permission === 'local') return
  if (held.has(permission) || held.has('admin')) return
  throw failure('FORBIDDEN', `This needs the permission “${permission}” in the network.`, {
    permission,
  })
}

/** A node that stops has put its network away, which is no leaving: nothing is said of it any more. */
export function refuseWhileStopping({ lifecycle }: Pick<ApiDeps, 'lifecycle'>): void {
  if (!lifecycle.stopping()) return
  throw failure('UNAVAILABLE', 'The node on this computer is stopping.', { reason: 'STOPPING' })
}

/** The parts of the network this node is in; otherwise the answer says what to do first. */
export function inNetwork(deps: Pick<ApiDeps, 'network' | 'lifecycle'>): NetworkParts {
  const parts = deps.network()
  if (parts) return parts
  refuseWhileStopping(deps)
  const waiting = deps.lifecycle.awaitingApproval()
  const starting = deps.lifecycle.starting()
  const trouble = deps.lifecycle.notStarted()
  if (starting !== undefined && trouble) {
    const why = `The parts of ${starting} do not start on this computer: ${trouble.message}`
    throw failure('UNAVAILABLE', why, { reason: trouble.code })
  }
  if (starting !== undefined) {
    throw failure('UNAVAILABLE', `The parts of ${starting} are starting on this computer.`, {
      reason: 'STARTING',
    })
  }
  if (waiting?.refused) {
    const why = `${waiting.name} did not let this computer in: ${waiting.refused.message}`
    throw failure('CONFLICT', why, { reason: waiting.refused.code })
  }
  throw waiting
    ? failure('CONFLICT', `An admin of ${waiting.name} has not yet let this computer in.`, {
        reason: 'AWAITING_APPROVAL',
      })
    : failure('CONFLICT', 'This node is in no network yet. Found one or join one first.', {
        reason: 'NO_NETWORK',
      })
}
