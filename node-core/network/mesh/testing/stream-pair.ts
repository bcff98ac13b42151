/** Two ends of a stream in memory, which chops what it carries as a network would. */
import type { NetStream } from '../../../base/net/index.ts'
import type { Random } from '../../../base/random/index.ts'

export interface PairedStream extends NetStream {
  /** Everything written so far, chunk by chunk. */
  written: Uint8Array[]
}

export function createStreamPair(random: Random): [PairedStream, PairedStream] {
  const lanes = [createLane(random), createLane(random)] as const
  const end = (out: Lane, back: Lane): PairedStream => ({
    written: out.written,
    write: async (bytes) => out.push(bytes),
    closeWrite: async () => out.end(),
    abort(reason) {
      out.fail(reason)
      back.fail(reason)
    },
    [Symbol.asyncIterator]: () => back.read(),
  })
  return [end(lanes[0], lanes[1]), end(lanes[1], lanes[0])]
}

interface Lane {
  written: Uint8Array[]
  push(bytes: Uint8Array): void
  end(): void
  fail(reason: Error): void
  read(): AsyncGenerator<Uint8Array, void, undefined>
}

function createLane(random: Random): Lane {
  const chunks: Uint8Array[] = []
  const written: Uint8Array[] = []
  let ended = false
  let failure: Error | undefined
  let wake = (): void => {}
  return {
    written,
    push(bytes) {
      if (failure) throw failure
      written.push(bytes)
      for (let at = 0; at < bytes.byteLength; ) {
        const size = 1 + random.int(bytes.byteLength)
        chunks.push(bytes.slice(at, at + size))
        at += size
      }
      wake()
    },
    end() {
      ended = true
      wake()
    },
    fail(reason) {
      failure ??= reason
      wake()
    },
    async *read() {
      for (;;) {
        const chunk = chunks.shift()
        if (chunk) yield chunk
        else if (failure) throw failure
        else if (ended) return
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}
