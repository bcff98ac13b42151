import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { type Answerer, createAskChannel, serveChannel } from './channel.ts'
import { createFrameReader, cutFrames, encodeFrame, encodeQuestion, type Frame } from './frames.ts'
import { MESSAGE_PART_BYTES, QUESTIONS_IN_FLIGHT_MAX } from './limits.ts'
import { createStreamPair } from './testing/stream-pair.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (raw: Uint8Array): string => new TextDecoder().decode(raw)
const coded = (code: string) => expect.objectContaining({ code })
const echo: Answerer = {
  allow: () => true,
  onHeard: () => {},
  bytesMax: (protocol) => (protocol === 'echo/1' ? 100_000 : undefined),
  answer: async (_, body) => body,
}
function connect(answerer: Partial<Answerer> = {}) {
  const [near, far] = createStreamPair(createSeededRandom(4))
  const served = serveChannel(far, { ...echo, ...answerer })
  return { channel: createAskChannel(near, () => {}), near, far, served }
}
const signal = new AbortController().signal
const limits = { answerBytesMax: 1_000_000, signal }

describe('frames', () => {
  it('come out as they went in, however they are chopped', () => {
    const frame = fc.record({
      kind: fc.constantFrom('question' as const, 'answer' as const),
      id: fc.nat({ max: 0xffff_ffff }),
      last: fc.boolean(),
      part: fc.uint8Array({ maxLength: 300 }),
    })
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.infiniteStream(fc.nat(40)),
        (sent, cuts) => {
          const all = Buffer.concat(sent.map(encodeFrame))
          const reader = createFrameReader()
          const got: Frame[] = []
          for (let at = 0; at < all.byteLength; ) {
            const size = 1 + (cuts.next().value ?? 0)
            got.push(...reader.push(all.subarray(at, at + size)))
            at += size
          }
          expect(got.map((one) => ({ ...one, part: [...one.part] }))).toEqual(
            sent.map((one) => ({ ...one, part: [...one.part] })),
          )
        },
      ),
      { seed: 42, numRuns: 200 },
    )
  })

  it('are refused, never believed, when they are rubbish', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (rubbish) => {
        try {
          for (const frame of createFrameReader().push(rubbish)) {
            expect(frame.part.byteLength).toBeLessThanOrEqual(rubbish.byteLength)
          }
        } catch (error) {
          expect(error).toEqual(coded('NET_REFUSED'))
        }
      }),
      { seed: 42, numRuns: 500 },
    )
  })

  it('never promise more than a part', () => {
    const huge = new Uint8Array(9)
    new DataView(huge.buffer).setUint32(0, MESSAGE_PART_BYTES + 6)
    expect(() => createFrameReader().push(huge)).toThrow(coded('NET_REFUSED'))
  })
})

describe('a question channel', () => {
  it('answers questions of any size out of order', async () => {
    const { channel } = connect()
    const sizes = [0, 1, MESSAGE_PART_BYTES - 7, MESSAGE_PART_BYTES, MESSAGE_PART_BYTES + 1, 99_999]
    const bodies = sizes.map((size) => new Uint8Array(size).fill(size % 251))
    const answers = await Promise.all(bodies.map((body) => channel.ask('echo/1', body, limits)))
    expect(answers.map((answer) => Buffer.from(answer))).toEqual(
      bodies.map((body) => Buffer.from(body)),
    )
  })

  it('refuses what nobody speaks, what is too large, and what fails, and goes on', async () => {
    const { channel } = connect({
      bytesMax: (protocol) => (protocol === 'none/1' ? undefined : 1_000),
      answer: async (protocol) => {
        if (protocol === 'bad/1') throw new Error('secret')
        return bytes('fine')
      },
    })
    const ask = (protocol: string, size = 10) => channel.ask(protocol, new Uint8Array(size), limits)
    await expect(ask('none/1')).rejects.toEqual(coded('NET_REFUSED'))
    await expect(ask('bad/1')).rejects.toEqual(coded('NET_REFUSED'))
    await expect(ask('good/1', 1_001)).rejects.toEqual(coded('NET_REFUSED'))
    await expect(ask('good/1', 80_000)).rejects.toEqual(coded('NET_REFUSED'))
    expect(text(await ask('good/1', 1_000))).toBe('fine')
  })

  it('drops an answer over the asker’s limit without keeping it', async () => {
    const { channel } = connect({ answer: async () => new Uint8Array(90_000) })
    const asked = channel.ask('echo/1', bytes(''), { answerBytesMax: 20_000, signal })
    await expect(asked).rejects.toEqual(coded('NET_TOO_LARGE'))
    const again = channel.ask('echo/1', bytes(''), { answerBytesMax: 90_000, signal })
    expect(await again).toHaveLength(90_000)
  })

  it('answers only so many questions at once, and only at the peer’s rate', async () => {
    const release = Promise.withResolvers<Uint8Array>()
    const { channel } = connect({ answer: () => release.promise })
    const count = QUESTIONS_IN_FLIGHT_MAX + 20
    const asked = Array.from({ length: count }, () => channel.ask('echo/1', bytes('x'), limits))
    const outcomes = Promise.allSettled(asked)
    await expect(asked.at(-1)).rejects.toEqual(coded('NET_REFUSED'))
    release.resolve(bytes('y'))
    const answered = (await outcomes).filter(({ status }) => status === 'fulfilled')
    expect(answered).toHaveLength(QUESTIONS_IN_FLIGHT_MAX)
    const { channel: limited } = connect({ allow: () => false })
    await expect(limited.ask('echo/1', bytes('x'), limits)).rejects.toEqual(coded('NET_REFUSED'))
  })

  it('fails every open question when the stream is lost', async () => {
    const { channel, far } = connect({ answer: () => new Promise(() => {}) })
    const asked = [1, 2].map(() => channel.ask('echo/1', bytes('x'), limits))
    far.abort(new Error('pulled the plug'))
    for (const one of asked) await expect(one).rejects.toThrow('pulled the plug')
    expect(channel.open).toBe(false)
    await expect(channel.ask('echo/1', bytes('x'), limits)).rejects.toThrow('pulled the plug')
  })

  it('survives any bytes a peer may send, by closing the channel at worst', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (rubbish) => {
        const [near, far] = createStreamPair(createSeededRandom(4))
        const served = serveChannel(far, echo)
        await near.write(encodeQuestionFrames('echo/1', bytes('first')))
        if (rubbish.byteLength > 0) await near.write(rubbish)
        await near.closeWrite()
        await served
      }),
      { seed: 42, numRuns: 200 },
    )
  })
})

function encodeQuestionFrames(protocol: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([...cutFrames('question', 1, encodeQuestion(protocol, body))])
}
