/** What is said over `certify/1`. */
import { z } from 'zod'
import { createExchange } from '../../base/codec/index.ts'
import {
  CERTIFICATE_BYTES_MAX,
  CERTIFY_ANSWER_BYTES_MAX,
  CERTIFY_QUESTION_BYTES_MAX,
  PUBLIC_KEY_BYTES_MAX,
} from './limits.ts'

const bytes = (max: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength <= max)

const question = z.strictObject({
  /** SubjectPublicKeyInfo in DER, P-256. Without it the authority alone is asked for. */
  publicKey: bytes(PUBLIC_KEY_BYTES_MAX).optional(),
})

const answer = z.discriminatedUnion('answer', [
  z.strictObject({
    answer: z.literal('given'),
    /** Of the authority itself, DER. */
    authority: bytes(CERTIFICATE_BYTES_MAX),
    /** Of the asker, DER. */
    certificate: bytes(CERTIFICATE_BYTES_MAX).optional(),
  }),
  z.strictObject({ answer: z.literal('refused'), code: z.string().max(64) }),
])
export type CertifyAnswer = z.output<typeof answer>

export const CERTIFY_PROTOCOL = 'certify/1'
export const certifyMessages = createExchange({
  question: { shape: question, bytesMax: CERTIFY_QUESTION_BYTES_MAX },
  answer: { shape: answer, bytesMax: CERTIFY_ANSWER_BYTES_MAX },
})
