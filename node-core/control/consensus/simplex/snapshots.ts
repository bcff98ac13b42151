/**
 * A snapshot: the state machine's state with what the engine needs to go on from it. Every node that
 * takes one at the same index writes the same bytes, so that its hash can be vouched for.
 */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import type { LogIndex } from '../index.ts'
import { type Block, parseBlock } from './block.ts'
import { BLOCK_BYTES_MAX, CLAIMS_MAX, SNAPSHOT_BYTES_MAX } from './limits.ts'
import type { Claim } from './messages.ts'
import { type BlockDigest, digestOf } from './numbering.ts'
import { COMMITTEE, type Committee, plainCommittee } from './quorum.ts'
import { bytesUpTo, INDEX, parseBy } from './shapes.ts'

export interface SnapshotContent {
  index: LogIndex
  /** The last block that ends at or before the index; undefined for the genesis. */
  base: Block | undefined
  /** Of the block after the base. */
  committee: Committee
  state: Uint8Array
}

export interface Snapshots {
  hold(snapshot: Uint8Array, content: SnapshotContent): void
  /** The last that this node took or restored, and its bytes. */
  held(): { claim: Claim; bytes: Uint8Array; base: Block | undefined } | undefined
  /** Also of earlier ones: nodes that do not compact at the same time may still agree on one. */
  claims(): readonly Claim[]
}

export function createSnapshots(): Snapshots {
  const claims: Claim[] = []
  let held: ReturnType<Snapshots['held']>
  return {
    hold(bytes, { index, base }) {
      const claim = { index, digest: digestOf(bytes), sizeBytes: bytes.byteLength }
      held = { claim, bytes, base }
      if (claims.at(-1)?.digest !== claim.digest) claims.push(claim)
      if (claims.length > CLAIMS_MAX) claims.shift()
    },
    held: () => held,
    claims: () => claims,
  }
}

export function encodeSnapshot({ index, base, committee, state }: SnapshotContent): Uint8Array {
  return encode([VERSION, index, base?.bytes ?? null, plainCommittee(committee), state])
}

export function parseSnapshot(bytes: Uint8Array): SnapshotContent | undefined {
  return parseBy(SNAPSHOT, bytes, SNAPSHOT_BYTES_MAX)
}

export function isClaimed(bytes: Uint8Array, digest: BlockDigest): boolean {
  return digestOf(bytes) === digest
}

const VERSION = 1
const BASE = bytesUpTo(BLOCK_BYTES_MAX).transform((bytes, context) => {
  const block = parseBlock(bytes)
  if (block) return block
  context.addIssue('not a block')
  return z.NEVER
})
const SNAPSHOT = z
  .tuple([z.literal(VERSION), INDEX, BASE.nullable(), COMMITTEE, bytesUpTo(SNAPSHOT_BYTES_MAX)])
  .transform(
    ([, index, base, committee, state]): SnapshotContent => ({
      index,
      base: base ?? undefined,
      committee,
      state,
    }),
  )
