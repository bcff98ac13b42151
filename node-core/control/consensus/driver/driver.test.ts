import { describe, expect, it } from 'vitest'
import { createSimDisk, type SimDisk } from '../../../base/disk/index.ts'
import type { Net } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { createRecordLog, type RecordLog } from '../../log/index.ts'
import type { Fate, Ready } from '../index.ts'
import {
  at,
  bytes,
  createListMachine,
  createScriptedEngine,
  createSimWorld,
  entry,
  nodeNamed,
  silent,
  text,
  turns,
} from './driver.fixture.ts'
import { type ConsensusOptions, createConsensus } from './index.ts'
import { READ_TICKS_MAX } from './limits.ts'

const A = nodeNamed('a')
const B = nodeNamed('b')
const code = (name: string) => expect.objectContaining({ code: name })

function setUp(options: ConsensusOptions & { disk?: SimDisk } = {}) {
  const disk = options.disk ?? createSimDisk()
  const world = createSimWorld()
  const engine = createScriptedEngine(A)
  const machine = createListMachine()
  const log = createRecordLog({ disk, random: createSeededRandom(1), logger: silent })
  let records: string[] = []
  const consensus = createConsensus(
    {
      ...{ net: world.network.node(A), clock: world.clock, machine, logger: silent },
      log: traced(log, engine.calls),
      createEngine: (found) => {
        records = found.map(text)
        return engine
      },
    },
    options,
  )
  return { disk, world, engine, machine, consensus, recordsAtStart: () => records }
}

/** Puts what the log does between the calls of the engine. */
function traced(log: RecordLog, calls: string[]): RecordLog {
  return {
    open: () => log.open(),
    async append(records, options) {
      calls.push(`append ${records.map(text)}`)
      await log.append(records, options)
      calls.push('appended')
    },
    rewrite: (records) => log.rewrite(records),
    close: () => log.close(),
    get sizeBytes() {
      return log.sizeBytes
    },
  }
}

/** What B hears on the wire, as it happens. */
function listen(net: Net, calls: string[]): void {
  net.onStream('consensus/1', (stream) => {
    void (async () => {
      for await (const part of stream) calls.push(`heard ${text(part.subarray(4))}`)
    })().catch(() => {})
  })
}

