/** Messages between drivers: their own lines, outbox and intake, over the simulated network. */
import { describe, expect, it } from 'vitest'
import { createFrameReader, framed, type NetStream } from '../../../base/net/index.ts'
import type { Verdict } from '../index.ts'
import { bytes, createSimWorld, nodeNamed, silent, text } from './driver.fixture.ts'
import { createIntake } from './intake.ts'
import {
  LINE_IDLE_MS,
  MESSAGE_BYTES_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_MESSAGES_MAX,
  REJECTED_MS,
  REOPEN_MS,
  WRITE_BYTES,
  WRITE_TIMEOUT_MS,
} from './limits.ts'
import { createMessageQueue } from './message-queue.ts'
import { createOutbox } from './outbox.ts'

const [A, B, C] = [nodeNamed('a'), nodeNamed('b'), nodeNamed('c')]

async function setUp() {
  const world = createSimWorld()
  const { clock, network } = world
  const heard: string[] = []
  const unreachable: string[] = []
  let verdict: Verdict = { verdict: 'accept' }
  const listenAt = (id: typeof A) =>
    createIntake({
      protocol: 'consensus/1',
      net: network.node(id),
      ...{ clock, logger: silent },
      step: (from, message) => {
        heard.push(`${from[0]}>${id[0]} ${text(message).slice(0, 20)}`)
        return verdict
      },
    })
  const outbox = createOutbox({
    protocol: 'consensus/1',
    net: network.node(A),
    ...{ clock, logger: silent },
    unreachable: (peer) => unreachable.push(peer.slice(0, 1)),
  })
  const intakes = [listenAt(B), listenAt(C)]
  await world.advance(50)
  return {
    ...{ world, network, heard, unreachable, outbox, intakes, listenAt },
    judge: (next: Verdict) => {
      verdict = next
    },
    say: (...messages: string[]) =>
      outbox.send(messages.map((message) => ({ to: B, message: bytes(message) }))),
  }
}

