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

// One step each, where a type of the library with a check and a transform behind it takes three: every
// vote has several of them.
const numbered = <Number extends number>() =>
  z.custom<Number>((value) => Number.isSafeInteger(value) && isInSequence(Number(value)))
const isInSequence = (number: number): boolean => number >= 0 && number <= SEQUENCE_MAX
const hexOf = <Name extends string>(length: number) =>
  z.transform((value: unknown, { issues }): Name => {
    if (value instanceof Uint8Array && value.byteLength === length) return toHex(value) as Name
    issues.push({ code: 'custom', input: value })
    return z.NEVER
  })

export const EPOCH = numbered<Epoch>()
export const VIEW = numbered<View>()
export const HEIGHT = numbered<Height>()
export const INDEX = numbered<LogIndex>()
export const NODE = hexOf<NodeId>(32)
export const DIGEST = hexOf<BlockDigest>(32)
/** What tells one item from another, even with the same payload. */
export const NONCE = hexOf<string>(16)

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