describe('a driver', () => {
  it('says at once what may overtake the disk, and the rest once the records are durable', async () => {
    const { engine, world, consensus, machine } = setUp()
    const calls = engine.calls
    listen(world.network.node(B), calls)
    await consensus.start()
    await world.advance(50)
    calls.length = 0
    const send = (message: string) => [{ to: B, message: bytes(message) }]
    // A disk that takes its time: it answers when the test lets it.
    engine.script({
      messagesNow: send('now'),
      records: [bytes('r1'), bytes('r2')],
      messages: send('later'),
      committed: [entry(1, 'x')],
    })
    engine.step(B, bytes('m'))
    consensus.transferLeader(B)
    await world.advance(20)
    const wire = calls.filter((call) => call.startsWith('heard')).join()
    expect(wire).toMatch(/now.*later/)
    const steps = calls.filter((call) => !/heard|tick|step/.test(call))
    expect(steps).toEqual(['transferLeader', 'ready', 'append r1,r2', 'appended', 'advance'])
    expect(machine.applied).toEqual(['x'])
    await consensus.stop()
  })

  it('makes the engine again from the records of its last life', async () => {
    const disk = createSimDisk()
    const first = setUp({ disk })
    await first.consensus.start()
    first.engine.script({ records: [bytes('r1')] }, { records: [bytes('r2')], mustSync: false })
    await first.world.advance(200)
    await first.consensus.stop()
    const second = setUp({ disk })
    await second.consensus.start()
    expect(second.recordsAtStart()).toEqual(['r1', 'r2'])
    await second.consensus.stop()
  })

  it('puts many proposals of one turn before one Ready', async () => {
    const { engine, consensus } = setUp()
    await consensus.start()
    await turns()
    engine.calls.length = 0
    for (const name of ['a', 'b', 'c']) void consensus.propose(bytes(name))
    engine.script({ records: [bytes('abc')] })
    await turns()
    expect(engine.calls.slice(0, 4)).toEqual(['propose a', 'propose b', 'propose c', 'ready'])
    await consensus.stop()
  })

  it('tells a fate when the entry has been applied here, and not before', async () => {
    const { engine, machine, consensus } = setUp()
    await consensus.start()
    let release = (): void => {}
    machine.held = new Promise((resolve) => {
      release = resolve
    })
    const fates: Fate[] = []
    for (const name of ['a', 'b', 'c']) {
      void consensus.propose(bytes(name)).then((fate) => fates.push(fate))
    }
    const [a, b, c] = engine.proposed as [never, never, never]
    engine.script(
      { fates: [{ id: b, outcome: 'refused', code: 'NO_LEADER' }] },
      { committed: [entry(1, 'a')], fates: [{ id: a, outcome: 'committed', index: at(1) }] },
      { fates: [{ id: c, outcome: 'committed', index: at(2) }] },
      { committed: [entry(2, 'c')] },
    )
    await turns()
    expect(fates.map(({ outcome }) => outcome)).toEqual(['refused'])
    // The engine went on meanwhile.
    expect(engine.calls.filter((call) => call === 'advance')).toHaveLength(4)
    release()
    await turns()
    expect(machine.applied).toEqual(['a', 'c'])
    expect(fates.slice(1)).toEqual([
      { id: a, outcome: 'committed', index: 1 },
      { id: c, outcome: 'committed', index: 2 },
    ])
    await consensus.stop()
  })

  it('lets a proposer give up waiting, and bounds what waits', async () => {
    const { engine, consensus } = setUp()
    await consensus.start()
    const giveUp = new AbortController()
    const proposed = consensus.propose(bytes('a'), { signal: giveUp.signal })
    giveUp.abort(new Error('enough'))
    await expect(proposed).rejects.toThrow('enough')
    const aborted = consensus.propose(bytes('b'), { signal: giveUp.signal })
    await expect(aborted).rejects.toThrow('enough')
    expect(engine.proposed).toHaveLength(1)
    await consensus.stop()
  })

  it('restores a snapshot before what follows it', async () => {
    const { engine, machine, consensus } = setUp()
    await consensus.start()
    const snapshot = { index: at(7), state: bytes('["s"]'), members: { voters: [], learners: [] } }
    engine.script({ committed: [entry(1, 'old')] }, { snapshot, committed: [entry(8, 'new')] })
    consensus.transferLeader(B)
    await turns()
    expect(machine.applied).toEqual(['s', 'new'])
    expect(consensus.status().applied).toBe(8)
    await consensus.stop()
  })

  it('holds the engine back, and proposals off, while the machine is far behind', async () => {
    const { engine, machine, consensus } = setUp()
    await consensus.start()
    let release = (): void => {}
    machine.held = new Promise((resolve) => {
      release = resolve
    })
    const large = new Uint8Array(6_000_000)
    engine.script(...[1, 2, 3, 4].map((n) => ({ committed: [{ index: at(n), payload: large }] })))
    consensus.transferLeader(B)
    await turns()
    expect(engine.calls.filter((call) => call === 'ready')).toHaveLength(3)
    const fate = await consensus.propose(bytes('x'))
    expect(fate).toMatchObject({ outcome: 'refused', code: 'BUSY' })
    release()
    await turns()
    expect(engine.calls.filter((call) => call === 'advance')).toHaveLength(4)
    expect(machine.applied).toHaveLength(4)
    await consensus.stop()
  })

  it('compacts after so many entries, between two Readies, with the state as of an entry', async () => {
    const { engine, disk, consensus } = setUp({ compactEntries: 3 })
    await consensus.start()
    const readies = [1, 2, 3, 4, 5, 6, 7].map((n) => ({
      records: [bytes(`r${n}`)],
      committed: [entry(n, `${n}`)],
    }))
    for (const ready of readies) {
      engine.script(ready)
      consensus.transferLeader(B)
      await turns()
    }
    const compactions = engine.calls.filter((call) => call.startsWith('compact'))
    expect(compactions).toEqual(['compact 3 ["1","2","3"]', 'compact 6 ["1","2","3","4","5","6"]'])
    await consensus.stop()
    const next = setUp({ disk })
    await next.consensus.start()
    expect(next.recordsAtStart()).toEqual(['snapshot 6', 'r7'])
    await next.consensus.stop()
  })

  it('compacts when the log has grown by so much', async () => {
    const { engine, consensus } = setUp({ compactBytes: 10_000 })
    await consensus.start()
    for (let n = 1; n <= 9; n++) {
      engine.script({ records: [new Uint8Array(3_000)], committed: [entry(n, `${n}`)] })
      consensus.transferLeader(B)
      await turns()
    }
    const compactions = engine.calls.filter((call) => call.startsWith('compact'))
    expect(compactions.map((call) => call.split(' ')[1])).toEqual(['4', '8'])
    await consensus.stop()
  })

  it('drops a state that a leader’s snapshot has overtaken', async () => {
    const { engine, machine, consensus } = setUp({ compactEntries: 2 })
    await consensus.start()
    let release = (): void => {}
    engine.script({ committed: [entry(1, 'a'), entry(2, 'b')] })
    machine.snapshot = async () => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return bytes('late')
    }
    consensus.transferLeader(B)
    await turns()
    const snapshot = { index: at(9), state: bytes('["s"]'), members: { voters: [], learners: [] } }
    engine.script({ snapshot })
    consensus.transferLeader(B)
    await turns()
    release()
    await turns()
    expect(engine.calls.filter((call) => call.startsWith('compact'))).toEqual([])
    expect(machine.applied).toEqual(['s'])
    await consensus.stop()
  })
})

