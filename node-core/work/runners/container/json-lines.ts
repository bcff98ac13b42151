/** The engine's endless answers: one JSON document a line. */
import { IMAGE_PROGRESS_LINE_BYTES_MAX } from './limits.ts'

export async function* jsonLines(stream: AsyncIterable<unknown>): AsyncIterable<unknown> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const chunk of stream) {
    held += chunk instanceof Uint8Array ? decoder.decode(chunk, { stream: true }) : String(chunk)
    const lines = held.split('\n')
    held = (lines.pop() ?? '').slice(0, IMAGE_PROGRESS_LINE_BYTES_MAX)
    for (const line of lines) if (line.trim()) yield JSON.parse(line)
  }
  if (held.trim()) yield JSON.parse(held)
}