describe('lines between peers', () => {
  it('carry messages in order, small and large, over one stream', async () => {
    const { world, network, heard, outbox, say } = await setUp()
    let opened = 0
    const net = network.node(A)
    const openStream = net.openStream.bind(net)
    net.openStream = (...args) => {
      opened++
      return openStream(...args)
    }
    say('one', 'two')
    await world.advance(10)
    say('x'.repeat(1_000_000), 'three')
    await world.advance(500)
    expect(heard).toEqual(['one', 'two', 'x'.repeat(20), 'three'].map((said) => `a>b ${said}`))
    expect(opened).toBe(1)
    await outbox.stop()
  })

  it('hold nobody up for a peer that takes nothing, and drop its oldest messages', async () => {
    const { world, network, heard, unreachable, outbox, intakes } = await setUp()
    await intakes[0]?.stop()
    const slow: NetStream[] = []
    network.node(B).onStream('consensus/1', (stream) => slow.push(stream))
    const large = new Uint8Array(1_000_000)
    for (let n = 0; n < 40; n++) {
      outbox.send([
        { to: B, message: large },
        { to: C, message: bytes(`${n}`) },
      ])
    }
    await world.advance(50)
    expect(heard).toEqual(Array.from({ length: 40 }, (_, n) => `a>c ${n}`))
    expect(unreachable).toContain('b')
    // Given up after a while, and tried anew.
    await world.advance(WRITE_TIMEOUT_MS + REOPEN_MS)
    outbox.send([{ to: B, message: bytes('again') }])
    await world.advance(REOPEN_MS + 50)
    expect(slow.length).toBe(2)
    expect(text(await createFrameReader(slow[1]!).frame(100))).toBe('again')
    await outbox.stop()
  })

  it('tell that a peer is away, and reach it when it is back', async () => {
    const { world, network, heard, unreachable, outbox, say, listenAt } = await setUp()
    say('one')
    await world.advance(20)
    network.crash(B)
    await world.advance(20)
    say('lost')
    await world.advance(REOPEN_MS)
    expect(unreachable).toContain('b')
    listenAt(B)
    await world.advance(REOPEN_MS)
    say('two')
    await world.advance(REOPEN_MS)
    // A peer that is back at once: what is written to its former life would arrive nowhere.
    network.crash(B)
    listenAt(B)
    await world.advance(50)
    say('lost too')
    await world.advance(REOPEN_MS + 50)
    say('three')
    await world.advance(50)
    expect(heard).toEqual(['a>b one', 'a>b two', 'a>b three'])
    await outbox.stop()
  })

  it('are closed when nothing is said for long, and opened for the next message', async () => {
    const { world, network, heard, outbox, say } = await setUp()
    let ended = 0
    const net = network.node(A)
    const openStream = net.openStream.bind(net)
    net.openStream = async (...args) => {
      const stream = await openStream(...args)
      const closeWrite = stream.closeWrite.bind(stream)
      stream.closeWrite = () => {
        ended++
        return closeWrite()
      }
      return stream
    }
    say('one')
    await world.advance(LINE_IDLE_MS + 50)
    expect(ended).toBe(1)
    say('two')
    await world.advance(50)
    expect(heard).toEqual(['a>b one', 'a>b two'])
    await outbox.stop()
    say('never')
    await world.advance(50)
    expect(heard).toHaveLength(2)
  })

  it('do not listen for a while to a peer that says what no honest one does', async () => {
    const { world, heard, outbox, say, judge } = await setUp()
    judge({ verdict: 'reject', code: 'FORGED' })
    say('forged', 'not heard')
    await world.advance(REOPEN_MS + 50)
    judge({ verdict: 'accept' })
    for (let n = 0; n < 2; n++) {
      say('too early')
      await world.advance(REOPEN_MS + 50)
    }
    expect(heard).toEqual(['a>b forged'])
    await world.advance(REJECTED_MS)
    say('forgiven')
    await world.advance(REOPEN_MS)
    expect(heard).toEqual(['a>b forged', 'a>b forgiven'])
    await outbox.stop()
  })

  it('do not take a frame over the bound', async () => {
    const { world, network, heard } = await setUp()
    const stream = await network.node(A).openStream(B, 'consensus/1')
    const header = framed(new Uint8Array()).slice()
    new DataView(header.buffer).setUint32(0, MESSAGE_BYTES_MAX + 1)
    await stream.write(header)
    await world.advance(50)
    await expect(stream.write(header)).rejects.toThrow()
    expect(heard).toEqual([])
  })

  it('listen to the last stream that a peer has opened, and to no other', async () => {
    const { world, network, heard, intakes } = await setUp()
    const first = await network.node(A).openStream(B, 'consensus/1')
    await first.write(framed(bytes('one')))
    await world.advance(20)
    const second = await network.node(A).openStream(B, 'consensus/1')
    await world.advance(20)
    await expect(first.write(framed(bytes('two')))).rejects.toThrow()
    await second.write(framed(bytes('three')))
    await world.advance(20)
    expect(heard).toEqual(['a>b one', 'a>b three'])
    await intakes[0]?.stop()
    await expect(second.write(framed(bytes('four')))).rejects.toThrow()
  })
})

describe('a queue to a peer', () => {
  it('takes so many messages and so many bytes, and lets the oldest go', () => {
    const queue = createMessageQueue()
    for (let n = 0; n < QUEUE_MESSAGES_MAX; n++) expect(queue.add(bytes(`${n}`))).toBe(false)
    expect(queue.add(bytes('last'))).toBe(true)
    expect(text(queue.take().subarray(4, 5))).toBe('1')
    expect(queue.empty).toBe(true)

    for (let n = 0; n < 4; n++) queue.add(new Uint8Array(QUEUE_BYTES_MAX / 4))
    expect(queue.add(new Uint8Array(1))).toBe(true)
    expect(queue.add(new Uint8Array(QUEUE_BYTES_MAX + 1))).toBe(true)
    expect(queue.take().byteLength).toBe(QUEUE_BYTES_MAX + 5)
    expect(queue.empty).toBe(true)
  })

  it('hands out about as much at once as is written at once', () => {
    const queue = createMessageQueue()
    const sizes = [WRITE_BYTES - 10, 10, 1, WRITE_BYTES * 2, 1]
    for (const size of sizes) queue.add(new Uint8Array(size))
    const taken: number[] = []
    while (!queue.empty) taken.push(queue.take().byteLength)
    expect(taken).toEqual([WRITE_BYTES + 8, 5, WRITE_BYTES * 2 + 4, 5])
    queue.add(bytes('x'))
    queue.clear()
    expect(queue.empty).toBe(true)
    expect(queue.take()).toHaveLength(0)
  })
})
