import { describe, expect, it } from 'vitest'
import { createSimClock } from '../clock/index.ts'
import { createSeededRandom } from '../random/index.ts'
import { createSimNetwork, type NodeId, type SimFaults } from './index.ts'
import { netSuite } from './net.suite.ts'

const idOf = (n: number): NodeId => n.toString(16).padStart(64, '0') as NodeId
const bytes = new Uint8Array([1, 2, 3])

function makeNetwork(faults: Partial<SimFaults> = {}, seed = 1) {
  const clock = createSimClock()
  const network = createSimNetwork({ clock, random: createSeededRandom(seed), faults })
  const nets = [1, 2, 3].map((n) => network.node(idOf(n)))
  clock.advance(100)
  return { clock, network, nets }
}

/** Moves simulated time on until the promise settles. */
async function runUntil<T>(clock: { runNext(): boolean }, work: Promise<T>): Promise<T> {
  let settled = false
  const mark = (): void => {
    settled = true
  }
  work.then(mark, mark)
  while (!settled) {
    await new Promise(setImmediate)
    if (!settled) clock.runNext()
  }
  return work
}

netSuite('the simulated network', async () => {
  const { clock, network, nets } = makeNetwork()
  return {
    nets,
    run: (work) => runUntil(clock, work),
    crash: async (index) => network.crash(idOf(index + 1)),
    stop: async () => {},
  }
})

describe('faults of the simulated network', () => {
  it('loses about as many messages as it is told to', async () => {
    const { clock, network, nets } = makeNetwork({ dropRate: 0.3 })
    let heard = 0
    nets[1]!.subscribe('t', () => {
      heard++
      return 'ignore'
    })
    for (let n = 0; n < 1_000; n++) void nets[0]!.publish('t', bytes)
    clock.advance(1_000)
    expect(heard).toBeGreaterThan(640)
    expect(heard).toBeLessThan(760)
    expect(network.counts.dropped).toBeGreaterThan(0)
  })

  it('asks a handler twice when it duplicates, and answers once', async () => {
    const { clock, nets } = makeNetwork({ duplicateRate: 1 })
    let asked = 0
    nets[1]!.onRequest('p/1', (body) => {
      asked++
      return body
    })
    expect(await runUntil(clock, nets[0]!.request(idOf(2), 'p/1', bytes))).toEqual(bytes)
    clock.advance(100)
    expect(asked).toBe(2)
  })

  it('lets a node that stands still hear nothing, over streams neither if it is told so', async () => {
    const { clock, network, nets } = makeNetwork()
    const heard: number[] = []
    nets[1]!.onStream('s/1', (stream) => {
      void (async () => {
        for await (const part of stream) heard.push(part[0] ?? 0)
      })().catch(() => {})
    })
    const stream = await runUntil(clock, nets[0]!.openStream(idOf(2), 's/1'))
    network.pause(idOf(2), 500, { streams: true })
    for (const n of [1, 2, 3]) void stream.write(new Uint8Array([n]))
    const pass = async (ms: number) => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      clock.advance(ms)
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    }
    await pass(400)
    expect(heard).toEqual([])
    await pass(200)
    await pass(200)
    expect(heard).toEqual([1, 2, 3])
  })

  it('cuts one direction and leaves the other', async () => {
    const { clock, network, nets } = makeNetwork()
    const heard: string[] = []
    for (const net of nets) {
      net.subscribe('t', () => {
        heard.push(net.self)
        return 'ignore'
      })
    }
    network.cut(idOf(1), idOf(2))
    await nets[0]!.publish('t', bytes)
    await nets[1]!.publish('t', bytes)
    clock.advance(50)
    expect(heard.sort()).toEqual([idOf(1), idOf(3), idOf(3)])
  })

  it('takes a connection for live until it has been silent for a while, then mends it', () => {
    const { clock, network, nets } = makeNetwork()
    const changes: string[] = []
    nets[0]!.onPeer((_, change) => changes.push(change))
    network.cut(idOf(1), idOf(2))
    clock.advance(1_000)
    expect(nets[0]!.peers()).toHaveLength(2)
    clock.advance(4_000)
    expect(nets[0]!.peers()).toEqual([idOf(3)])
    network.mend(idOf(1), idOf(2))
    clock.advance(100)
    expect(changes).toEqual(['down', 'up'])
  })

  it('hears nothing of an earlier life after a crash', async () => {
    const { clock, network, nets } = makeNetwork({ delayMsMin: 50, delayMsMax: 50 })
    let heard = 0
    network.crash(idOf(2))
    await nets[0]!.publish('t', bytes)
    const again = network.node(idOf(2))
    again.subscribe('t', () => {
      heard++
      return 'accept'
    })
    clock.advance(1_000)
    expect(heard).toBe(0)
    expect(again.peers()).toEqual([idOf(1), idOf(3)])
  })

  it('does the same again from the same seed', () => {
    const trace = (seed: number): object => {
      const faults = { dropRate: 0.2, duplicateRate: 0.2, slowRate: 0.2 }
      const { clock, network, nets } = makeNetwork(faults, seed)
      for (let n = 0; n < 100; n++) void nets[0]!.publish('t', bytes)
      clock.advance(20_000)
      return { ...network.counts }
    }
    expect(trace(7)).toEqual(trace(7))
    expect(trace(7)).not.toEqual(trace(8))
  })
})
