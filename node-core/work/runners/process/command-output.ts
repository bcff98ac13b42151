/** What a command writes to two streams, as it comes; whoever reads slowly holds the command. */
import type { Readable } from 'node:stream'
import { type CommandOutput, together } from '../index.ts'

export function merged(
  streams: Readonly<Record<CommandOutput['stream'], Readable>>,
): AsyncGenerator<CommandOutput> {
  return together([chunksOf('stdout', streams.stdout), chunksOf('stderr', streams.stderr)])
}

/** Ends with the stream, however that ends: by a kill, or since what the command left behind holds it open. */
async function* chunksOf(
  stream: CommandOutput['stream'],
  source: Readable,
): AsyncGenerator<CommandOutput> {
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      yield { stream, bytes: Buffer.from(chunk) }
    }
  } catch {
    // It was broken off.
  }
}

/** The last of what was written to it, once its other end is closed. */
export async function textOf(stream: Readable, lengthMax: number): Promise<string> {
  let text = ''
  for await (const { bytes } of chunksOf('stderr', stream)) {
    text = `${text}${Buffer.from(bytes).toString()}`.slice(-lengthMax)
  }
  return text
}
