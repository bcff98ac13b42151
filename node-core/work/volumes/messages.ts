/** `volume/1`: delete a volume of yours, or have it back. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import { VOLUME_MESSAGE_BYTES_MAX } from './limits.ts'

export const VOLUME_PROTOCOL = 'volume/1'
const MESSAGE_LENGTH_MAX = 1_024

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
    message: z.string().max(MESSAGE_LENGTH_MAX),
    /** With INTERNAL_ERROR one of TOLD_AS_REASON, where it is known. */
    reason: z.string().max(64).optional(),
  }),
])
export type VolumeAnswer = z.infer<typeof answer>
type Refusal = Extract<VolumeAnswer, { ok: false }>

/** Codes that older releases do not know: they read INTERNAL_ERROR, with this as its reason. */
const TOLD_AS_REASON = ['UNAVAILABLE', 'ENGINE_UNAVAILABLE'] as const

export function refusalOf(error: unknown): Refusal {
  const message = messageOf(error).slice(0, MESSAGE_LENGTH_MAX)
  for (const code of ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'] as const) {
    if (!(error instanceof MyceliumError && isCode(error, code))) continue
    const inUse = isCode(error.cause, 'VOLUME_IN_USE') && { reason: 'VOLUME_IN_USE' }
    return { ok: false, code, message, ...inUse }
  }
  const reason = TOLD_AS_REASON.find((code) => isCode(error, code))
  return { ok: false, code: 'INTERNAL_ERROR', message, ...(reason && { reason }) }
}

/** What the other node met with, as if it had been here. */
export function errorOf({ code, message, reason }: Refusal): MyceliumError {
  const told = TOLD_AS_REASON.find((one) => code === 'INTERNAL_ERROR' && one === reason)
  if (told) return new MyceliumError(told, message)
  return new MyceliumError(code, message, reason === undefined ? {} : { details: { reason } })
}

const bounded = { bytesMax: VOLUME_MESSAGE_BYTES_MAX }
export const encodeVolumeMessage = (message: VolumeOrder | VolumeAnswer): Uint8Array =>
  encode(message)
export const parseOrder = (bytes: Uint8Array): VolumeOrder => order.parse(decode(bytes, bounded))
export const parseAnswer = (bytes: Uint8Array): VolumeAnswer => answer.parse(decode(bytes, bounded))
