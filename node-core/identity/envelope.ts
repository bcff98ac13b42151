/**
 * The one signed form: DAG-CBOR `{ key, payload, signature }`. What is signed names the kind of
 * document and the network, so a signature made for one purpose is worth nothing for another.
 */
import { z } from 'zod'
import { decode, encode } from '../base/codec/index.ts'
import { MyceliumError } from '../base/errors/index.ts'
import type {
  EnvelopeContext,
  IdentityErrorCode,
  NetworkId,
  OpenEnvelope,
  Signer,
} from './index.ts'
import { type Verify, verify } from './signature.ts'

/** `network` is undefined only for the genesis, which has no network before it is signed. */
export function sealEnvelope(
  signer: Signer,
  context: EnvelopeContext,
  network: NetworkId | undefined,
  payload: Uint8Array,
): Uint8Array {
  const signature = signer.sign(signedBytes(context, network, payload))
  return encode({ key: signer.publicKey, payload, signature })
}

/** Throws IDENTITY_MALFORMED or SIGNATURE_INVALID. What the payload says is for the caller. */
export function openEnvelope(
  context: EnvelopeContext,
  network: NetworkId | undefined,
  bytes: Uint8Array,
  options: { bytesMax: number; verify?: Verify | undefined },
): OpenEnvelope {
  const { key, payload, signature } = parseEnvelope(bytes, options)
  const holds = options.verify ?? verify
  if (!holds(key, signedBytes(context, network, payload), signature)) {
    throw new MyceliumError<IdentityErrorCode>('SIGNATURE_INVALID', 'The signature does not hold.')
  }
  return { key, payload }
}

/** The parts of an envelope before anything about it is believed. */
export function parseEnvelope(bytes: Uint8Array, options: { bytesMax: number }) {
  const envelope = ENVELOPE.safeParse(decodeOrRefuse(bytes, options.bytesMax))
  if (!envelope.success) throw malformed('The bytes are not a signed envelope.')
  return envelope.data
}

/** Decodes a payload and checks its shape, as IDENTITY_MALFORMED. */
export function parsePayload<Shape extends z.ZodType>(
  shape: Shape,
  payload: Uint8Array,
  what: string,
): z.infer<Shape> {
  const parsed = shape.safeParse(decodeOrRefuse(payload, payload.byteLength))
  if (!parsed.success) throw malformed(`The bytes are not a ${what}.`, parsed.error)
  return parsed.data
}

export function bytesOf(length: number) {
  return z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength === length)
}

export function malformed(message: string, cause?: unknown): MyceliumError<IdentityErrorCode> {
  return new MyceliumError('IDENTITY_MALFORMED', message, { cause })
}

/** `mycelium/<context>/1` NUL, 32 bytes of network id (zeros for a genesis), payload. */
export function signedBytes(
  context: EnvelopeContext,
  network: NetworkId | undefined,
  payload: Uint8Array,
): Uint8Array {
  const domain = Buffer.from(`mycelium/${context}/1\0`)
  const networkBytes = network ? Buffer.from(network, 'hex') : Buffer.alloc(32)
  return Buffer.concat([domain, networkBytes, payload])
}

const ENVELOPE = z.strictObject({
  key: bytesOf(32),
  payload: z.instanceof(Uint8Array),
  signature: bytesOf(64),
})

function decodeOrRefuse(bytes: Uint8Array, bytesMax: number): unknown {
  try {
    return decode(bytes, { bytesMax })
  } catch (cause) {
    throw malformed('The bytes are not canonical DAG-CBOR.', cause)
  }
}
