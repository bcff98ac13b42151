import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../../../base/disk/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { framed } from '../../../base/net/index.ts'
import type { Fate } from '../index.ts'
import { at, PEER as B, bytes, entry, listen, SELF, setUp, turns } from './driver.fixture.ts'
import { OTHERS_MS, QUESTION_TICKS, READ_TICKS_MAX, TICK_MS } from './limits.ts'

const code = (name: string) => expect.objectContaining({ code: name })

describe('a driver', () => {
  it('says at once what may overtake the disk, and the rest once the records are durable', async () => {
    const { engine, slow, world, consensus, machine } = setUp()
    const calls = engine.calls
    listen(world.network.node(B), calls)
    await consensus.start()
    await world.advance(50)
    calls.length = 0
    let release = (): void => {}
    slow.held = new Promise((resolve) => {
      release = resolve
    })
    const send = (message: string) => [{ to: B, message: bytes(message) }]
    engine.script({
      messagesNow: send('now'),
      records: [bytes('r1'), bytes('r2')],
      messages: send('later'),
      committed: [entry(1, 'x')],
    })
    consensus.transferLeader(B)
    await world.advance(50)
    const steps = (): string[] => calls.filter((call) => call !== 'tick')
    expect(steps()).toEqual(['transferLeader', 'ready', 'append r1,r2', 'heard now'])
    expect(machine.applied).toEqual([])
    release()
    await world.advance(40)
    expect(steps().slice(4)).toEqual(['appended', 'advance', 'heard later'])
    expect(machine.applied).toEqual(['x'])
    await consensus.stop()
  })

  it('says in the log who leads', async () => {
    const logger = createMemoryLogger()
    const { engine, world, consensus } = setUp({ logger })
    await consensus.start()
    const status = engine.status()
    engine.status = () => ({ ...status, leader: B, term: 7 })
    await world.advance(TICK_MS)
    const said = logger.lines.filter(({ message }) => message.includes('leads'))
    expect(said).toMatchObject([{ level: 'info', fields: { leader: B, term: 7 } }])
    await consensus.stop()
  })

  it('lets an engine wait for others for a while after a round, and then no more', async () => {
    const { engine, world, consensus, machine } = setUp()
    await consensus.start()
    engine.script({ committed: [entry(1, 'x')] })
    consensus.transferLeader(B)
    await turns()
    expect(machine.applied).toEqual(['x'])
    engine.waitsForOthers = true
    engine.script({ committed: [entry(2, 'y')] })
    consensus.transferLeader(B)
    await world.advance(OTHERS_MS - 5)
    expect(machine.applied).toEqual(['x'])
    // Long before the next tick: it was woken for this.
    await world.advance(5)
    expect(machine.applied).toEqual(['x', 'y'])
    await world.advance(OTHERS_MS)
    engine.waitsForOthers = true
    engine.script({ committed: [entry(3, 'z')] })
    consensus.transferLeader(B)
    await turns()
    expect(machine.applied).toEqual(['x', 'y', 'z'])
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

  it('hands the engine nothing of a peer that is not heard, whenever its stream began', async () => {
    let heard = true
    const { engine, world, consensus } = setUp({ hears: () => heard })
    await consensus.start()
    const opening = world.network.node(B).openStream(SELF, 'consensus/1')
    await world.advance(50)
    const stream = await opening
    const steps = (): string[] => engine.calls.filter((call) => call.startsWith('step'))
    await stream.write(framed(bytes('while it is a member')))
    await world.advance(50)
    heard = false
    await stream.write(framed(bytes('and after')))
    await world.advance(50)
    expect(steps()).toEqual(['step while it is a member'])
    await consensus.stop()
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
    const shown: string[] = []
    for (const name of ['a', 'b', 'c']) {
      void consensus.propose(bytes(name)).then((fate) => {
        fates.push(fate)
        shown.push(machine.applied.join())
      })
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
    const first = release
    machine.held = new Promise((resolve) => {
      release = resolve
    })
    first()
    await turns()
    expect(shown).toEqual(['', 'a'])
    release()
    await turns()
    expect(shown).toEqual(['', 'a', 'a,c'])
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

  it('compacts when the log has grown by so much, and has doubled', async () => {
    const { engine, consensus } = setUp({ compactBytes: 10_000 })
    const compact = engine.compact.bind(engine)
    engine.compact = (index, state) => [...compact(index, state)!, new Uint8Array(20_000)]
    await consensus.start()
    for (let n = 1; n <= 15; n++) {
      engine.script({ records: [new Uint8Array(3_000)], committed: [entry(n, `${n}`)] })
      consensus.transferLeader(B)
      await turns()
    }
    const compactions = engine.calls.filter((call) => call.startsWith('compact'))
    expect(compactions.map((call) => call.split(' ')[1])).toEqual(['4', '11'])
    await consensus.stop()
  })

  it('goes on with its log where the state is too large for a snapshot, says so, and tries anew', async () => {
    const { engine, machine, consensus } = setUp({ compactEntries: 3 })
    engine.stateBytesMax = 13
    await consensus.start()
    const told: (number | undefined)[] = []
    consensus.subscribe(({ oversizeBytes }) => told.push(oversizeBytes))
    async function commit(from: number, to: number): Promise<void> {
      for (let n = from; n <= to; n++) {
        engine.script({ records: [bytes(`r${n}`)], committed: [entry(n, `${n}`)] })
        consensus.transferLeader(B)
        await turns()
      }
    }
    const compactions = () => engine.calls.filter((call) => call.startsWith('compact'))
    await commit(1, 5)
    expect(compactions()).toEqual(['compact 3 ["1","2","3"]'])
    expect(consensus.status().oversizeBytes).toBeUndefined()
    await commit(6, 8)
    expect(compactions()).toHaveLength(1)
    expect(consensus.status()).toMatchObject({ state: 'running', oversizeBytes: 25 })
    machine.applied.length = 0
    await commit(9, 11)
    expect(compactions().at(-1)).toBe('compact 9 ["9"]')
    expect(consensus.status().oversizeBytes).toBeUndefined()
    expect(told.filter((bytes) => bytes !== undefined)).toEqual([25])
    expect(told.at(-1)).toBeUndefined()
    await consensus.stop()
  })

  it('drops a state that its engine has no use for, and takes another when it is due', async () => {
    const { engine, consensus, disk } = setUp({ compactEntries: 2 })
    await consensus.start()
    const { compact } = engine
    engine.compact = (index, state) => {
      compact(index, state)
      return undefined
    }
    engine.script({ records: [bytes('r')], committed: [entry(1, 'a'), entry(2, 'b')] })
    consensus.transferLeader(B)
    await turns()
    engine.compact = compact
    engine.script({ records: [bytes('s')], committed: [entry(3, 'c')] })
    consensus.transferLeader(B)
    await turns()
    const compactions = engine.calls.filter((call) => call.startsWith('compact'))
    expect(compactions.at(-1)).toBe('compact 3 ["a","b","c"]')
    expect(await disk.list('log')).toContain('segment-2')
    expect(consensus.status().state).toBe('running')
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
    // Whoever asks meanwhile waits for the next question, since the first may be answered with less.
    for (let n = 0; n < 2; n++) {
      void consensus.read().then((index) => answers.push(index))
      await turns()
    }
    expect(engine.asked).toHaveLength(1)
    engine.script({ reads: [{ id: engine.asked[0] as never, index: at(1) }] })
    consensus.transferLeader(B)
    await turns()
    expect(answers).toEqual([])
    expect(engine.asked).toHaveLength(2)
    const second = engine.asked[1] as never
    engine.script({ committed: [entry(1, 'a')], reads: [{ id: second, index: at(1) }] })
    consensus.transferLeader(B)
    await turns()
    expect(answers).toEqual([1, 1, 1, 1, 1])
    await consensus.stop()
  })

  it('are held up for a moment only by a question that nobody answers', async () => {
    const { engine, world, consensus } = setUp({ tickMs: 100 })
    await consensus.start()
    void consensus.read().catch(() => undefined)
    await turns()
    const read = consensus.read()
    await world.advance(100 * (QUESTION_TICKS - 1))
    expect(engine.asked).toHaveLength(1)
    await world.advance(100)
    await turns()
    expect(engine.asked).toHaveLength(2)
    engine.script({ reads: [{ id: engine.asked[1] as never, index: at(0) }] })
    consensus.transferLeader(B)
    expect(await read).toBe(0)
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
