/** When what containers wrote is counted, on a disk whose room the test decides. */
import { expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import { createDiskWatch } from './disk-watch.ts'
import type { EngineContainer } from './engine.ts'
import { DISK_ROOM_MS, DISK_WATCH_MS } from './limits.ts'

const GIB = 2 ** 30
const PREFIX = 'org.mycelium.'

function container(id: string, mostBytes: number): EngineContainer {
  const label = { workload: id, instance: id, index: '0', generation: '1', part: id, parts: '1' }
  const labels = Object.entries({ ...label, disk: String(mostBytes) }).map(([name, value]) => {
    return [PREFIX + name, value]
  })
  return {
    ...{ engineId: id, name: id, labels: Object.fromEntries(labels), state: 'running' },
    ...{ ports: {}, startedAtMs: 0, writtenBytes: 0 },
  }
}

const STEP_MS = 10

/** `wrote` writes to a disk of which everybody sees the room, unless the test hides it. */
async function setUp({ seesRoom = true } = {}) {
  const clock = createSimClock()
  const containers = new Map([['db', container('db', 4 * GIB)]])
  const ended: string[] = []
  const seen = {
    ...{ counts: 0, fails: false, freeBytes: 100 * GIB },
    /** Until then looks at the room are not answered. */
    looking: undefined as Promise<void> | undefined,
  }
  const watch = createDiskWatch({
    engine: {
      async list() {
        seen.counts++
        if (seen.fails) throw new Error('The engine is away.')
        return [...containers.values()]
      },
      async stopContainer(name) {
        ended.push(name)
        containers.delete(name)
      },
    },
    async freeBytes() {
      await seen.looking
      return seesRoom ? seen.freeBytes : undefined
    },
    ...{ clock, logger: createSilentLogger(), labelFilter: [], onOveruse: () => {} },
  })
  const pass = async (ms: number): Promise<void> => {
    for (let leftMs = ms; leftMs >= 0; leftMs -= STEP_MS) {
      clock.advance(Math.min(leftMs, STEP_MS))
      await new Promise(setImmediate)
    }
  }
  watch.start()
  watch.soon()
  await pass(0)
  const wrote = (id: string, bytes: number): void => {
    const found = containers.get(id)
    if (found) found.writtenBytes = (found.writtenBytes ?? 0) + bytes
    seen.freeBytes -= bytes
  }
  return { containers, ended, pass, seen, watch, wrote }
}

it('counts as soon as the disk has lost what one may still write, and no sooner', async () => {
  const { ended, pass, seen, watch, wrote } = await setUp()
  expect(seen.counts).toBe(1)
  // 1.2 GiB a second.
  for (let ms = 0; ended.length === 0 && ms < DISK_WATCH_MS; ms += STEP_MS) {
    wrote('db', 11 * 2 ** 20)
    await pass(STEP_MS - 1)
    if (seen.freeBytes > 96 * GIB) expect(seen.counts).toBe(1)
  }
  expect(ended).toEqual(['db'])
  expect(100 * GIB - seen.freeBytes).toBeLessThanOrEqual(1.05 * 4 * GIB)
  await watch.stop()
})

it('is not misled by what others delete between two looks', async () => {
  const { ended, pass, seen, watch, wrote } = await setUp()
  seen.freeBytes += 20 * GIB
  await pass(2_000)
  wrote('db', 5 * GIB)
  await pass(1_000)
  expect(ended).toEqual(['db'])
  await watch.stop()
})

it('counts now and then all the same: something else may have been deleted meanwhile', async () => {
  const { ended, pass, seen, watch, wrote } = await setUp()
  wrote('db', 5 * GIB)
  seen.freeBytes += 5 * GIB
  await pass(DISK_WATCH_MS - 2 * STEP_MS)
  expect(ended).toEqual([])
  await pass(2 * STEP_MS + DISK_ROOM_MS)
  expect(ended).toEqual(['db'])
  await watch.stop()
})

it('counts now and then where the room cannot be seen', async () => {
  const { ended, pass, watch, wrote } = await setUp({ seesRoom: false })
  wrote('db', 5 * GIB)
  await pass(DISK_WATCH_MS - 2 * STEP_MS)
  expect(ended).toEqual([])
  await pass(2 * STEP_MS + DISK_ROOM_MS)
  expect(ended).toEqual(['db'])
  await watch.stop()
})

it('counts at once what was started with less room than those before', async () => {
  const { containers, ended, pass, watch, wrote } = await setUp()
  containers.set('small', container('small', 2 ** 20))
  watch.soon()
  await pass(DISK_ROOM_MS)
  wrote('small', 2 ** 21)
  await pass(2 * DISK_ROOM_MS)
  expect(ended).toEqual(['small'])
  await watch.stop()
})

it('goes on from the last count alone, though a look was under way at it', async () => {
  const { pass, seen, watch } = await setUp()
  const late = Promise.withResolvers<void>()
  seen.looking = late.promise
  await pass(2_000)
  seen.looking = undefined
  watch.soon()
  await pass(DISK_ROOM_MS)
  late.resolve()
  expect(seen.counts).toBe(2)
  await pass(DISK_WATCH_MS - 2_000)
  expect(seen.counts).toBe(2)
  await pass(2_000 + DISK_ROOM_MS)
  expect(seen.counts).toBe(3)
  await watch.stop()
})

it('goes on where the engine was away, and asks no more often than ever', async () => {
  const { ended, pass, seen, watch, wrote } = await setUp()
  seen.fails = true
  watch.soon()
  await pass(4 * DISK_WATCH_MS)
  expect(seen.counts).toBeLessThanOrEqual(6)
  seen.fails = false
  wrote('db', 5 * GIB)
  await pass(DISK_WATCH_MS + DISK_ROOM_MS)
  expect(ended).toEqual(['db'])
  await watch.stop()
})

it('counts no more once it has stopped, nor while nothing runs', async () => {
  const { containers, pass, seen, watch } = await setUp()
  containers.clear()
  await pass(2 * DISK_WATCH_MS)
  const { counts } = seen
  await pass(10 * DISK_WATCH_MS)
  expect(seen.counts).toBe(counts)
  watch.soon()
  await watch.stop()
  await pass(10 * DISK_WATCH_MS)
  expect(seen.counts).toBe(counts)
})
