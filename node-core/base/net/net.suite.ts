/** What every implementation of `Net` promises. The mesh and the simulated twin both run it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Net, NetStream, NodeId } from './index.ts'

export interface NetCluster {
  /** Members that can reach each other, all connected. */
  nets: readonly Net[]
  /** Waits for a promise, moving time on where time is simulated. */
  run<T>(work: Promise<T>): Promise<T>
  /** Waits until a subscription made before is known to all; absent where it is known at once. */
  settle?(): Promise<void>
  /** Ends the node at `index` as kill -9 would. */
  crash(index: number): Promise<void>
  stop(): Promise<void>
}

const NOBODY = 'ab'.repeat(32) as NodeId
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (raw: Uint8Array): string => new TextDecoder().decode(raw)
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  )

export function netSuite(name: string, makeCluster: (size: number) => Promise<NetCluster>): void {
  describe(`${name} as a Net`, () => {
    let cluster: NetCluster
    let a: Net
    let b: Net
    let c: Net
    beforeEach(async () => {
      cluster = await makeCluster(3)
      ;[a, b, c] = cluster.nets as [Net, Net, Net]
    })
    afterEach(() => cluster.stop())

    requestCases()
    publishCases()
    streamCases()

    it('lists the connected members, without itself', () => {
      expect([...a.peers()].sort()).toEqual([b.self, c.self].sort())
    })

    it('says when the last connection to a peer has closed', async () => {
      const down = new Promise<NodeId>((resolve) => {
        a.onPeer((peer, change) => change === 'down' && resolve(peer))
      })
      await cluster.crash(2)
      expect(await cluster.run(down)).toBe(c.self)
      expect(a.peers()).toEqual([b.self])
      expect(await cluster.run(codeOf(a.request(c.self, 'x/1', bytes(''))))).toBe('NET_UNREACHABLE')
    })

    function requestCases(): void {
      it('carries a question and its answer, and names the asker', async () => {
        b.onRequest('echo/1', (body, peer) => bytes(`${text(body)} from ${peer}`))
        const answer = await cluster.run(a.request(b.self, 'echo/1', bytes('hello')))
        expect(text(answer)).toBe(`hello from ${a.self}`)
      })

      it('keeps many questions at once apart', async () => {
        b.onRequest('echo/1', async (body) => body)
        const asked = Array.from({ length: 50 }, (_, n) =>
          a.request(b.self, 'echo/1', bytes(String(n))),
        )
        const answers = await cluster.run(Promise.all(asked))
        expect(answers.map(text)).toEqual(asked.map((_, n) => String(n)))
      })

      it('carries an empty question and an empty answer', async () => {
        b.onRequest('empty/1', (body) => body)
        expect(await cluster.run(a.request(b.self, 'empty/1', bytes('')))).toHaveLength(0)
      })

      it('carries messages up to the default of 1 MiB', async () => {
        b.onRequest('echo/1', (body) => body)
        const large = new Uint8Array(1_000_000).fill(7)
        expect(await cluster.run(a.request(b.self, 'echo/1', large))).toEqual(large)
      })

      it('refuses a protocol nobody answers', async () => {
        expect(await cluster.run(codeOf(a.request(b.self, 'none/1', bytes(''))))).toBe(
          'NET_REFUSED',
        )
      })

      it('refuses when the handler throws, and tells nothing of the error', async () => {
        b.onRequest('bad/1', () => {
          throw new Error('secret')
        })
        const asked = a.request(b.self, 'bad/1', bytes(''))
        await expect(cluster.run(codeOf(asked))).resolves.toBe('NET_REFUSED')
        await expect(cluster.run(asked)).rejects.not.toThrow(/secret/)
      })

      it('stops answering once the handler is taken away', async () => {
        const stop = b.onRequest('echo/1', (body) => body)
        await cluster.run(a.request(b.self, 'echo/1', bytes('1')))
        stop()
        expect(await cluster.run(codeOf(a.request(b.self, 'echo/1', bytes('2'))))).toBe(
          'NET_REFUSED',
        )
      })

      it('gives up on an answer that does not come in time', async () => {
        b.onRequest('never/1', () => new Promise<Uint8Array>(() => {}))
        const asked = a.request(b.self, 'never/1', bytes(''), { timeoutMs: 200 })
        expect(await cluster.run(codeOf(asked))).toBe('NET_TIMEOUT')
      })

      it('gives up when the caller does, with the caller’s reason', async () => {
        b.onRequest('never/1', () => new Promise<Uint8Array>(() => {}))
        const stop = new AbortController()
        const asked = a.request(b.self, 'never/1', bytes(''), { signal: stop.signal })
        stop.abort(new Error('changed my mind'))
        await expect(cluster.run(asked)).rejects.toThrow('changed my mind')
      })

      it('refuses an answer over the asker’s limit', async () => {
        b.onRequest('large/1', () => new Uint8Array(2_000))
        const asked = a.request(b.self, 'large/1', bytes(''), { answerBytesMax: 1_000 })
        expect(await cluster.run(codeOf(asked))).toBe('NET_TOO_LARGE')
      })

      it('does not hand a question over its limit to the handler', async () => {
        let called = false
        const handler = (body: Uint8Array): Uint8Array => {
          called = true
          return body
        }
        b.onRequest('small/1', handler, { requestBytesMax: 100 })
        const asked = a.request(b.self, 'small/1', new Uint8Array(5_000))
        expect(await cluster.run(codeOf(asked))).toBe('NET_REFUSED')
        expect(called).toBe(false)
      })

      it('says that a stranger cannot be reached', async () => {
        const asked = a.request(NOBODY, 'echo/1', bytes(''), { timeoutMs: 300 })
        expect(await cluster.run(codeOf(asked))).toBe('NET_UNREACHABLE')
      })
    }

    function publishCases(): void {
      it('hands a published message to every other member once', async () => {
        const heard: string[] = []
        const all = new Promise<void>((resolve) => {
          for (const [name, net] of Object.entries({ a, b, c })) {
            net.subscribe('news', (message) => {
              heard.push(`${name} ${text(message)}`)
              if (heard.includes('b two') && heard.includes('c two')) resolve()
              return 'accept'
            })
          }
        })
        const publish = async (): Promise<void> => {
          await a.publish('news', bytes('one'))
          await a.publish('news', bytes('two'))
        }
        await cluster.settle?.()
        await cluster.run(publish())
        await cluster.run(all)
        expect(heard.filter((line) => line.startsWith('a'))).toEqual([])
        expect(new Set(heard).size).toBe(heard.length)
        expect(heard.sort()).toEqual(['b one', 'b two', 'c one', 'c two'])
      })

      it('knows when a peer last spoke', async () => {
        b.onRequest('echo/1', (body) => body)
        await cluster.run(a.request(b.self, 'echo/1', bytes('one')))
        const [there, here] = [b.heardAtMs(a.self), a.heardAtMs(b.self)]
        await cluster.run(a.request(b.self, 'echo/1', bytes('two')))
        expect(b.heardAtMs(a.self)).toBeGreaterThan(there ?? Number.POSITIVE_INFINITY)
        expect(a.heardAtMs(b.self)).toBeGreaterThan(here ?? Number.POSITIVE_INFINITY)
        expect(a.heardAtMs(NOBODY)).toBeUndefined()
      })

      it('does not fail when nobody listens', async () => {
        await cluster.run(a.publish('silence', bytes('x')))
      })
    }

    function streamCases(): void {
      it('carries bytes both ways, and half-closes', async () => {
        // The last acknowledgement may be lost when the test ends first.
        b.onStream('upper/1', (stream) => void shout(stream).catch(() => {}))
        const stream = await cluster.run(a.openStream(b.self, 'upper/1'))
        await cluster.run(stream.write(bytes('mycel')))
        await cluster.run(stream.write(bytes('ium')))
        await cluster.run(stream.closeWrite())
        expect(text(await cluster.run(readAll(stream)))).toBe('MYCELIUM')
      })

      it('carries 8 MB to a slow reader without losing or reordering a byte', async () => {
        const received = new Promise<Uint8Array>((resolve, reject) => {
          b.onStream('bulk/1', (stream) => void readAll(stream).then(resolve, reject))
        })
        const stream = await cluster.run(a.openStream(b.self, 'bulk/1'))
        const chunk = new Uint8Array(80_000).map((_, at) => at % 251)
        const sending = (async () => {
          for (let n = 0; n < 100; n++) await stream.write(chunk)
          await stream.closeWrite()
        })()
        const [, all] = await cluster.run(Promise.all([sending, received]))
        expect(all.byteLength).toBe(8_000_000)
        expect(Buffer.from(all.subarray(7_920_000)).equals(chunk)).toBe(true)
      })

      it('holds the writer back while the reader does not read', async () => {
        const opened = new Promise<NetStream>((resolve) => b.onStream('slow/1', resolve))
        const stream = await cluster.run(a.openStream(b.self, 'slow/1'))
        let writtenBytes = 0
        const sending = (async () => {
          for (let n = 0; n < 256; n++) {
            await stream.write(new Uint8Array(65_536))
            writtenBytes += 65_536
          }
          await stream.closeWrite()
        })()
        const slow = await cluster.run(opened)
        // A round trip on another stream: by then whatever would be written freely has been.
        b.onRequest('echo/1', (body) => body)
        await cluster.run(a.request(b.self, 'echo/1', bytes('')))
        expect(writtenBytes).toBeLessThan(256 * 65_536)
        const all = await cluster.run(Promise.all([readAll(slow), sending]))
        expect(all[0].byteLength).toBe(256 * 65_536)
      })

      it('shows the other side a reset when one side gives up', async () => {
        const outcome = new Promise<unknown>((resolve) => {
          b.onStream(
            'cut/1',
            (stream) => void readAll(stream).then(() => resolve('ended'), resolve),
          )
        })
        const stream = await cluster.run(a.openStream(b.self, 'cut/1'))
        await cluster.run(stream.write(bytes('half a')))
        stream.abort(new Error('enough'))
        expect(await cluster.run(outcome)).toBeInstanceOf(Error)
      })

      it('tells a side that reads no more of a reset when it writes', async () => {
        const opened = new Promise<NetStream>((resolve) => b.onStream('deaf/1', resolve))
        const stream = await cluster.run(a.openStream(b.self, 'deaf/1'))
        const sending = (async () => {
          for (let n = 0; n < 256; n++) await stream.write(new Uint8Array(65_536))
        })()
        const deaf = await cluster.run(opened)
        await cluster.run(deaf.write(bytes('one')))
        stream.abort(new Error('enough'))
        await cluster.run(sending.catch(() => {}))
        // Round trips on other streams: after few of them the reset is there.
        b.onRequest('echo/1', (body) => body)
        let refusal: unknown
        for (let trip = 0; trip < 50 && refusal === undefined; trip++) {
          await cluster.run(a.request(b.self, 'echo/1', bytes('')))
          refusal = await cluster.run(deaf.write(bytes('two')).catch((error) => error))
        }
        expect(refusal).toBeInstanceOf(Error)
      })

      it('refuses a stream protocol nobody serves', async () => {
        const work = (async () => {
          const stream = await a.openStream(b.self, 'none/1')
          await readAll(stream)
        })()
        expect(await cluster.run(codeOf(work))).toBe('NET_REFUSED')
      })

      it('says that a stranger cannot be reached by a stream', async () => {
        const opening = a.openStream(NOBODY, 'bulk/1', { timeoutMs: 300 })
        expect(await cluster.run(codeOf(opening))).toBe('NET_UNREACHABLE')
      })
    }
  })
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part.slice())
  return Buffer.concat(parts)
}

async function shout(stream: NetStream): Promise<void> {
  for await (const part of stream) await stream.write(bytes(text(part).toUpperCase()))
  await stream.closeWrite()
}
