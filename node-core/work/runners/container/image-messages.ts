/**
 * `image-have/1` asks for the id behind a reference; `image-offer/2` has an image taken apart, so that
 * its parts can be fetched as blobs.
 */
import { z } from 'zod'
import { decode, encode } from '../../../base/codec/index.ts'
import { PORTS_MAX } from '../../spec/index.ts'
import { imageReference } from './image-reference.ts'
import { IMAGE_FRAME_BYTES_MAX, OFFER_BYTES_MAX } from './limits.ts'

export const HAVE_PROTOCOL = 'image-have/1'
export const OFFER_PROTOCOL = 'image-offer/2'

const IMAGE_ID = /^sha256:[0-9a-f]{64}$/
const imageId = z.string().regex(IMAGE_ID)

const haveQuestion = z.strictObject({ reference: imageReference })
const exposed = z.strictObject({
  containerPort: z.number().int().min(1).max(65_535),
  protocol: z.enum(['tcp', 'udp']),
})
const haveAnswer = z.strictObject({
  imageId: imageId.optional(),
  exposes: z.array(exposed).max(PORTS_MAX).optional(),
  /** It is taken apart already. */
  ready: z.boolean().optional(),
})
const offerQuestion = z.strictObject({ imageId })
const offerAnswer = z.discriminatedUnion('status', [
  /** All parts can be fetched here. Sizes by digest, for progress alone. */
  z.strictObject({
    status: z.literal('ready'),
    sizes: z.record(imageId, z.number().int().min(0)),
  }),
  /** The engine is handing it out: parts can be asked for, and are given as they come. */
  z.strictObject({ status: z.literal('coming'), totalBytes: z.number().int().min(0) }),
  /** The engine makes it ready to be handed out: to be asked again. */
  z.strictObject({ status: z.literal('preparing') }),
  z.strictObject({ status: z.literal('absent') }),
])
export type OfferAnswer = z.infer<typeof offerAnswer>

const bounded = { bytesMax: IMAGE_FRAME_BYTES_MAX }
export const encodeMessage = (
  message:
    | z.infer<typeof haveQuestion>
    | z.infer<typeof haveAnswer>
    | z.infer<typeof offerQuestion>
    | OfferAnswer,
): Uint8Array => encode(message)
export const parseHaveQuestion = (bytes: Uint8Array) => haveQuestion.parse(decode(bytes, bounded))
export const parseHaveAnswer = (bytes: Uint8Array) => haveAnswer.parse(decode(bytes, bounded))
export const parseOfferQuestion = (bytes: Uint8Array) => offerQuestion.parse(decode(bytes, bounded))
export const parseOfferAnswer = (bytes: Uint8Array) =>
  offerAnswer.parse(decode(bytes, { bytesMax: OFFER_BYTES_MAX }))
