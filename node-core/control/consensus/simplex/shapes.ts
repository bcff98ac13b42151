/** Shapes that several messages and records share, and the one way to parse bytes by a shape. */
import { z } from 'zod'
import { decode } from '../../../base/codec/index.ts'
import { isCode } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { SEQUENCE_MAX } from './limits.ts'
import { type BlockDigest, type Epoch, type Height, toHex, type View } from './numbering.ts'

export const bytesOf = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength === length)
export const bytesUpTo = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= length)

const sequence = z.int().min(0).max(SEQUENCE_MAX)
export const EPOCH = sequence.transform((number) => number as Epoch)
export const VIEW = sequence.transform((number) => number as View)
export const HEIGHT = sequence.transform((number) => number as Height)
export const INDEX = sequence.transform((number) => number as LogIndex)
export const NODE = bytesOf(32).transform((bytes) => toHex(bytes) as NodeId)
export const DIGEST = bytesOf(32).transform((bytes) => toHex(bytes) as BlockDigest)
/** What tells one item from another, even with the same payload. */
export const NONCE = bytesOf(16).transform(toHex)

/** Undefined for what nobody that follows the protocol would write. */
export function parseBy<Shape extends z.ZodType>(
  shape: Shape,
  bytes: Uint8Array,
  bytesMax: number,
): z.infer<Shape> | undefined {
  try {
    return shape.safeParse(decode(bytes, { bytesMax })).data
  } catch (error) {
    if (isCode(error, 'CODEC_MALFORMED') || isCode(error, 'CODEC_TOO_LARGE')) return undefined
    throw error
  }
}
