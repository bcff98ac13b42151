/** What a member says of entries and states that somebody was brought (see `confirming.ts`). */
import { createHash } from 'node:crypto'
import { encode, equalBytes } from '../../base/codec/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import type { Answer, Question } from './messages.ts'
import type { Trail } from './trail.ts'

/** `same` is null where this node cannot tell: it is not there yet, or remembers it no more. */
export function vouch(
  trail: Trail,
  hashAt: (index: LogIndex) => string | undefined,
  { what, after, to, digest }: Extract<Question, { kind: 'vouch' }>,
): Answer {
  const held = what === 'entries' ? entriesHeld(trail, after, to) : stateHeld(hashAt(to))
  return { kind: 'vouched', same: held ? equalBytes(held, digest) : null }
}

function entriesHeld(trail: Trail, after: LogIndex, to: LogIndex): Uint8Array | undefined {
  const entries = trail.between(after, to)
  return entries && entriesDigest(entries)
}

function stateHeld(hash: string | undefined): Uint8Array | undefined {
  return hash === undefined ? undefined : Uint8Array.from(Buffer.from(hash, 'hex'))
}

/** Over every entry: its place, its content, and the members that it brings. */
export function entriesDigest(entries: readonly CommittedEntry[]): Uint8Array {
  const all = createHash('sha256')
  for (const { index, payload, members } of entries) {
    const content = createHash('sha256').update(payload).digest()
    const named = members ? [[...members.voters], [...members.learners]] : null
    all.update(encode([index, Uint8Array.from(content), named]))
  }
  return Uint8Array.from(all.digest())
}
