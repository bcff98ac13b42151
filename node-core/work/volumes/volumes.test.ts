/** Long, since two nodes set up once serve what is kept and how it is deleted from elsewhere. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { decode } from '../../base/codec/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { StoredVolume, VolumeStore } from '../runners/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  parseWorkload,
  templateOf,
  volumeIdOf,
} from '../spec/index.ts'
import { createVolumes, type Volumes, type VolumesDeps } from './index.ts'
import { IN_USE_WAIT_MS, KEPT_AFTER_DELETE_MS, LOOK_MS, LOOK_SELDOM_MS } from './limits.ts'
import { encodeVolumeMessage } from './messages.ts'

const [HERE, THERE] = ['1', '2'].map((digit) => parseNodeId(digit.repeat(64))) as [NodeId, NodeId]
const OWNER = 'a'.repeat(64) as OwnerId
const WALL = Date.parse('2026-11-26T00:00:00.000Z')
const NAME = { owner: OWNER, workload: 'db', index: 0, volume: 'data' }
const ID = volumeIdOf(NAME)

let clock: ReturnType<typeof createSimClock>
let disk: SimDisk
/** What the engine of HERE has. */
let engine: Map<string, StoredVolume>
let engineGone: boolean
/** What HERE keeps of programs. */
let folders: Map<string, StoredVolume>
/** Looks for which what used it still ends. */
let busyFor: number
let used: number
/** Counting what is kept ends with this. */
let counted: Promise<unknown>
/** What HERE holds of the registry is what a quorum in reach has. */
let confirmed: boolean
let wanted: DesiredWorkload | undefined
let ended: boolean
/** Of db, what any node tells of. */
let copies: Instance[]
/** A newer release wants something of db that cannot be read here. */
let unreadable: boolean
/** The disk of HERE takes no word for the others. */
let isFull: boolean
let records: Map<string, StateRecord['value']>
let entitled: boolean
/** The owner of HERE was removed from the network. */
let isRemoved: boolean
let handlers: Map<NodeId, Parameters<VolumesDeps['net']['onRequest']>[1]>
let logger: ReturnType<typeof createMemoryLogger>
let here: Volumes
let there: Volumes

beforeEach(async () => {
  clock = createSimClock({ wallStartMs: WALL })
  disk = createSimDisk()
  engine = new Map([[ID, { ...NAME, id: ID, sizeBytes: 100, createdAtMs: WALL }]])
  folders = new Map()
  ;[engineGone, busyFor, used, ended, entitled, isRemoved] = [false, 0, 5, false, true, false]
  wanted = { workload: dbOf(2), owner: OWNER, generation: 1 }
  ;[counted, confirmed] = [Promise.resolve(), true]
  ;[unreadable, isFull, copies] = [false, false, []]
  records = new Map()
  handlers = new Map()
  logger = createMemoryLogger()
  here = volumesOf(HERE)
  there = volumesOf(THERE)
  await here.start()
  await there.start()
  await passes()
})
afterEach(async () => {
  await here.stop()
  await there.stop()
})

const dbOf = (gibibytes: number) => {
  const containers = [{ image: 'db', mounts: [{ volume: 'data', path: '/x' }] }]
  return parseWorkload({
    name: 'db',
    containers,
    volumes: [{ name: 'data', size: `${gibibytes}Gi` }],
  })
}

const engineOf = (self: NodeId): VolumeStore => ({
  list: async () => {
    if (engineGone) throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker is away.')
    return self === HERE ? [...engine.values()] : []
  },
  usage: async (signal) => {
    const stopped = new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('It was not waited for.')))
    })
    await Promise.race([counted, stopped])
    return new Map([[ID, used]])
  },
  remove: async (id) => {
    if (busyFor-- > 0) throw new MyceliumError('VOLUME_IN_USE', 'volume is in use - [c0ffee]')
    engine.delete(id)
  },
})

/** The node itself has them, so they are always at hand. */
const foldersOf = (self: NodeId): VolumeStore => ({
  list: async () => (self === HERE ? [...folders.values()] : []),
  usage: async () => new Map([...folders.keys()].map((id) => [id, 7])),
  remove: async (id) => void folders.delete(id),
})

