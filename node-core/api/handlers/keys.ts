/** What handlers of keys, leases and locks share: forms of values, and how a call reads. */

import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { KeyRow } from '../../control/primary/index.ts'
import type { KeyEntry } from '../contract/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts } from './index.ts'
import { VALUE_BYTES_MAX } from './limits.ts'

/** What keys, leases and locks need of the Primary. */
export type KeyPrimary = Pick<
  NetworkParts['primary'],
  'execute' | 'key' | 'keys' | 'lease' | 'lock' | 'untilTurn' | 'watch'
>

export interface KeyDeps {
  primary(): KeyPrimary
  clock: Clock
  logger: Logger
}

/** Throws TOO_LARGE. */
export function valueBytes(base64: string): Uint8Array {
  const value = Uint8Array.from(Buffer.from(base64, 'base64'))
  requireSize(value)
  return value
}

/** Throws TOO_LARGE. */
export function requireSize(value: Uint8Array): void {
  if (value.byteLength <= VALUE_BYTES_MAX) return
  throw failure('TOO_LARGE', 'A value is at most 1 MiB.', { bytesMax: VALUE_BYTES_MAX })
}

export function entryOf(row: Omit<KeyRow, 'version'>): KeyEntry {
  const { key, value, createRevision, modRevision, lease } = row
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

export function reading(consistency: 'linearizable' | 'stale', signal: AbortSignal | undefined) {
  return { stale: consistency === 'stale', ...options(signal) }
}