describe('reads', () => {
  it('share one question, answered when the machine has applied what it says', async () => {
    const { engine, consensus } = setUp()
    await consensus.start()
    await turns()
    const answers: number[] = []
    for (let n = 0; n < 3; n++) void consensus.read().then((index) => answers.push(index))
    await turns()
    void consensus.read().then((index) => answers.push(index))
    await turns()
    expect(engine.asked).toHaveLength(2)
    const [first, second] = engine.asked as [never, never]
    engine.script({ reads: [{ id: first, index: at(1) }] })
    consensus.transferLeader(B)
    await turns()
    expect(answers).toEqual([])
    engine.script({ committed: [entry(1, 'a')], reads: [{ id: second, index: at(1) }] })
    consensus.transferLeader(B)
    await turns()
    expect(answers).toEqual([1, 1, 1, 1])
    await consensus.stop()
  })

  it('are asked again when lost, and given up in the end', async () => {
    const { engine, world, consensus } = setUp({ tickMs: 100 })
    await consensus.start()
    const lose = (): void => {
      const id = engine.asked.at(-1)
      if (id) engine.script({ reads: [{ id, index: undefined }] })
    }
    const read = consensus.read()
    const refused = expect(read).rejects.toEqual(code('NO_QUORUM'))
    for (let tick = 0; tick <= READ_TICKS_MAX; tick++) {
      await turns()
      lose()
      await world.advance(100)
    }
    await refused
    expect(engine.asked.length).toBeGreaterThan(10)
    const giveUp = new AbortController()
    const another = consensus.read({ signal: giveUp.signal })
    giveUp.abort(new Error('enough'))
    await expect(another).rejects.toThrow('enough')
    await consensus.stop()
  })
})

