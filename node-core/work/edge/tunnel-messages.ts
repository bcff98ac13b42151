/**
 * The first message of `tunnel/1` and its answer, each a DAG-CBOR document behind its length in four
 * bytes, big end first. After `ok` the stream carries the connection's bytes and nothing else.
 */
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { type Clock, sleep } from '../../base/clock/index.ts'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { EdgeErrorCode } from './index.ts'
import { TUNNEL_FRAME_BYTES_MAX, TUNNEL_HELLO_TIMEOUT_MS } from './limits.ts'

export const TUNNEL_PROTOCOL = 'tunnel/1'

const request = z.strictObject({
  workload: z.string().min(1).max(63),
  instance: z.string().min(1).max(128),
  port: z.number().int().min(1).max(65_535),
})
export type TunnelRequest = z.infer<typeof request>

const TUNNEL_REFUSALS = [
  'MALFORMED',
  'FORBIDDEN',
  'NO_INSTANCE',
  'NO_PORT',
  'NOT_LISTENING',
  'TOO_MANY',
] as const
export type TunnelRefusal = (typeof TUNNEL_REFUSALS)[number]

const answer = z.union([
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ ok: z.literal(false), code: z.enum(TUNNEL_REFUSALS) }),
])
export type TunnelAnswer = z.infer<typeof answer>

export const parseTunnelRequest = (bytes: Uint8Array): TunnelRequest =>
  request.parse(decode(bytes, { bytesMax: TUNNEL_FRAME_BYTES_MAX }))

export const parseTunnelAnswer = (bytes: Uint8Array): TunnelAnswer =>
  answer.parse(decode(bytes, { bytesMax: TUNNEL_FRAME_BYTES_MAX }))

export function writeFrame(stream: Duplex, value: TunnelRequest | TunnelAnswer): void {
  const body = encode(value)
  const frame = Buffer.alloc(4 + body.byteLength)
  frame.writeUInt32BE(body.byteLength)
  frame.set(body, 4)
  stream.write(frame)
}

/** The next frame's document; what follows it stays unread. Throws TUNNEL_TIMEOUT. */
export async function readFrame(stream: Duplex, clock: Clock): Promise<Uint8Array> {
  const late = new AbortController()
  const timeout = sleep(clock, TUNNEL_HELLO_TIMEOUT_MS, { signal: late.signal }).then(() => {
    throw new MyceliumError<EdgeErrorCode>(
      'TUNNEL_TIMEOUT',
      'The tunnel got no first message in time.',
    )
  })
  try {
    return await Promise.race([takeFrame(stream), timeout])
  } finally {
    timeout.catch(() => {})
    late.abort()
  }
}

async function takeFrame(stream: Duplex): Promise<Uint8Array> {
  const head = await take(stream, 4)
  const length = head.readUInt32BE()
  if (length === 0 || length > TUNNEL_FRAME_BYTES_MAX) {
    throw new MyceliumError<EdgeErrorCode>(
      'TUNNEL_REFUSED',
      `A first message of ${length} bytes is not taken.`,
    )
  }
  return take(stream, length)
}

function take(stream: Duplex, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      stream
        .off('readable', onReadable)
        .off('end', onGone)
        .off('close', onGone)
        .off('error', onError)
      act()
    }
    const onReadable = (): void => {
      const bytes: unknown = stream.read(length)
      if (!Buffer.isBuffer(bytes)) return
      if (bytes.byteLength === length) settle(() => resolve(bytes))
      else onGone()
    }
    const onGone = (): void =>
      settle(() =>
        reject(
          new MyceliumError<EdgeErrorCode>('TUNNEL_REFUSED', 'The tunnel ended at its start.'),
        ),
      )
    const onError = (error: Error): void => settle(() => reject(error))
    stream.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', onError)
    onReadable()
  })
}