function volumesOf(self: NodeId): Volumes {
  return createVolumes({
    stores: { containers: engineOf(self), programs: foldersOf(self) },
    state: {
      list: () => [...records].map(([key, value]) => ({ key, value }) as StateRecord),
      async put(key, value) {
        if (isFull) throw new MyceliumError('DISK_FULL', 'No room.')
        if (isRemoved) throw new MyceliumError('FORBIDDEN', 'This node may not write it.')
        return void records.set(key, value) as never
      },
      delete: async (key) => void records.delete(key) as never,
      subscribe: () => () => {},
    },
    view: {
      desired: () => wanted,
      instances: () => copies,
      recordOf: () => (unreadable ? 'unreadable' : ended ? 'ended' : 'unknown'),
      isConfirmed: () => confirmed,
      subscribe: () => () => {},
    },
    reconciler: { subscribe: () => () => {} },
    net: {
      self,
      onRequest(_, handler) {
        handlers.set(self, handler)
        return () => handlers.delete(self)
      },
      async request(node, _, body) {
        const handler = handlers.get(node)
        if (!handler) throw new MyceliumError('NET_UNREACHABLE', 'Nobody there.')
        return handler(body, self)
      },
    },
    mayDelete: () => entitled,
    ...{ disk, clock, logger },
  })
}

