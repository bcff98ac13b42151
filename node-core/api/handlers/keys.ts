/**
 * Getting and putting one key: what the handlers of the contract do, and what the HTTP door calls
 * without the contract's machinery around it, which costs a key more time than everything else.
 */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { KeyRow } from '../../control/primary/index.ts'
import { contract, KEY_LENGTH_MAX, type KeyEntry } from '../contract/index.ts'
import { checkAccess, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps } from './index.ts'
import { VALUE_BYTES_MAX } from './limits.ts'

export interface KeyCalls {
  /** Throws NOT_FOUND, and what the Primary throws. */
  get(get: KeyGet, signal?: AbortSignal): Promise<KeyEntry>
  /** Throws TOO_LARGE, REVISION_MISMATCH, and what the Primary throws. */
  put(put: KeyPut, signal?: AbortSignal): Promise<KeyEntry>
}

export interface KeyGet {
  key: string
  consistency: 'linearizable' | 'stale'
}

export interface KeyPut {
  key: string
  value: Uint8Array
  lease?: string | undefined
  ifMatch?: number | undefined
}

/** Without a look at who asks: for handlers, which are called once that is done. */
export function createKeyCalls(deps: ApiDeps): KeyCalls {
  const primary = () => inNetwork(deps).primary
  return {
    async get({ key, consistency }, signal) {
      const { row } = await primary().key(key, reading(consistency, signal))
      if (!row) throw failure('NOT_FOUND', `There is no key “${key}”.`)
      return entryOf(row)
    },
    async put({ key, value, lease, ifMatch }, signal) {
      if (value.byteLength > VALUE_BYTES_MAX) {
        throw failure('TOO_LARGE', 'A value is at most 1 MiB.', { bytesMax: VALUE_BYTES_MAX })
      }
      const onLease = lease === undefined ? {} : { lease }
      const body = { key, value, ...onLease, ...(ifMatch !== undefined && { expect: ifMatch }) }
      const put = primary().execute({ kind: 'kv.put', body }, options(signal))
      const done = await put.catch(mismatch)
      const revision = numberIn(done, 'revision')
      const createRevision = numberIn(done, 'createRevision')
      const text = Buffer.from(value).toString('base64')
      return { key, value: text, revision, createRevision, modRevision: revision, ...onLease }
    },
  }
}

/** The same for whoever has shown the node's token, with the contract's own gates before it. */
export function createKeyDoor(deps: ApiDeps): KeyCalls {
  const calls = createKeyCalls(deps)
  return {
    async get(get, signal) {
      checkAccess(deps, contract.kv.get['~orpc'].meta)
      return calls.get(get, signal)
    },
    async put(put, signal) {
      checkAccess(deps, contract.kv.put['~orpc'].meta)
      return calls.put(put, signal)
    },
  }
}

/** Whether the contract takes it for a key. */
export function isKey(key: string): boolean {
  return key.length > 0 && key.length <= KEY_LENGTH_MAX
}

export function entryOf({ key, value, createRevision, modRevision, lease }: KeyRow): KeyEntry {
  return {
    key,
    value: Buffer.from(value).toString('base64'),
    ...{ revision: modRevision, createRevision, modRevision },
    ...(lease !== null && { lease }),
  }
}

export function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {}
}

export function reading(consistency: KeyGet['consistency'], signal: AbortSignal | undefined) {
  return { stale: consistency === 'stale', ...options(signal) }
}

/** The contract's word for where the key is. */
export function mismatch(error: unknown): never {
  if (!isCode(error, 'REVISION_MISMATCH')) throw error
  const at: unknown = error.details && Reflect.get(error.details, 'modRevision')
  const revision = typeof at === 'number' ? at : 0
  const message =
    revision === 0 ? 'There is no such key.' : `The key is at revision ${revision} by now.`
  throw new MyceliumError('REVISION_MISMATCH', message, { details: { revision } })
}

/** What this or another release's registry has answered. */
function numberIn(done: unknown, name: string): number {
  const value: unknown = typeof done === 'object' && done !== null && Reflect.get(done, name)
  if (typeof value === 'number') return value
  throw new MyceliumError('NOT_RUNNING', 'The registry answered what cannot be read.')
}
