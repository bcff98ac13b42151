/** What is said over `join`: one question, one answer, each DAG-CBOR. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type NetworkId, openEnvelope, type Signer, sealEnvelope } from '../../identity/index.ts'
import type { AdmissionErrorCode } from './index.ts'
import { ADDRESSES_MAX, MESSAGE_BYTES_MAX } from './limits.ts'

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const key = bytes.refine((value) => value.byteLength === 32)
const chain = z.array(bytes).min(1).max(8)
const addresses = z.array(z.string().max(256)).max(ADDRESSES_MAX)
const shortText = z.string().max(200)
const displayName = z.string().trim().min(1).max(63)

const QUESTION = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('about') }),
  /** A `JoinRequest` under the newcomer's owner key, and the network it is meant for. */
  z.strictObject({ ask: z.literal('join'), network: shortText, request: bytes }),
  /** An owner's chain whose leaf has ended or soon will. */
  z.strictObject({ ask: z.literal('renew'), membership: chain }),
])
export type Question = z.infer<typeof QUESTION>

const ANSWER = z.discriminatedUnion('answer', [
  z.strictObject({
    answer: z.literal('about'),
    network: shortText,
    name: shortText,
    node: shortText,
    nodeName: shortText,
    members: z.int().min(0),
  }),
  z.strictObject({
    answer: z.literal('admitted'),
    genesis: bytes,
    membership: chain,
    addresses,
  }),
  z.strictObject({ answer: z.literal('waiting'), genesis: bytes, since: z.string().max(30) }),
  z.strictObject({
    answer: z.literal('refused'),
    code: shortText,
    message: shortText,
    addresses: addresses.optional(),
  }),
])
export type Answer = z.infer<typeof ANSWER>

const JOIN_REQUEST = z.strictObject({
  /** invite: admit me. ask: put me before an admin. poll: was I approved? */
  wish: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('invite'), invite: bytes, proof: bytes }),
    z.strictObject({ kind: z.literal('ask') }),
    z.strictObject({ kind: z.literal('poll') }),
  ]),
  /** The public key of the node that asks; the mesh has proven that it holds it. */
  node: key,
  ownerName: displayName,
  nodeName: displayName,
})
export type JoinRequest = z.infer<typeof JOIN_REQUEST>

export function encodeQuestion(question: Question): Uint8Array {
  return encode(question)
}

export function parseQuestion(body: Uint8Array): Question {
  return parse(QUESTION, body)
}

export function encodeAnswer(answer: Answer): Uint8Array {
  return encode(answer)
}

export function parseAnswer(body: Uint8Array): Answer {
  return parse(ANSWER, body)
}

/** Signed by the owner's key, so nobody asks in another's name. */
export function sealJoinRequest(
  ownerKey: Signer,
  network: NetworkId,
  request: JoinRequest,
): Uint8Array {
  return sealEnvelope(ownerKey, 'join', network, encode(request))
}

/** Throws JOIN_MALFORMED, IDENTITY_MALFORMED or SIGNATURE_INVALID. */
export function openJoinRequest(
  network: NetworkId,
  sealed: Uint8Array,
): { ownerKey: Uint8Array; request: JoinRequest } {
  const limits = { bytesMax: MESSAGE_BYTES_MAX }
  const envelope = openEnvelope('join', network, sealed, limits)
  return { ownerKey: envelope.key, request: parse(JOIN_REQUEST, envelope.payload) }
}

function parse<Shape extends z.ZodType>(shape: Shape, body: Uint8Array): z.infer<Shape> {
  let value: unknown
  try {
    value = decode(body, { bytesMax: MESSAGE_BYTES_MAX })
  } catch (cause) {
    throw malformed(cause)
  }
  const parsed = shape.safeParse(value)
  if (!parsed.success) throw malformed(parsed.error)
  return parsed.data
}

function malformed(cause: unknown): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError('JOIN_MALFORMED', 'This is not a join message.', { cause })
}
