/**
 * A libp2p stream as a `NetStream`: with back-pressure both ways, and with a clean end that cannot be
 * mistaken for a cut.
 *
 * libp2p's own iterator takes bytes as fast as they come and ends quietly when the connection is
 * lost; its `onDrain` waits only once. Hence: events, `pause` and `resume`, and the peer's own end of
 * writing as the only thing that ends reading without an error.
 */
import type { Stream } from '@libp2p/interface'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NetStream } from '../../base/net/index.ts'
import { netError } from './errors.ts'
import { STREAM_UNREAD_BYTES_MAX } from './limits.ts'
import { grantByHalves } from './stream-window.ts'

/**
 * One reader at a time. Leaving a `for await` early keeps what is unread for the next one, so that a
 * header can be read before the body is handed on.
 */
export function createNetStream(stream: Stream): NetStream {
  grantByHalves(stream)
  const unread = createUnread(stream)
  return {
    async write(bytes) {
      if (bytes.byteLength === 0) return
      try {
        stream.send(bytes)
        // After a drain libp2p sends what it had kept back, which may fill the window again.
        while (stream.writableNeedsDrain) await drained(stream)
      } catch (cause) {
        throw netError(cause, 'NET_REFUSED')
      }
    },
    async closeWrite() {
      try {
        await stream.close()
      } catch (cause) {
        throw netError(cause, 'NET_REFUSED')
      }
    },
    abort(reason) {
      unread.fail(reason)
      stream.abort(reason)
    },
    [Symbol.asyncIterator]: () => unread.read(),
  }
}

interface Unread {
  read(): AsyncGenerator<Uint8Array, void, undefined>
  fail(reason: Error): void
}

function createUnread(stream: Stream): Unread {
  const chunks: Uint8Array[] = []
  let unreadBytes = 0
  let paused = false
  let ended = stream.remoteWriteStatus === 'closed' && stream.status === 'open'
  let failure: Error | undefined
  let wake: (() => void) | undefined

  const changed = (): void => {
    wake?.()
    wake = undefined
  }
  const pauseIfFull = (): void => {
    if (paused || unreadBytes < STREAM_UNREAD_BYTES_MAX || !canPause(stream)) return
    paused = true
    stream.pause()
  }
  const resumeIfRoom = (): void => {
    if (!paused || unreadBytes > STREAM_UNREAD_BYTES_MAX / 2) return
    if (!canPause(stream)) return
    // While `resume` hands over what was kept back, `paused` stays true: pausing inside it would be
    // undone by its last line.
    stream.resume()
    paused = false
    pauseIfFull()
  }
  const finish = (error?: Error): void => {
    if (!ended && stream.readBufferLength === 0) failure ??= error ?? cut()
    changed()
  }

  stream.addEventListener('message', ({ data }) => {
    for (const chunk of data instanceof Uint8Array ? [data] : data) {
      chunks.push(chunk)
      unreadBytes += chunk.byteLength
    }
    if (!paused) pauseIfFull()
    changed()
  })
  stream.addEventListener('remoteCloseWrite', () => {
    ended = true
    changed()
  })
  stream.addEventListener('close', ({ error }) => finish(error && netError(error, 'NET_REFUSED')))
  if (stream.status !== 'open' && stream.status !== 'closing') finish()

  return {
    fail(reason) {
      failure ??= reason
      chunks.length = 0
      changed()
    },
    async *read() {
      for (;;) {
        const chunk = chunks.shift()
        if (chunk) {
          unreadBytes -= chunk.byteLength
          resumeIfRoom()
          yield chunk
        } else if (failure) {
          throw failure
        } else if (ended && stream.readBufferLength === 0) {
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}

function canPause(stream: Stream): boolean {
  return stream.readStatus === 'readable' || stream.readStatus === 'paused'
}

function cut(): MyceliumError {
  return new MyceliumError('NET_REFUSED', 'The stream was cut off before its end.')
}

function drained(stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
    }
    const onDrain = (): void => {
      done()
      resolve()
    }
    const onClose = (): void => {
      done()
      reject(cut())
    }
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    if (stream.status !== 'open' && stream.status !== 'closing') onClose()
  })
}
