import { beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { HOUR_MS } from '../../economy/reputation/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { CommittedAssignments, PlacementInput, PlacementNode } from '../placement/index.ts'
import { desired, input, instance, node, nodeId } from '../placement/testing/worlds.ts'
import type { ViewChange } from '../reconcile/index.ts'
import { type Instance, slotOf } from '../spec/index.ts'
import { createUpkeep, type Upkeep, type UpkeepDeps } from './index.ts'
import { LOOK_MS, STARTING_MS } from './limits.ts'

const [ann, bob] = ['f', 'b'].map((letter) => letter.repeat(64) as OwnerId) as [OwnerId, OwnerId]
const web = desired('web')
const ALL = 1_000_000
const NOON_MS = Date.parse('2026-11-27T12:00:00Z')

/** Ann's computers are 1 and 2, Bob's 3 and 4; Ann's node 1 looks. */
let clock: SimClock
let startMs: number
let world: PlacementInput
let told: { node: NodeId; workload: string; ppm: number }[]
let refusing: string | undefined
let saidHour: number | undefined
let doubt: number
let looks: number
let listeners: Set<(change: ViewChange) => void>
let upkeep: Upkeep

const placed = (slots: Record<number, number>): CommittedAssignments => ({
  assignments: new Map(
    Object.entries(slots).map(([index, on]) => [slotOf('web', Number(index)), nodeId(on)]),
  ),
  bound: new Set(['web']),
})
const people = (change: Record<number, Partial<PlacementNode>> = {}): PlacementNode[] =>
  [1, 2, 3, 4].map((at) => node(at, { owner: at < 3 ? ann : bob, ...change[at] }))
const copy = (index: number, on: number, change: Partial<Instance> = {}) =>
  instance(web, index, on, change)
const ill = { status: 'Failed', health: 'unhealthy' } as const

function set(change: Partial<PlacementInput>): void {
  world = { ...world, ...change }
  for (const listener of listeners) listener({ of: 'assignments' })
}

function create(self: number, version = 5): Upkeep {
  const timeMs = (): number => NOON_MS + clock.monotonicMs() - startMs
  const view = {
    observations: () =>
      saidHour === undefined ? [] : [[ann, { hour: saidHour, ppm: 0 }] as const],
    get timeMs() {
      return timeMs()
    },
    version,
  }
  return createUpkeep({
    ...{ self: nodeId(self), owner: ann, clock, logger: createMemoryLogger() },
    selfDoubt: () => doubt,
    primary: {
      view: () => view as unknown as ReturnType<UpkeepDeps['primary']['view']>,
      async execute({ kind, body }) {
        expect(kind).toBe('reputation.observe')
        if (refusing !== undefined) throw new MyceliumError(refusing, 'No.')
        told.push(body as (typeof told)[number])
        return null
      },
    },
    view: {
      placementInput() {
        looks++
        return world
      },
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
  })
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += LOOK_MS) {
    clock.advance(Math.min(LOOK_MS, ms - passed))
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
}
const ppms = () => told.map(({ ppm }) => ppm)

beforeEach(async () => {
  clock = createSimClock()
  startMs = clock.monotonicMs()
  ;[told, listeners, doubt, looks] = [[], new Set(), 0, 0]
  refusing = undefined
  saidHour = undefined
  world = input({
    ...{ nodes: people(), workloads: [web], committed: placed({ 0: 3, 1: 1 }) },
    instances: [copy(0, 3), copy(1, 1)],
  })
  upkeep = create(1)
  await upkeep.start()
})

describe('a node', () => {
  it('tells once an hour how far a copy was up at another owner’s', async () => {
    await pass(HOUR_MS - LOOK_MS)
    expect(told).toEqual([])
    await pass(3 * LOOK_MS)
    expect(told).toEqual([{ node: nodeId(3), workload: 'web', ppm: ALL }])
    await pass(HOUR_MS + 2 * LOOK_MS)
    expect(ppms()).toEqual([ALL, ALL])
  })

  it('tells the share of the hour', async () => {
    await pass(HOUR_MS / 2)
    set({ instances: [copy(0, 3, ill), copy(1, 1)] })
    await pass(HOUR_MS / 2 + 2 * LOOK_MS)
    const [ppm = 0] = ppms()
    expect(Math.abs(ppm - ALL / 2)).toBeLessThan(ALL / 20)
  })

  it('runs no timer where nothing of its owner’s runs at others, and looks once something does', async () => {
    set({ committed: placed({ 0: 1, 1: 2 }) })
    await pass(2 * LOOK_MS)
    const before = looks
    await pass(2 * HOUR_MS)
    expect([looks - before, told]).toEqual([0, []])
    set({ committed: placed({ 0: 3, 1: 1 }) })
    await pass(HOUR_MS + 3 * LOOK_MS)
    expect(ppms()).toEqual([ALL])
  })

  it('looks at nothing without a registry, and tells nothing under older rules', async () => {
    const { committed: _, ...without } = world
    world = without
    await pass(2 * HOUR_MS)
    world = input({ ...without, committed: placed({ 0: 3 }) })
    await upkeep.stop()
    upkeep = create(1, 4)
    await upkeep.start()
    await pass(2 * HOUR_MS)
    expect(told).toEqual([])
  })

  it('leaves it to the first of its owner’s nodes, and goes on where that falls silent', async () => {
    await upkeep.stop()
    upkeep = create(2)
    await upkeep.start()
    await pass(HOUR_MS + 3 * LOOK_MS)
    expect(told).toEqual([])
    set({ nodes: people({ 1: { live: false } }) })
    await pass(2 * LOOK_MS)
    expect(ppms()).toEqual([ALL])
  })

  it('says nothing of jobs, of its owner’s own nodes, nor of others’ workloads', async () => {
    const job = { ...web, workload: { ...web.workload, job: {} as never } }
    set({ workloads: [job] })
    await pass(HOUR_MS + 3 * LOOK_MS)
    set({ workloads: [{ ...web, owner: bob }] })
    await pass(HOUR_MS + 3 * LOOK_MS)
    expect(told).toEqual([])
  })

  it('waits for the next hour of the log where it has spoken in this one', async () => {
    saidHour = NOON_MS / HOUR_MS + 1
    await pass(HOUR_MS + 3 * LOOK_MS)
    expect(told).toEqual([])
    await pass(HOUR_MS)
    expect(ppms()).toEqual([ALL])
  })

  it('tries again where no majority answers, and lets be what is refused', async () => {
    refusing = 'NO_QUORUM'
    await pass(HOUR_MS + 3 * LOOK_MS)
    refusing = undefined
    await pass(2 * LOOK_MS)
    expect(ppms()).toEqual([ALL])
    refusing = 'NOT_WITNESSED'
    await pass(HOUR_MS + 3 * LOOK_MS)
    refusing = undefined
    await pass(2 * LOOK_MS)
    expect(ppms()).toEqual([ALL])
  })
})

describe('against an owner counts', () => {
  const hour = () => pass(HOUR_MS + 3 * LOOK_MS)

  it('what is silent, though it is placed elsewhere at once', async () => {
    await pass(HOUR_MS / 2)
    set({ nodes: people({ 3: { live: false } }), committed: placed({ 0: 1, 1: 2 }) })
    await pass(HOUR_MS / 2 + 3 * LOOK_MS)
    const [ppm = 0] = ppms()
    expect(Math.abs(ppm - ALL / 2)).toBeLessThan(ALL / 20)
    await pass(3 * HOUR_MS)
    expect(told).toHaveLength(1)
  })

  it('what is silent, until that is told: then its other computers count for themselves', async () => {
    await pass(HOUR_MS / 2)
    set({ nodes: people({ 3: { live: false } }), committed: placed({ 0: 4 }) })
    set({ instances: [copy(0, 4)] })
    await pass(HOUR_MS / 2 + 3 * LOOK_MS)
    const [ppm = 0] = ppms()
    expect(Math.abs(ppm - (ALL * 2) / 3)).toBeLessThan(ALL / 20)
    await pass(HOUR_MS + 3 * LOOK_MS)
    expect(ppms().slice(1)).toEqual([ALL])
  })

  it('a copy that fails while others of it run', async () => {
    set({ instances: [copy(0, 3, ill), copy(1, 1)] })
    await hour()
    expect(ppms()).toEqual([0])
  })

  it('a copy that never came, after a while', async () => {
    set({ instances: [copy(1, 1)] })
    await pass(HOUR_MS + STARTING_MS + 3 * LOOK_MS)
    expect(ppms()).toEqual([0])
  })
})

describe('nothing counts, for or against', () => {
  it.each<[string, () => void]>([
    ['of a node that drains', () => set({ nodes: people({ 3: { draining: true, live: false } }) })],
    [
      'of one that said it sleeps',
      () => set({ nodes: people({ 3: { asleep: true, live: false } }) }),
    ],
    ['of one that said goodbye', () => set({ nodes: people({ 3: { left: true, live: false } }) })],
    ['while it runs nowhere', () => set({ instances: [copy(0, 3, ill), copy(1, 1, ill)] })],
    [
      'while it runs nowhere as it is wanted now',
      () => set({ instances: [copy(0, 3, ill), copy(1, 1, { template: 'older', generation: 0 })] }),
    ],
    [
      'while it is on its way',
      () => set({ instances: [copy(0, 3, { status: 'Pulling', health: 'unknown' }), copy(1, 1)] }),
    ],
    [
      'while this node is cut off',
      () => set({ majority: false, nodes: people({ 3: { live: false } }) }),
    ],
  ])('%s', async (_, change) => {
    change()
    await pass(2 * HOUR_MS)
    expect(told).toEqual([])
  })

  it('while this node doubts what it hears', async () => {
    doubt = 1
    await pass(2 * HOUR_MS)
    expect(told).toEqual([])
  })

  it('of a copy that has just been given to a node', async () => {
    set({ instances: [copy(1, 1)] })
    await pass(STARTING_MS - LOOK_MS)
    set({ instances: [copy(0, 3), copy(1, 1)] })
    await pass(HOUR_MS + 5 * LOOK_MS)
    expect(ppms()).toEqual([ALL])
  })
})
