/** The shape of keys: segments of plain ASCII under `node/<NodeId>/` or `net/`. */
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { KEY_LENGTH_MAX } from './limits.ts'

const KEY = /^(?:node\/[0-9a-f]{64}|net)(?:\/[A-Za-z0-9._:@-]+)+$/

export const REMOVED_PREFIX = 'net/removed/'
export const MEMBER_PREFIX = 'net/member/'
/** Under `node/<self>/`: how far its author has collected its own tombstones. */
export const COLLECTED = 'collected'

export function isKey(text: string): boolean {
  return text.length <= KEY_LENGTH_MAX && KEY.test(text)
}

/** The node a `node/` key belongs to, or undefined for a `net/` key. */
export function nodeOfKey(key: string): NodeId | undefined {
  return key.startsWith('node/') ? parseNodeId(key.slice(5, 69)) : undefined
}

/** The owner that a `net/removed/` or `net/member/` key is about. */
export function ownerOfKey(key: string): string | undefined {
  if (key.startsWith(REMOVED_PREFIX)) return key.slice(REMOVED_PREFIX.length)
  return key.startsWith(MEMBER_PREFIX) ? key.slice(MEMBER_PREFIX.length) : undefined
}

export function isCollectedKey(key: string): boolean {
  return key.length === 70 + COLLECTED.length && key.startsWith('node/') && key.endsWith(COLLECTED)
}
