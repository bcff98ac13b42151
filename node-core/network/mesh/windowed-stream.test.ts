import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { STREAM_UNREAD_BYTES_MAX } from './limits.ts'
import { createStreamPair } from './testing/stream-pair.ts'
import { createWindowedStream } from './windowed-stream.ts'

const coded = (code: string) => expect.objectContaining({ code })
async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}
function makePair() {
  const [near, far] = createStreamPair(createSeededRandom(8))
  return { a: createWindowedStream(near), b: createWindowedStream(far), near, far }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a windowed stream', () => {
  it('carries more than its window both ways at once, and half-closes', async () => {
    const { a, b } = makePair()
    const sent = new Uint8Array(STREAM_UNREAD_BYTES_MAX * 3).map((_, at) => at % 253)
    const send = async (stream: typeof a) => {
      await stream.write(sent)
      await stream.closeWrite()
    }
    const [, , fromA, fromB] = await Promise.all([send(a), send(b), readAll(b), readAll(a)])
    expect(fromA.equals(sent)).toBe(true)
    expect(fromB.equals(sent)).toBe(true)
  })

  it('sends no more than its reader has room for', async () => {
    const { a, b, near } = makePair()
    let done = false
    const sending = a.write(new Uint8Array(STREAM_UNREAD_BYTES_MAX * 2)).then(() => {
      done = true
    })
    for (let n = 0; n < 50; n++) await turn()
    const carried = near.written.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    expect(done).toBe(false)
    expect(carried).toBeLessThan(STREAM_UNREAD_BYTES_MAX + 1_000)
    const reading = readAll(b)
    await sending
    await a.closeWrite()
    expect(await reading).toHaveLength(STREAM_UNREAD_BYTES_MAX * 2)
  })

  it('takes a lost connection for a cut, not for an end', async () => {
    const { a, b, near } = makePair()
    await a.write(new Uint8Array(10))
    // What QUIC shows when the connection is gone: a quiet end without ours.
    await near.closeWrite()
    await expect(readAll(b)).rejects.toEqual(coded('NET_REFUSED'))
  })

  it('resets a peer that ignores the window', async () => {
    const { b, near } = makePair()
    const greedy = new Uint8Array(5 + 65_536)
    new DataView(greedy.buffer).setUint32(1, 65_536)
    for (let n = 0; n < 5; n++) await near.write(greedy)
    await turn()
    await expect(readAll(b)).rejects.toEqual(coded('NET_REFUSED'))
  })
})
