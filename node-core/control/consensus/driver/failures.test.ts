import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../../../base/disk/index.ts'
import type { Ready } from '../index.ts'
import { SELF as A, at, PEER as B, bytes, entry, listen, setUp } from './driver.fixture.ts'

const code = (name: string) => expect.objectContaining({ code: name })

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

  it('stops with a peer’s snapshot that its machine does not take, and has neither written nor acknowledged it', async () => {
    const { engine, machine, world, consensus } = setUp()
    listen(world.network.node(B), engine.calls)
    machine.check = async ({ state }) => void JSON.parse(Buffer.from(state).toString())
    await consensus.start()
    const snapshot = (state: string) => {
      const members = { voters: [], learners: [] }
      return { records: [bytes('s')], snapshot: { index: at(7), state: bytes(state), members } }
    }
    engine.script({ ...snapshot('["whole"]'), messages: [{ to: B, message: bytes('have') }] })
    await world.advance(300)
    expect(machine.applied).toEqual(['whole'])
    const before = engine.calls.join()
    expect(before).toMatch(/append s.*heard have/)
    engine.script({ ...snapshot('["dama'), messages: [{ to: B, message: bytes('have too') }] })
    await world.advance(300)
    expect(engine.calls.join().slice(before.length)).not.toMatch(/append|heard/)
    expect(consensus.status().state).toBe('failed')
    expect(machine.applied).toEqual(['whole'])
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
