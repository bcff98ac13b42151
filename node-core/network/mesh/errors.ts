import { MyceliumError } from '../../base/errors/index.ts'
import type { NetErrorCode } from '../../base/net/index.ts'
import type { IdentityErrorCode } from '../../identity/index.ts'

export type MeshErrorCode =
  | NetErrorCode
  /** Not a multiaddr this node can dial or listen on. */
  | 'ADDRESS_INVALID'
  /** The address to listen on is taken, or is not this machine's. */
  | 'LISTEN_FAILED'
  /** The mesh is not running. */
  | 'MESH_STOPPED'
  /** The peer sent too much rubbish and is kept away for a while. */
  | 'PEER_BANISHED'

/** Why a peer was not admitted. These travel in `hello`, so they are a closed set. */
export const REFUSAL_CODES = [
  'WRONG_NETWORK',
  'MEMBER_REMOVED',
  'CERTIFICATE_EXPIRED',
  'CERTIFICATE_UNTRUSTED',
  'SIGNATURE_INVALID',
  'IDENTITY_MALFORMED',
  'PEER_BANISHED',
] as const satisfies readonly (IdentityErrorCode | MeshErrorCode)[]

export type RefusalCode = (typeof REFUSAL_CODES)[number]

export function parseRefusal(code: unknown): RefusalCode | undefined {
  return REFUSAL_CODES.find((known) => known === code)
}

/** What goes into `hello` for a peer whose credential did not hold. */
export function refusalOf(error: unknown): RefusalCode {
  const code = error instanceof MyceliumError ? parseRefusal(error.code) : undefined
  return code ?? 'IDENTITY_MALFORMED'
}

/** libp2p names its errors; this puts them into the words of `Net`. */
export function netError(cause: unknown, fallback: NetErrorCode): MyceliumError {
  if (cause instanceof MyceliumError) return cause
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'TimeoutError') {
    return new MyceliumError('NET_TIMEOUT', 'The peer did not answer in time.', { cause })
  }
  return new MyceliumError(fallback, MESSAGES[fallback], { cause })
}

/** A connection that could not be made in time was not made; what the peer said of us is kept. */
export function unreachable(cause: unknown): MyceliumError {
  if (cause instanceof MyceliumError && cause.code !== 'NET_TIMEOUT') return cause
  return new MyceliumError('NET_UNREACHABLE', MESSAGES.NET_UNREACHABLE, { cause })
}

const MESSAGES: Record<NetErrorCode, string> = {
  NET_UNREACHABLE: 'No connection to the peer could be made.',
  NET_TIMEOUT: 'The peer did not answer in time.',
  NET_TOO_LARGE: 'The message is over its limit.',
  NET_REFUSED: 'The peer refused or reset the stream.',
}
export function stopped(): MyceliumError<MeshErrorCode> {
  return new MyceliumError('MESH_STOPPED', 'The mesh is not running.')
}
