/**
 * A holder's replies as bytes with their length before them. Apart from the messages, since the thread
 * of pieces frames what it has packed, and would load the schemas of all messages for it.
 */
import { type Allocate, emptyFrame, unframed } from '../../base/net/index.ts'
import { SHARED_BYTES_MIN } from './limits.ts'

export const REPLIES = ['list', 'piece', 'squeezed', 'gained', 'refused', 'others'] as const

/** The bytes of a piece, compressed where that makes them fewer. */
export interface PackedPiece {
  squeezed: boolean
  bytes: Uint8Array
}

/**
 * Memory that both threads see: what lies in it goes from one to the other without a copy, and V8 does
 * not count it, so that it does not set off the collector.
 */
export const sharedRoom: Allocate = (bytes) =>
  bytes < SHARED_BYTES_MIN ? new Uint8Array(bytes) : new Uint8Array(new SharedArrayBuffer(bytes))

export const framePiece = (index: number, { squeezed, bytes }: PackedPiece): Uint8Array =>
  frameOf(squeezed ? 'squeezed' : 'piece', numbers([index]), bytes)

/** Made in one go: pieces are large, and each copy of one is work for the collector. */
export function frameOf(type: (typeof REPLIES)[number], ...parts: Uint8Array[]): Uint8Array {
  const bytes = 1 + parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const whole = emptyFrame(bytes, sharedRoom)
  const body = unframed(whole)
  body[0] = REPLIES.indexOf(type)
  let at = 1
  for (const part of parts) {
    body.set(part, at)
    at += part.byteLength
  }
  return whole
}

/** Four bytes for each, big-endian. */
export function numbers(list: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(list.length * 4)
  for (const [at, number] of list.entries()) bytes.writeUInt32BE(number, at * 4)
  return bytes
}
