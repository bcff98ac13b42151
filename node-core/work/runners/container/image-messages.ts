/** `image-have/1` asks for the id behind a reference; `image/1` brings an image by id. */
import { z } from 'zod'
import { decode, encode } from '../../../base/codec/index.ts'
import { PORTS_MAX } from '../../spec/index.ts'
import { IMAGE_FRAME_BYTES_MAX } from './limits.ts'

export const HAVE_PROTOCOL = 'image-have/1'
export const IMAGE_PROTOCOL = 'image/1'

export const IMAGE_ID = /^sha256:[0-9a-f]{64}$/
const imageId = z.string().regex(IMAGE_ID)

const haveQuestion = z.strictObject({ reference: z.string().min(1).max(512) })
const exposed = z.strictObject({
  containerPort: z.number().int().min(1).max(65_535),
  protocol: z.enum(['tcp', 'udp']),
})
const haveAnswer = z.strictObject({
  imageId: imageId.optional(),
  exposes: z.array(exposed).max(PORTS_MAX).optional(),
})
const imageQuestion = z.strictObject({ imageId })
const imageAnswer = z.discriminatedUnion('status', [
  /** About what will come: an engine does not know exactly before it has sent everything. */
  z.strictObject({ status: z.literal('ok'), sizeBytes: z.number().int().min(0) }),
  z.strictObject({ status: z.literal('absent') }),
  z.strictObject({ status: z.literal('busy') }),
])

const bounded = { bytesMax: IMAGE_FRAME_BYTES_MAX }
export const encodeMessage = (
  message:
    | z.infer<typeof haveQuestion>
    | z.infer<typeof haveAnswer>
    | z.infer<typeof imageQuestion>
    | z.infer<typeof imageAnswer>,
): Uint8Array => encode(message)
export const parseHaveQuestion = (bytes: Uint8Array) => haveQuestion.parse(decode(bytes, bounded))
export const parseHaveAnswer = (bytes: Uint8Array) => haveAnswer.parse(decode(bytes, bounded))
export const parseImageQuestion = (bytes: Uint8Array) => imageQuestion.parse(decode(bytes, bounded))
export const parseImageAnswer = (bytes: Uint8Array) => imageAnswer.parse(decode(bytes, bounded))
