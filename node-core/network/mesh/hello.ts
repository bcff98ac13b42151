/**
 * `hello/1`: the first words on every connection. Whoever dialled shows its credential; the other
 * verifies it and answers with its own, or with the reason why not. One length-prefixed frame each
 * way, so that a cut frame is never taken for a whole one.
 */
import type { Stream } from '@libp2p/interface'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createFrameReader, framed } from '../../base/net/index.ts'
import { parseRefusal, type RefusalCode } from './errors.ts'
import { ADDRESS_LENGTH_MAX, ADDRESSES_PER_PEER_MAX, HELLO_BYTES_MAX } from './limits.ts'
import { createNetStream } from './net-stream.ts'

export const HELLO_VERSION = 1

/** What a node says of itself: who it is, and where it can be dialled. */
export interface Introduction {
  credential: Uint8Array
  addresses: readonly string[]
}

export type Hello = Introduction | { refused: RefusalCode }

export function encodeHello(hello: Hello): Uint8Array {
  return encode({ version: HELLO_VERSION, ...hello })
}

/** Throws IDENTITY_MALFORMED for anything but a hello of our version. */
export function parseHello(bytes: Uint8Array): Hello {
  const value = decode(bytes, { bytesMax: HELLO_BYTES_MAX })
  if (isRecord(value) && value.version === HELLO_VERSION) {
    const { credential, addresses } = value
    if (credential instanceof Uint8Array && isAddressList(addresses)) {
      return { credential, addresses }
    }
    const refused = parseRefusal(value.refused)
    if (refused) return { refused }
  }
  throw new MyceliumError('IDENTITY_MALFORMED', 'The peer’s greeting cannot be read.')
}

/** Introduces us and returns the peer's introduction, or throws the code it refuses us with. */
export async function sayHello(stream: Stream, own: Introduction): Promise<Introduction> {
  const bytes = createNetStream(stream)
  await bytes.write(framed(encodeHello(own)))
  const answer = parseHello(await createFrameReader(bytes).frame(HELLO_BYTES_MAX))
  await bytes.closeWrite()
  if ('credential' in answer) return answer
  throw new MyceliumError(answer.refused, REFUSALS[answer.refused], { details: { byPeer: true } })
}

/** Reads what the dialler shows and answers with what `judge` makes of it. */
export async function hearHello(
  stream: Stream,
  judge: (peer: Introduction) => Hello,
): Promise<void> {
  const bytes = createNetStream(stream)
  const hello = parseHello(await createFrameReader(bytes).frame(HELLO_BYTES_MAX))
  if (!('credential' in hello)) {
    throw new MyceliumError('IDENTITY_MALFORMED', 'The peer shows no credential.')
  }
  await bytes.write(framed(encodeHello(judge(hello))))
  await bytes.closeWrite()
}

const REFUSALS: Record<RefusalCode, string> = {
  WRONG_NETWORK: 'The peer belongs to another network.',
  MEMBER_REMOVED: 'The peer’s network has removed this node’s owner.',
  CERTIFICATE_EXPIRED: 'The peer finds this node’s certificate expired.',
  CERTIFICATE_UNTRUSTED: 'The peer does not trust this node’s certificate.',
  SIGNATURE_INVALID: 'The peer finds a signature of this node’s certificate wrong.',
  IDENTITY_MALFORMED: 'The peer cannot read this node’s certificate.',
  PEER_BANISHED: 'The peer keeps this node away for a while.',
}

function isAddressList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > ADDRESSES_PER_PEER_MAX) return false
  return value.every((text) => typeof text === 'string' && text.length <= ADDRESS_LENGTH_MAX)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}