describe('what fails', () => {
  const append: Partial<Ready> = {
    records: [bytes('r')],
    messages: [{ to: B, message: bytes('voted') }],
    committed: [entry(1, 'x')],
  }

  it('stops with the disk: nothing is said, applied or acknowledged after', async () => {
    const { engine, world, disk, machine, consensus } = setUp()
    listen(world.network.node(B), engine.calls)
    await consensus.start()
    await world.advance(50)
    const states: string[] = []
    consensus.subscribe(({ state, failure }) => states.push(`${state} ${failure?.code}`))
    const fate = consensus.propose(bytes('x'))
    const [id] = engine.proposed as [never]
    const read = expect(consensus.read()).rejects.toEqual(code('NOT_RUNNING'))
    disk.failSyncs(1)
    engine.script({ ...append, fates: [{ id, outcome: 'committed', index: at(1) }] })
    await world.advance(1_000)
    expect(await fate).toEqual({ id, outcome: 'unknown' })
    await read
    expect(machine.applied).toEqual([])
    expect(engine.calls.join()).not.toMatch(/heard|advance/)
    expect(consensus.status()).toMatchObject({ state: 'failed', failure: { code: 'LOG_FAILED' } })
    expect(states).toEqual(['failed LOG_FAILED'])
    await expect(consensus.propose(bytes('y'))).rejects.toEqual(code('NOT_RUNNING'))
    await expect(consensus.read()).rejects.toEqual(code('NOT_RUNNING'))
    const ticks = engine.calls.length
    await world.advance(1_000)
    expect(engine.calls).toHaveLength(ticks)
    await consensus.stop()
  })

  it('does not start over a damaged log, and says so', async () => {
    const disk = createSimDisk()
    const first = setUp({ disk })
    await first.consensus.start()
    first.engine.script({ records: [bytes('r1')] }, { records: [bytes('r2')] })
    await first.world.advance(200)
    await first.consensus.stop()
    disk.flipBit('log/segment-1', 8 * 60)
    const { consensus } = setUp({ disk })
    await expect(consensus.start()).rejects.toEqual(code('LOG_DAMAGED'))
    expect(consensus.status()).toMatchObject({ state: 'failed', failure: { code: 'LOG_DAMAGED' } })
    await consensus.stop()
  })

  it.each(['tick', 'step', 'propose', 'ready', 'advance', 'read'])(
    'stops with an engine that throws in %s',
    async (name) => {
      const { engine, world, consensus } = setUp()
      await consensus.start()
      await world.advance(50)
      engine.throwIn = name
      engine.script({ records: [bytes('r')] })
      const stream = await world.network.node(B).openStream(A, 'consensus/1')
      await stream.write(bytes('\0\0\0\x01m'))
      const fate = consensus.propose(bytes('x'))
      void consensus.read().catch(() => {})
      await world.advance(300)
      expect((await fate).outcome).toBe('unknown')
      expect(consensus.status().failure).toMatchObject({ code: 'ENGINE_FAILED' })
      await consensus.stop()
    },
  )

  it('stops with a machine that throws', async () => {
    const { engine, machine, world, consensus } = setUp()
    await consensus.start()
    machine.apply = () => {
      throw new Error('no such command')
    }
    const fate = consensus.propose(bytes('x'))
    const [id] = engine.proposed as [never]
    engine.script({ ...append, fates: [{ id, outcome: 'committed', index: at(1) }] })
    await world.advance(300)
    expect((await fate).outcome).toBe('unknown')
    expect(consensus.status().failure).toMatchObject({ code: 'APPLY_FAILED' })
    await consensus.stop()
  })

  it('stops in order: twice, before start, and with work under way', async () => {
    const { engine, consensus } = setUp()
    await expect(consensus.propose(bytes('x'))).rejects.toEqual(code('NOT_RUNNING'))
    await consensus.start()
    const fate = consensus.propose(bytes('x'))
    engine.script(append)
    await Promise.all([consensus.stop(), consensus.stop()])
    expect((await fate).outcome).toBe('unknown')
    expect(consensus.status().state).toBe('stopped')
    const never = setUp()
    await never.consensus.stop()
    await never.consensus.stop()
  })
})
