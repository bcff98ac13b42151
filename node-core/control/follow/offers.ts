/**
 * A snapshot of the own copy, in parts, for those who are too far behind. One is made when it is asked
 * for, serves all who come while the trail goes on from it, and is forgotten when nobody asks.
 */
import { createHash } from 'node:crypto'
import { equalBytes } from '../../base/codec/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { Emit } from './effects.ts'
import { CHUNK_BYTES, SNAPSHOT_KEPT_MS } from './limits.ts'
import type { Question } from './messages.ts'
import type { Trail } from './trail.ts'

export interface Offers {
  /** Undefined while it is being made: `captured` ends that. */
  current(nowMs: number): { index: LogIndex; digest: Uint8Array; sizeBytes: number } | undefined
  /** Undefined for a part of another. */
  chunk(nowMs: number, of: Extract<Question, { kind: 'chunk' }>): Uint8Array | undefined
  captured(nowMs: number, index: LogIndex, state: Uint8Array, digest: Uint8Array): void
  tick(nowMs: number): void
  dueMs(): number | undefined
}

export function createOffers(trail: Trail, emit: Emit): Offers {
  let held: { index: LogIndex; digest: Uint8Array; state: Uint8Array; usedMs: number } | undefined
  let asked = false

  return {
    current(nowMs) {
      if (held && trail.after(held.index)) {
        held.usedMs = nowMs
        return { index: held.index, digest: held.digest, sizeBytes: held.state.byteLength }
      }
      held = undefined
      if (!asked) emit({ kind: 'capture' })
      asked = true
      return undefined
    },
    chunk(nowMs, { index, digest, offset }) {
      if (held?.index !== index || !equalBytes(held.digest, digest)) return undefined
      held.usedMs = nowMs
      const data = held.state.subarray(offset, offset + CHUNK_BYTES)
      return data.byteLength > 0 ? data : undefined
    },
    captured(nowMs, index, state, digest) {
      asked = false
      held = { index, state, digest, usedMs: nowMs }
    },
    tick(nowMs) {
      if (held && nowMs - held.usedMs >= SNAPSHOT_KEPT_MS) held = undefined
    },
    dueMs: () => held && held.usedMs + SNAPSHOT_KEPT_MS,
  }
}

/** Of large bytes in steps. */
export function* withDigest(
  steps: Generator<void, Uint8Array>,
): Generator<void, { state: Uint8Array; digest: Uint8Array }> {
  const state = yield* steps
  const sum = createHash('sha256')
  for (let at = 0; at < state.byteLength; at += CHUNK_BYTES) {
    sum.update(state.subarray(at, at + CHUNK_BYTES))
    yield
  }
  return { state, digest: Uint8Array.from(sum.digest()) }
}

export function digestOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}
