/** A two-way byte stream of the simulated network: ordered, back-pressured, reset when cut. */
import type { NetStream, NodeId } from './index.ts'
import { type SimFabric, simError } from './sim-fabric.ts'

/** Bytes on their way or unread before `write` waits. */
const WINDOW_BYTES = 65_536

export function createSimStreamPair(
  fabric: SimFabric,
  near: NodeId,
  far: NodeId,
): [NetStream, NetStream] {
  const reset = (error: Error): void => {
    there.fail(error)
    back.fail(error)
  }
  const there = createPipe((run) => fabric.sendInOrder(near, far, run), reset)
  const back = createPipe((run) => fabric.sendInOrder(far, near, run), reset)
  return [streamOf(there, back, reset), streamOf(back, there, reset)]
}

function streamOf(out: Pipe, into: Pipe, reset: (error: Error) => void): NetStream {
  return {
    write: (bytes) => out.write(bytes),
    closeWrite: () => out.close(),
    abort: (reason) => reset(reason),
    [Symbol.asyncIterator]: () => into.read(),
  }
}

interface Pipe {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  fail(error: Error): void
  read(): AsyncIterator<Uint8Array>
}

function createPipe(send: (arrive: () => void) => boolean, reset: (error: Error) => void): Pipe {
  const arrived: Uint8Array[] = []
  const waiting = new Set<() => void>()
  let pendingBytes = 0
  let closing = false
  let ended = false
  let failure: Error | undefined

  const wake = (): void => {
    for (const resume of [...waiting]) resume()
    waiting.clear()
  }
  const changed = (): Promise<void> => new Promise((resolve) => waiting.add(resolve))
  const pass = (arrive: () => void): void => {
    const sent = send(() => {
      arrive()
      wake()
    })
    if (!sent) reset(simError('NET_UNREACHABLE', 'The connection broke.'))
  }

  return {
    async write(bytes) {
      if (failure) throw failure
      if (closing) throw simError('NET_REFUSED', 'Writing has ended.')
      pendingBytes += bytes.byteLength
      const copy = bytes.slice()
      pass(() => arrived.push(copy))
      while (!failure && pendingBytes > WINDOW_BYTES) await changed()
      if (failure) throw failure
    },
    async close() {
      if (closing || failure) return
      closing = true
      pass(() => {
        ended = true
      })
    },
    fail(error) {
      failure ??= error
      wake()
    },
    async *read() {
      for (;;) {
        if (failure) throw failure
        const next = arrived.shift()
        if (next) {
          pendingBytes -= next.byteLength
          wake()
          yield next
        } else if (ended) return
        else await changed()
      }
    },
  }
}
