/** Who lacks a right is told who can give it. */
import type { ORPCError } from '@orpc/server'
import { MyceliumError } from '../../base/errors/index.ts'
import { failure } from './failures.ts'
import type { ApiDeps } from './index.ts'
import { ASKED_NAMES_MAX } from './limits.ts'

/** `refused` as it was answered, `error` as it was thrown: the same code, and names besides. */
export function withWhomToAsk(
  refused: ORPCError<string, unknown>,
  error: unknown,
  deps: Pick<ApiDeps, 'network' | 'node'>,
): ORPCError<string, unknown> {
  const permission = lacking(refused, error)
  const parts = deps.network()
  if (!parts || permission === undefined) return refused
  const self = deps.node.owner().id
  const able = parts.members
    .list()
    .filter(({ state, owner }) => state === 'member' && owner !== self)
    // Of admins none but a founder decides.
    .filter(({ founder, permissions }) => {
      return founder || (permission !== 'admin' && permissions.includes('admin'))
    })
  if (able.length === 0) return refused
  const ask = able.slice(0, ASKED_NAMES_MAX).map(({ owner: id, name }) => ({ id, name }))
  const names = ask.map(({ name }) => name).join(' or ')
  const details = typeof refused.data === 'object' ? refused.data : {}
  const message = `${refused.message} Ask ${names}, who can give it.`
  return failure('FORBIDDEN', message, { ...details, ask })
}

/** Which right is missing, empty where that is not said; undefined where it is not a right that is. */
function lacking(refused: ORPCError<string, unknown>, error: unknown): string | undefined {
  if (refused.code !== 'FORBIDDEN') return undefined
  const { data } = refused
  const said: unknown = typeof data === 'object' && data !== null && Reflect.get(data, 'permission')
  if (typeof said === 'string') return said
  // The registry knows by its own rows, which may be newer than what this node goes by.
  const isPlain = error instanceof MyceliumError && error.code === 'FORBIDDEN'
  return isPlain && data === undefined ? '' : undefined
}