/** The next look, and all that follows from it. */
async function passes(ms: number = LOOK_SELDOM_MS): Promise<void> {
  clock.advance(ms)
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const endsNow = (): Promise<void> => {
  wanted = undefined
  ended = true
  return passes()
}
const only = () => {
  expect(there.list()).toHaveLength(1)
  return there.list()[0]
}

describe('what a node keeps', () => {
  test('is known to all, with its size as it is wanted now and what it takes', async () => {
    expect(only()).toMatchObject({ node: HERE, id: ID, usedBytes: 5, sizeBytes: 2 * 2 ** 30 })
    wanted = { workload: dbOf(3), owner: OWNER, generation: 2 }
    await passes()
    expect(only()?.sizeBytes).toBe(3 * 2 ** 30)
  })

  test('is told to be more than it may', async () => {
    used = 3 * 2 ** 30
    await passes()
    expect(only()?.usedBytes).toBe(used)
    expect(logger.lines.map(({ message }) => message)).toContain('A volume holds more than it may')
  })

  test('is deleted with its workload, can be had back with it, and goes after thirty days', async () => {
    await endsNow()
    expect(only()?.deletedAt).toBe('2026-11-26T00:30:00.000Z')
    wanted = { workload: dbOf(2), owner: OWNER, generation: 3 }
    await passes()
    expect(only()?.deletedAt).toBeUndefined()
    await endsNow()
    await passes(KEPT_AFTER_DELETE_MS - LOOK_SELDOM_MS - 1)
    expect(engine.size).toBe(1)
    for (let look = 0; look < 3; look++) await passes()
    expect([engine.size, there.list().length]).toEqual([0, 0])
  })

  test('stays deleted since then over a restart, and kept where that was said', async () => {
    await endsNow()
    const since = only()?.deletedAt
    await here.stop()
    here = volumesOf(HERE)
    await here.start()
    await passes()
    expect(only()?.deletedAt).toBe(since)
    await there.restore({ node: HERE, id: ID })
    await passes(2 * KEPT_AFTER_DELETE_MS)
    expect([engine.size, only()?.deletedAt]).toEqual([1, undefined])
  })

  test('stays, by whatever clock, until it is known that nobody wants it again', async () => {
    await endsNow()
    await passes(3 * 86_400_000)
    await here.stop()
    clock.advance(KEPT_AFTER_DELETE_MS)
    // What it has of the registry is of before, when the workload had just ended.
    confirmed = false
    here = volumesOf(HERE)
    await here.start()
    for (let look = 0; look < 4; look++) await passes()
    expect(engine.size).toBe(1)
    // It is in reach again, and with the first that comes of it db is not wanted yet.
    confirmed = true
    await passes(LOOK_MS)
    expect(engine.size).toBe(1)
    wanted = { workload: dbOf(2), owner: OWNER, generation: 3 }
    for (let look = 0; look < 4; look++) await passes()
    expect([engine.size, only()?.deletedAt]).toEqual([1, undefined])
    wanted = undefined
  })

  test('stays while something is wanted under its name that only a newer release reads', async () => {
    await endsNow()
    unreadable = true
    await passes(2 * KEPT_AFTER_DELETE_MS)
    for (let look = 0; look < 3; look++) await passes()
    expect(engine.size).toBe(1)
    unreadable = false
    for (let look = 0; look < 3; look++) await passes()
    expect(engine.size).toBe(0)
  })

  test('makes room when its time is over, though there is none to tell of it', async () => {
    await endsNow()
    isFull = true
    used = 7
    await passes(KEPT_AFTER_DELETE_MS)
    for (let look = 0; look < 3; look++) await passes()
    expect(engine.size).toBe(0)
    isFull = false
    await passes()
    expect(there.list()).toEqual([])
  })

  test('goes by no mark that was dropped, though the disk keeps it', async () => {
    await endsNow()
    await passes(KEPT_AFTER_DELETE_MS - 2 * LOOK_SELDOM_MS)
    disk.failSyncs(1_000_000)
    wanted = { workload: dbOf(2), owner: OWNER, generation: 3 }
    for (let look = 0; look < 4; look++) await passes()
    expect(engine.size).toBe(1)
    // And when it is ended again, that is what counts.
    wanted = undefined
    for (let look = 0; look < 4; look++) await passes()
    disk.failSyncs(0)
    for (let look = 0; look < 4; look++) await passes()
    expect(engine.size).toBe(1)
    expect(Date.parse(only()?.deletedAt ?? '')).toBeGreaterThan(WALL + KEPT_AFTER_DELETE_MS)
  })

  test('is told of, deleted and had back while the engine counts for minutes', async () => {
    let end = (_: unknown): void => {}
    counted = new Promise((resolve) => {
      end = resolve
    })
    await passes()
    const other = { ...NAME, index: 1 }
    const id = volumeIdOf(other)
    engine.set(id, { ...other, id, sizeBytes: 100, createdAtMs: WALL })
    await passes()
    expect(there.list().map(({ index }) => index)).toEqual([0, 1])
    await there.delete({ node: HERE, id })
    await there.restore({ node: HERE, id })
    used = 9
    end(undefined)
    await passes(0)
    expect(there.list()[0]?.usedBytes).toBe(9)
    counted = new Promise(() => {})
    await passes()
    await here.stop()
  })

  test('is not said to be deleted, or kept again, where that does not come to the disk', async () => {
    wanted = undefined
    disk.failSyncs(1)
    const at = { node: HERE, id: ID }
    await expect(here.delete(at)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await passes()
    expect(only()?.deletedAt).toBeUndefined()
    await here.delete(at)
    disk.failSyncs(1)
    await expect(here.restore(at)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await passes()
    expect(only()?.deletedAt).toBeDefined()
  })

  test('that cannot be removed yet keeps nobody from hearing of the rest', async () => {
    await endsNow()
    busyFor = 1_000_000
    await passes(KEPT_AFTER_DELETE_MS)
    used = 7
    await passes()
    expect(only()?.usedBytes).toBe(7)
    const stays = logger.lines.filter(({ message }) => message.startsWith('Data stays'))
    // Once for each look, not once a second.
    await passes(LOOK_SELDOM_MS - 1)
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual(stays)
  })

  test('is told no more, and not every second, by a node whose owner was removed', async () => {
    isRemoved = true
    used = 3 * 2 ** 30
    await passes()
    await passes(LOOK_MS)
    const warnings = logger.lines.filter(({ level }) => level === 'warn')
    expect(warnings.map(({ message }) => message)).toEqual(['A volume holds more than it may'])
  })

  test('is neither told to be gone nor deleted while the engine is away', async () => {
    engineGone = true
    await endsNow()
    await passes(2 * KEPT_AFTER_DELETE_MS)
    expect(only()?.deletedAt).toBeUndefined()
  })
})

describe('deleting from another node', () => {
  test('is refused while a workload has it', async () => {
    await expect(there.delete({ node: HERE, id: ID })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
  test('is refused while a copy has it that stands in for another, or is of an earlier version', async () => {
    const second = { ...NAME, index: 1, id: volumeIdOf({ ...NAME, index: 1 }) }
    engine.set(second.id, { ...second, sizeBytes: 100, createdAtMs: WALL })
    const { workload, generation } = wanted!
    const copy: Instance = {
      ...{ id: 'db-1-abc', workload: 'db', index: 1, generation, template: templateOf(workload) },
      ...{ node: HERE, status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
    }
    const deletes = (): Promise<void> =>
      there.delete({ node: HERE, id: second.id }, { forGood: false })
    const heldBy = (...held: Instance[]) => {
      copies = held
    }
    for (const of of [copy, { ...copy, template: 'earlier' }]) {
      heldBy(of)
      await expect(deletes()).rejects.toThrow('still runs there')
    }
    const down = { ...copy, status: 'Failed' as const, startedAt: '2026-11-26T00:00:00.000Z' }
    heldBy(down)
    await expect(deletes()).rejects.toMatchObject({ code: 'CONFLICT' })
    heldBy({ ...copy, node: THERE }, { ...copy, status: 'Stopping' }, { ...copy, index: 2 })
    await deletes()
    expect(there.list().find(({ id }) => id === second.id)?.deletedAt).toBeDefined()
  })
  test('can be undone, or not, as was said', async () => {
    wanted = undefined
    await there.delete({ node: HERE, id: ID })
    expect(only()?.deletedAt).toBeDefined()
    await there.delete({ node: HERE, id: ID }, { forGood: true })
    expect([engine.size, there.list().length]).toEqual([0, 0])
  })
  test('for good waits until what used it has ended', async () => {
    wanted = undefined
    busyFor = 3
    const gone = there.delete({ node: HERE, id: ID }, { forGood: true })
    for (let second = 0; second < 4; second++) await passes(LOOK_MS)
    await gone
    expect([engine.size, there.list().length]).toEqual([0, 0])
  })
  test('for good says so where that does not end in time, and where it is wanted again', async () => {
    wanted = undefined
    busyFor = 1_000
    const forGood = () => there.delete({ node: HERE, id: ID }, { forGood: true })
    const refused = expect(forGood()).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'VOLUME_IN_USE' },
    })
    for (let waited = 0; waited <= IN_USE_WAIT_MS; waited += LOOK_MS) await passes(LOOK_MS)
    await refused
    const overtaken = expect(forGood()).rejects.toMatchObject({ code: 'CONFLICT' })
    await passes(0)
    wanted = { workload: dbOf(2), owner: OWNER, generation: 2 }
    busyFor = 0
    await passes(LOOK_MS)
    await overtaken
    expect(engine.size).toBe(1)
  })
  test('is not done for who no longer waits for an answer', async () => {
    wanted = undefined
    busyFor = 1_000
    const forGood = () => there.delete({ node: HERE, id: ID }, { forGood: true })
    const first = expect(forGood()).rejects.toMatchObject({ code: 'CONFLICT' })
    const second = expect(forGood()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const third = there.delete({ node: HERE, id: ID })
    for (let waited = 0; waited <= IN_USE_WAIT_MS; waited += LOOK_MS) await passes(LOOK_MS)
    busyFor = 0
    await passes(LOOK_MS)
    await Promise.all([first, second, third])
    expect([engine.size, only()?.deletedAt !== undefined]).toEqual([1, true])
  })
  test('says what that computer lacks for it, in a way that older ones read too', async () => {
    wanted = undefined
    const at = { node: HERE, id: ID }
    disk.failSyncs(1)
    await expect(there.delete(at)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    engineGone = true
    await expect(there.delete(at)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    const ask = handlers.get(HERE)
    const order = encodeVolumeMessage({ what: 'restore', id: ID })
    expect(decode((await ask?.(order, THERE)) as Uint8Array)).toEqual({
      ...{ ok: false, code: 'INTERNAL_ERROR', reason: 'ENGINE_UNAVAILABLE' },
      message: 'Docker is away.',
    })
  })
  test('is refused to others, for what is not there, and where nobody answers', async () => {
    wanted = undefined
    entitled = false
    const at = (node: NodeId, id: string) => there.delete({ node, id })
    await expect(at(HERE, ID)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(at(HERE, 'db.0.x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await here.stop()
    await expect(at(HERE, ID)).rejects.toMatchObject({ code: 'NET_UNREACHABLE' })
    expect(engine.size).toBe(1)
  })
})

describe('what programs keep', () => {
  const program = { ...NAME, workload: 'sheets', kind: 'process' as const }
  const id = volumeIdOf(program)
  const told = () => here.list().find((one) => one.workload === 'sheets')
  const sheets = (fields: object) => ({
    workload: parseWorkload({ name: 'sheets', volumes: [{ name: 'data' }], ...fields }),
    owner: OWNER,
    generation: 1,
  })
  const SPORE = {
    bundle: `sha256:${'a'.repeat(64)}`,
    mounts: [{ volume: 'data', path: '/work/data' }],
  }
  beforeEach(async () => {
    folders.set(id, { ...program, id, sizeBytes: 100, createdAtMs: WALL })
    wanted = sheets(SPORE)
    await passes(LOOK_SELDOM_MS)
  })

  test('is told of and counted beside what containers keep', () => {
    expect(told()).toMatchObject({ id, kind: 'process', node: HERE, usedBytes: 7 })
    expect(here.list()).toHaveLength(2)
  })

  test('is told of, deleted and had back while the engine is away, of which nothing is forgotten', async () => {
    engineGone = true
    wanted = undefined
    ended = true
    await passes(LOOK_SELDOM_MS)
    expect(told()?.deletedAt).toBeDefined()
    expect(here.list()).toHaveLength(2)
    await there.restore({ node: HERE, id })
    expect(told()?.deletedAt).toBeUndefined()
    await there.delete({ node: HERE, id }, { forGood: true })
    expect([told(), folders.size]).toEqual([undefined, 0])
    expect(here.list()).toHaveLength(1)
  })

  test('is not what containers of that name would find, nor the other way round', async () => {
    const containers = [{ image: 'x', mounts: [{ volume: 'data', path: '/x' }] }]
    await expect(there.delete({ node: HERE, id })).rejects.toMatchObject({ code: 'CONFLICT' })
    wanted = sheets({ containers })
    await there.delete({ node: HERE, id })
    expect(told()?.deletedAt).toBeDefined()
  })
})
