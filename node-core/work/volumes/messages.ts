/** `volume/1`: delete a volume of yours, or have it back. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { VOLUME_MESSAGE_BYTES_MAX } from './limits.ts'

export const VOLUME_PROTOCOL = 'volume/1'

const order = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('delete'), id: z.string().max(200), forGood: z.boolean() }),
  z.strictObject({ what: z.literal('restore'), id: z.string().max(200) }),
])
export type VolumeOrder = z.infer<typeof order>

const answer = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({
    ok: z.literal(false),
    code: z.enum(['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'INTERNAL_ERROR']),
    message: z.string().max(1_024),
    reason: z.string().max(64).optional(),
  }),
])
export type VolumeAnswer = z.infer<typeof answer>

const bounded = { bytesMax: VOLUME_MESSAGE_BYTES_MAX }
export const encodeVolumeMessage = (message: VolumeOrder | VolumeAnswer): Uint8Array =>
  encode(message)
export const parseOrder = (bytes: Uint8Array): VolumeOrder => order.parse(decode(bytes, bounded))
export const parseAnswer = (bytes: Uint8Array): VolumeAnswer => answer.parse(decode(bytes, bounded))
