/**
 * A block: items in order, on top of its parent. Its digest is the hash of its only encoding, and
 * leads over the parents back to the genesis, so whoever is shown that a block is final has the
 * whole log proven.
 */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import type { LogIndex } from '../index.ts'
import { BLOCK_BYTES_MAX, BLOCK_ITEMS_MAX, PAYLOAD_BYTES_MAX } from './limits.ts'
import {
  type BlockDigest,
  digestOf,
  type Epoch,
  fromHex,
  type Height,
  type View,
} from './numbering.ts'
import { COMMITTEE, type Committee, plainCommittee } from './quorum.ts'
import { bytesUpTo, DIGEST, EPOCH, HEIGHT, INDEX, NONCE, parseBy, VIEW } from './shapes.ts'

/** Something that waits for a place in a block. */
export interface Item {
  /** 16 random bytes, as hex: nobody can put it into a block before it was made known. */
  nonce: string
  payload: Uint8Array
}

/** A change of members. Its committee is the next epoch's, so it fits into one epoch only. */
export interface Change {
  nonce: string
  committee: Committee
}

export interface BlockDraft {
  epoch: Epoch
  view: View
  height: Height
  parent: BlockDigest
  /** The last entry of the log before this block. */
  index: LogIndex
  items: readonly Item[]
  /** Such a block is the last of its epoch and holds nothing else. */
  change: Change | undefined
}

export interface Block extends BlockDraft {
  digest: BlockDigest
  bytes: Uint8Array
}

export function createBlock(draft: BlockDraft): Block {
  const bytes = encode([
    VERSION,
    draft.epoch,
    draft.view,
    draft.height,
    fromHex(draft.parent),
    draft.index,
    draft.items.map(plainItem),
    draft.change ? plainChange(draft.change) : null,
  ])
  return { ...draft, digest: digestOf(bytes), bytes }
}

/** Undefined for what is not a block. What it builds on is for the caller to check. */
export function parseBlock(bytes: Uint8Array): Block | undefined {
  const draft = parseBy(BLOCK, bytes, BLOCK_BYTES_MAX)
  // A copy: what stays must not keep the whole message it came in.
  return draft && { ...draft, digest: digestOf(bytes), bytes: Uint8Array.from(bytes) }
}

/** The last entry of the log once this block is in it. */
export function endOf(block: BlockDraft): LogIndex {
  return (block.index + block.items.length + (block.change ? 1 : 0)) as LogIndex
}

/**
 * What tells one item from all others. The nonce alone would not: once it is known, a liar can put
 * another payload under it.
 */
export function itemKey(item: Item): string {
  const known = keys.get(item)
  if (known !== undefined) return known
  const key = `${item.nonce}:${digestOf(item.payload)}`
  keys.set(item, key)
  return key
}

/** The rules ask for the same few again and again. */
const keys = new WeakMap<Item, string>()

export function isSameChange(left: Change, right: Change): boolean {
  return Buffer.compare(encode(plainChange(left)), encode(plainChange(right))) === 0
}

export function plainItem(item: Item) {
  return [fromHex(item.nonce), item.payload]
}

export function plainChange(change: Change) {
  return [fromHex(change.nonce), plainCommittee(change.committee)]
}

const VERSION = 1

export const ITEM = z
  .tuple([NONCE, bytesUpTo(PAYLOAD_BYTES_MAX)])
  .transform(([nonce, payload]): Item => ({ nonce, payload }))

export const CHANGE = z
  .tuple([NONCE, COMMITTEE])
  .transform(([nonce, committee]): Change => ({ nonce, committee }))

const BLOCK = z
  .tuple([
    z.literal(VERSION),
    EPOCH,
    VIEW,
    HEIGHT,
    DIGEST,
    INDEX,
    z.array(ITEM).max(BLOCK_ITEMS_MAX),
    CHANGE.nullable(),
  ])
  .transform(
    ([, epoch, view, height, parent, index, items, change]): BlockDraft => ({
      epoch,
      view,
      height,
      parent,
      index,
      items,
      change: change ?? undefined,
    }),
  )
  .refine(({ epoch, view, height, items, change }) => {
    if (view < 1 || height < 1) return false
    return change === undefined || (items.length === 0 && change.committee.epoch === epoch + 1)
  })
