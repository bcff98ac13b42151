import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { NodeVolume } from '../runners/index.ts'
import { volumeIdOf } from '../spec/index.ts'
import { createLeftData, type LeftData } from './index.ts'
import { KEPT_AFTER_DELETE_MS, LOOK_SELDOM_MS, SEEN_AFTER_DELETE_MS } from './limits.ts'

const [GARDEN, MEADOW] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string]
const NODE = 'e'.repeat(64) as NodeId
const WALL = Date.parse('2026-11-26T00:00:00.000Z')

let clock: ReturnType<typeof createSimClock>
let disk: SimDisk
let engine: NodeVolume[]
let engineGone: boolean
/** Containers that have the data of a network that was left. */
let holders: number
let network: { id: string; name: string } | undefined
let left: LeftData

const volumeOf = (of: string, index = 0): NodeVolume => {
  const name = { owner: '1'.repeat(64) as OwnerId, workload: 'db', index, volume: 'data' }
  const id = volumeIdOf(name)
  const at = { network: of, node: NODE, engineName: `${of.slice(0, 8)}-${id}` }
  return { ...name, id, sizeBytes: 100, createdAtMs: WALL, ...at }
}

beforeEach(() => {
  clock = createSimClock({ wallStartMs: WALL })
  disk = createSimDisk()
  engine = [volumeOf(GARDEN), volumeOf(GARDEN, 1), volumeOf(MEADOW)]
  engineGone = false
  holders = 0
  network = { id: GARDEN, name: 'Garden' }
  left = open()
})
afterEach(() => left.stop())

function open(): LeftData {
  return createLeftData({
    store: {
      list: async () => {
        if (engineGone) throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker is away.')
        return engine
      },
      remove: async (gone) => {
        if (holders > 0) throw new MyceliumError('VOLUME_IN_USE', 'A container has it.')
        engine = engine.filter(({ engineName }) => engineName !== gone.engineName)
      },
    },
    leftovers: {
      end: async () => {
        holders = 0
        return []
      },
    },
    network: async () => network,
    self: NODE,
    ...{ disk, clock, logger: createMemoryLogger() },
  })
}

async function passes(ms: number): Promise<void> {
  clock.advance(ms)
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve))
}
async function leavesGarden(): Promise<void> {
  await left.leave()
  network = undefined
}

describe('what is left of a network', () => {
  test('is listed once this computer has left, until thirty days from then', async () => {
    expect((await left.list()).map(({ network: of }) => of)).toEqual([MEADOW])
    await passes(1_000)
    await leavesGarden()
    const untilMs = WALL + 1_000 + KEPT_AFTER_DELETE_MS
    expect((await left.list()).filter(({ network: of }) => of === GARDEN)).toMatchObject([
      {
        leftId: expect.stringMatching(/^db\.0\.data\..*@aaaaaaaa$/),
        networkName: 'Garden',
        untilMs,
      },
      { index: 1, untilMs },
    ])
  })

  test('goes then, over a restart, without a network; what nobody said goodbye to stays', async () => {
    await leavesGarden()
    left = open()
    await left.start()
    await passes(KEPT_AFTER_DELETE_MS - 1)
    expect(engine).toHaveLength(3)
    await passes(LOOK_SELDOM_MS)
    expect(engine.map(({ network: of }) => of)).toEqual([MEADOW])
  })

  test('does not go by a clock that leapt, before this computer was on for three days since', async () => {
    await left.start()
    // What passed while it was in the network counts for nothing.
    await passes(SEEN_AFTER_DELETE_MS)
    await leavesGarden()
    clock.jumpWall(KEPT_AFTER_DELETE_MS)
    await passes(LOOK_SELDOM_MS)
    await left.stop()
    left = open()
    await left.start()
    await passes(SEEN_AFTER_DELETE_MS - LOOK_SELDOM_MS - 1)
    expect(engine).toHaveLength(3)
    await passes(LOOK_SELDOM_MS)
    expect(engine.map(({ network: of }) => of)).toEqual([MEADOW])
  })

  test('goes in the next network too, and stays where this computer came back', async () => {
    await leavesGarden()
    network = { id: GARDEN, name: 'Garden' }
    await left.start()
    await passes(KEPT_AFTER_DELETE_MS + 1)
    await passes(LOOK_SELDOM_MS)
    expect(engine).toHaveLength(3)
    network = { id: MEADOW, name: 'Meadow' }
    await passes(LOOK_SELDOM_MS)
    expect(engine.map(({ network: of }) => of)).toEqual([MEADOW])
  })

  test('goes though something that was not ended has it still: that is ended first', async () => {
    await leavesGarden()
    holders = 1
    await left.remove('db.1')
    expect(engine.filter(({ network: of }) => of === GARDEN)).toHaveLength(1)
    holders = 1
    await left.start()
    await passes(KEPT_AFTER_DELETE_MS + LOOK_SELDOM_MS)
    expect(engine.map(({ network: of }) => of)).toEqual([MEADOW])
  })

  test('is also what a node kept that had this home before, in this very network', async () => {
    await leavesGarden()
    network = { id: GARDEN, name: 'Garden' }
    engine = [{ ...volumeOf(GARDEN), node: 'f'.repeat(64), engineName: 'former' }, volumeOf(GARDEN)]
    expect((await left.list()).map(({ engineName }) => engineName)).toEqual(['former'])
    await left.start()
    await passes(KEPT_AFTER_DELETE_MS + LOOK_SELDOM_MS)
    expect(engine.map(({ node }) => node)).toEqual([NODE])
  })

  test('waits for an engine that is away', async () => {
    await leavesGarden()
    await left.start()
    engineGone = true
    await passes(KEPT_AFTER_DELETE_MS)
    await expect(left.list()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    expect(engine).toHaveLength(3)
    engineGone = false
    await passes(LOOK_SELDOM_MS)
    expect(engine).toHaveLength(1)
  })

  test('is not left where that cannot be written down, and stays where it was not left', async () => {
    disk.setCapacity(0)
    await expect(left.leave()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    disk.setCapacity(undefined)
    await left.leave()
    await left.stay()
    network = undefined
    expect((await left.list()).map(({ untilMs }) => untilMs)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('is deleted at once by its name, which is unique among networks', async () => {
    await leavesGarden()
    await expect(left.remove('db.0')).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'AMBIGUOUS' },
    })
    await expect(left.remove('web')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await left.remove(`${volumeOf(MEADOW).id}@bbbbbbbb`)
    expect(engine.map(({ network: of }) => of)).toEqual([GARDEN, GARDEN])
    await left.remove('db.0')
    await left.remove('db.1.data')
    expect(engine).toEqual([])
  })
})
