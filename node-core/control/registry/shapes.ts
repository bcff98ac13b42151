/** Single fields of commands and of rows. */
import { z } from 'zod'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { type OwnerId, type Permission, parseOwnerId } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { KEY_LENGTH_MAX, NAME_LENGTH_MAX, OWNER_NAME_LENGTH_MAX, SEQUENCE_MAX } from './limits.ts'

export const sequence = z.int().min(0).max(SEQUENCE_MAX)
export const logIndex = z.custom<LogIndex>(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
)
export function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= SEQUENCE_MAX
}
export const positive = z.int().min(1).max(SEQUENCE_MAX)

export const bytesOf = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength === length)
export const bytesUpTo = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength <= length)

export const ownerId = z.custom<OwnerId>(
  (value) => typeof value === 'string' && parseOwnerId(value) !== undefined,
)
export const nodeId = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
export const publicKey = bytesOf(32)

/** The first part of a key, and what a workload is called. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
export const name = z.string().max(NAME_LENGTH_MAX).regex(NAME)

/** `<namespace>` or `<namespace>/…`: visible ASCII. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[\x21-\x7e]*)?$/
export const key = z.string().refine(isKey)

export function isKey(text: string): boolean {
  return (
    text.length <= KEY_LENGTH_MAX && KEY.test(text) && namespaceOf(text).length <= NAME_LENGTH_MAX
  )
}

export function namespaceOf(text: string): string {
  const slash = text.indexOf('/')
  return slash < 0 ? text : text.slice(0, slash)
}

/** No blanks at its ends, no control characters, none that turn the text's direction. */
const HIDDEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
export function isPlainText(text: string): boolean {
  return text.trim() === text && !HIDDEN.test(text)
}
export const ownerName = z.string().min(1).max(OWNER_NAME_LENGTH_MAX).refine(isPlainText)

export const EVERY_PERMISSION: readonly Permission[] = ['admin', 'invite', 'deploy', 'use']
/** Sorted and without repeats, so that one set has one form. */
export const permissions = z
  .array(z.enum(['admin', 'invite', 'deploy', 'use']))
  .min(1)
  .refine((list) => {
    const sorted = EVERY_PERMISSION.filter((one) => list.includes(one))
    return sorted.length === list.length && sorted.every((one, at) => one === list[at])
  })
