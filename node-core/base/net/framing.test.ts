import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameReader, framed } from './framing.ts'

/** The bytes in pieces cut at the given places. */
async function* pieces(bytes: Uint8Array, cuts: number[]): AsyncIterable<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, bytes.length]) {
    yield bytes.subarray(from, to)
    from = to
  }
}

describe('frames on a stream', () => {
  it('are read back whatever the pieces they arrive in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (frames, tail, cuts) => {
          const wire = Buffer.concat([...frames.map(framed), tail])
          const reader = createFrameReader(pieces(wire, cuts))
          for (const frame of frames) {
            expect(Buffer.from(await reader.frame(40))).toEqual(Buffer.from(frame))
          }
          const rest: Uint8Array[] = []
          for await (const piece of reader.rest()) rest.push(piece)
          expect(Buffer.concat(rest)).toEqual(Buffer.from(tail))
        },
      ),
      { seed: 11, numRuns: 100 },
    )
  })

  it('are refused over the bound before their body is read', async () => {
    const reader = createFrameReader(pieces(Uint8Array.of(0xff, 0xff, 0xff, 0xff), []))
    await expect(reader.frame(1_000)).rejects.toMatchObject({ code: 'NET_TOO_LARGE' })
  })

  it('are refused when the stream ends within one', async () => {
    const reader = createFrameReader(pieces(framed(new Uint8Array(10)).subarray(0, 9), []))
    await expect(reader.frame(1_000)).rejects.toMatchObject({ code: 'NET_REFUSED' })
  })
})
