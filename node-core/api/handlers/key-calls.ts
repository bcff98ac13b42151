/**
 * Getting and putting one key: what the handlers of the contract do, and what the HTTP door calls
 * without the contract's machinery around it, which costs a key more time than everything else.
 */
import { isCode } from '../../base/errors/index.ts'
import { contract, hasDots, KEY_LENGTH_MAX, type KeyEntry } from '../contract/index.ts'
import { checkAccess } from './base.ts'
import { changeExisting, revisionMismatch } from './existing.ts'
import { failure } from './failures.ts'
import type { ApiDeps } from './index.ts'
import { entryOf, type KeyDeps, options, reading, requireSize } from './keys.ts'
import { ownKeys } from './keys-by-owner.ts'

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
  ifMatch?: number | '*' | undefined
}

/** Without a look at who asks: for handlers, which are called once that is done. */
export function createKeyCalls({ primary }: Pick<KeyDeps, 'primary'>): KeyCalls {
  async function execute({ key, value, lease, ifMatch }: KeyPut, signal: AbortSignal | undefined) {
    const put = { key, value, ...(lease !== undefined && { lease }) }
    if (ifMatch === '*') return changeExisting(primary(), { op: 'put', ...put }, signal)
    const body = { ...put, ...(ifMatch !== undefined && { expect: ifMatch }) }
    return primary().execute({ kind: 'kv.put', body }, options(signal)).catch(mismatch)
  }

  return {
    async get({ key, consistency }, signal) {
      const { row } = await primary().key(key, reading(consistency, signal))
      if (!row) throw failure('NOT_FOUND', `There is no key “${key}”.`)
      return entryOf(row)
    },
    async put(put, signal) {
      requireSize(put.value)
      const done = await execute(put, signal)
      const revision = numberIn(done, 'revision')
      const createRevision = numberIn(done, 'createRevision')
      const { key, lease = null, value } = put
      return entryOf({ key, value, lease, createRevision, modRevision: revision })
    },
  }
}

/** The same for whoever has shown the node's token, with the contract's own gates before it. */
export function createKeyDoor(deps: ApiDeps): KeyCalls {
  const calls = createKeyCalls({ primary: ownKeys(deps) })
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

/** And for one that may be put. */
export function isNewKey(key: string): boolean {
  return isKey(key) && !hasDots(key)
}

/** The contract's word for where the key is. */
export function mismatch(error: unknown): never {
  if (!isCode(error, 'REVISION_MISMATCH')) throw error
  const at: unknown = error.details && Reflect.get(error.details, 'modRevision')
  throw revisionMismatch(typeof at === 'number' ? at : 0)
}

/** What this or another release's registry has answered. */
function numberIn(done: unknown, name: string): number {
  const value: unknown = typeof done === 'object' && done !== null && Reflect.get(done, name)
  if (typeof value === 'number') return value
  throw new TypeError(`The registry has answered a put without its ${name}.`)
}
