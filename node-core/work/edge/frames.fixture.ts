/** HTTP/2 by hand (RFC 9113, RFC 7541), to say what no well-made client would. */
import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import type { Edge } from './index.ts'
import { shake } from './tls.fixture.ts'

export const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  continuation: 9,
}
export const END_STREAM = 1
export const END_HEADERS = 4

export interface Frame {
  type: number
  stream: number
  payload: Buffer
}

export interface RawClient {
  socket: TLSSocket
  send(type: number, flags: number, stream: number, payload?: Buffer): void
  /** The first frame like that, of those that come from now on and those that came unasked for. */
  next(wanted: (frame: Frame) => boolean): Promise<Frame | undefined>
}

/** A connection past its preface. `next` gives undefined when it has ended. */
export async function openRaw(edge: Edge): Promise<RawClient> {
  const socket = await shake(edge, { ALPNProtocols: ['h2'] })
  const frames: Frame[] = []
  let held = Buffer.alloc(0)
  let wake = (): void => {}
  let ended = false
  socket.on('error', () => {})
  socket.on('close', () => {
    ended = true
    wake()
  })
  socket.on('data', (part: Buffer) => {
    held = Buffer.concat([held, part])
    while (held.length >= 9 && held.length >= 9 + held.readUIntBE(0, 3)) {
      const end = 9 + held.readUIntBE(0, 3)
      const stream = held.readUInt32BE(5) & 0x7fff_ffff
      frames.push({ type: held[3] ?? 0, stream, payload: held.subarray(9, end) })
      held = held.subarray(end)
    }
    wake()
  })
  const send: RawClient['send'] = (type, flags, stream, payload = Buffer.alloc(0)) => {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.length, 0, 3)
    head[3] = type
    head[4] = flags
    head.writeUInt32BE(stream, 5)
    if (!socket.destroyed) socket.write(Buffer.concat([head, payload]))
  }
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  send(TYPE.settings, 0, 0)
  return {
    socket,
    send,
    async next(wanted) {
      for (;;) {
        const at = frames.findIndex(wanted)
        if (at >= 0) return frames.splice(at, 1)[0]
        if (ended) return undefined
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

/** RFC 7541 §6.2.2: fields that enter no table, in plain letters. */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.map(([name, value]) => Buffer.concat([Buffer.of(0), text(name), text(value)])),
  )
}

export const request = (path = '/', ...more: (readonly [string, string])[]): Buffer =>
  fieldBlock([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', 'web.home.localhost'],
    ...more,
  ])

/** §5.2, with a length of seven bits and what does not fit into them. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  const length: number[] = bytes.length < 127 ? [bytes.length] : [127]
  let rest = bytes.length - 127
  if (rest >= 0) {
    for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128)
    length.push(rest)
  }
  return Buffer.concat([Buffer.from(length), bytes])
}

export async function closed(client: RawClient): Promise<void> {
  if (!client.socket.destroyed) await once(client.socket, 'close')
}
