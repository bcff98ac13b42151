/** `blob/1`: one question, the head of the answer, then the bytes from `offset` to the end. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import type { Digest } from './index.ts'
import { parseDigest } from './index.ts'
import { FRAME_BYTES_MAX } from './limits.ts'

export const BLOB_PROTOCOL = 'blob/1'

const question = z.strictObject({
  digest: z.string().transform((text, context): Digest => {
    const digest = parseDigest(text)
    if (digest) return digest
    context.addIssue('not a digest')
    return z.NEVER
  }),
  offset: z.number().int().min(0),
})
const answer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ok'), sizeBytes: z.number().int().min(0) }),
  z.strictObject({ status: z.literal('absent') }),
  z.strictObject({ status: z.literal('busy') }),
])

export type BlobQuestion = z.infer<typeof question>
export type BlobAnswer = z.infer<typeof answer>

export const encodeMessage = (message: BlobQuestion | BlobAnswer): Uint8Array => encode(message)
export const parseQuestion = (bytes: Uint8Array): BlobQuestion =>
  question.parse(decode(bytes, { bytesMax: FRAME_BYTES_MAX }))
export const parseAnswer = (bytes: Uint8Array): BlobAnswer =>
  answer.parse(decode(bytes, { bytesMax: FRAME_BYTES_MAX }))
