import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { LINGER_MS } from './limits.ts'

/** The length a request announces, when it does. */
export function announcedLength(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0)
}

/** The body as JSON; an empty one counts as `{}`. Throws TOO_LARGE or VALIDATION_ERROR. */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const text = (await readBytes(request, bytesMax)).toString('utf8')
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MyceliumError('VALIDATION_ERROR', 'The body is not JSON.', {
      cause,
      details: [{ path: '', message: 'Not JSON.' }],
    })
  }
}

/** A whole body. Throws TOO_LARGE, and what a connection that ends before its body does. */
export function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.byteLength
      if (bytes > bytesMax) end(() => reject(tooLarge(bytesMax)))
      else chunks.push(chunk)
    }
    const onEnd = (): void => end(() => resolve(Buffer.concat(chunks)))
    const onError = (error: Error): void => end(() => reject(error))
    const onClose = (): void => onError(new Error('The connection ended before its body.'))
    // What still comes of a body that is refused is for the door to throw away.
    const end = (settle: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose)
      if (!request.complete) request.pause()
      settle()
    }
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
  })
}

/** The bytes of a body as they come; throws TOO_LARGE once there are more than `bytesMax`. */
export async function* bounded(
  request: IncomingMessage,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    yield chunk
  }
}

export function tooLarge(bytesMax: number): MyceliumError {
  return new MyceliumError('TOO_LARGE', `The body is over the limit of ${bytesMax} bytes.`, {
    details: { bytesMax },
  })
}

/** Reads on for a moment, so that the sender gets our answer before the line is cut. */
export function linger(request: IncomingMessage, clock: Clock): void {
  request.resume()
  const cancel = clock.timer(LINGER_MS, () => request.socket.destroy())
  request.once('close', cancel)
}
