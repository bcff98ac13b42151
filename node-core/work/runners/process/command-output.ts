/** What a command writes to two streams, as it comes; whoever reads slowly holds the command. */
import type { Readable } from 'node:stream'
import type { CommandOutput } from '../index.ts'

type Name = CommandOutput['stream']

export async function* merged(
  streams: Readonly<Record<Name, Readable>>,
): AsyncGenerator<CommandOutput> {
  const readers = { stdout: readerOf(streams.stdout), stderr: readerOf(streams.stderr) }
  const next = async (stream: Name) => ({ stream, bytes: await readers[stream]() })
  const waiting = new Map<Name, ReturnType<typeof next>>([
    ['stdout', next('stdout')],
    ['stderr', next('stderr')],
  ])
  while (waiting.size > 0) {
    const { stream, bytes } = await Promise.race(waiting.values())
    if (!bytes) {
      waiting.delete(stream)
      continue
    }
    yield { stream, bytes }
    waiting.set(stream, next(stream))
  }
}

/** Chunk by chunk; undefined at the end, however that came. */
function readerOf(stream: Readable): () => Promise<Uint8Array | undefined> {
  const chunks = stream[Symbol.asyncIterator]()
  return async () => {
    try {
      const { value, done } = await chunks.next()
      return done ? undefined : Buffer.from(value)
    } catch {
      // It was broken off: by a kill, or since what the command left behind holds it open.
      return undefined
    }
  }
}

/** The last of what was written to it, once its other end is closed. */
export async function textOf(stream: Readable, lengthMax: number): Promise<string> {
  let text = ''
  const read = readerOf(stream)
  for (let bytes = await read(); bytes; bytes = await read()) {
    text = `${text}${Buffer.from(bytes).toString()}`.slice(-lengthMax)
  }
  return text
}
