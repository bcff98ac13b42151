import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { createFakeRouter } from '../testing/fake-router/index.ts'
import { makeScenario, type ScenarioName } from '../testing/scenarios/index.ts'
import { makeNode } from '../testing/shapes.ts'
import { createManualTime } from '../time/index.ts'
import { createConnection } from '../transport/index.ts'
import { createRoute } from './route.ts'
import { keptName, workloadNamed } from './said-names.ts'
import { createSettings } from './settings.ts'
import { createWorld } from './world.ts'

async function openWorld(name: ScenarioName) {
  const time = createManualTime()
  const fake = createFakeRouter(makeScenario(name))
  const client = createRouterClient(fake.router)
  const door = {
    open: async () => ({
      client,
      publish: (file: File) => client.bundles.publish({ file }),
      closed: new Promise<void>(() => {}),
      close: () => {},
    }),
  }
  const world = createWorld({
    connection: createConnection({ door, time }),
    time,
    route: createRoute({ location: { hash: '' }, addEventListener: () => {} }),
    settings: createSettings({ getItem: () => null, setItem: () => {} }),
    isVisible: () => false,
  })
  world.start()
  await settle(time)
  return { time, fake, world, settle: () => settle(time) }
}

/** Calls take a few turns of the real event loop; the window's own time stands still meanwhile. */
async function settle(time: ReturnType<typeof createManualTime>): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    await time.advance(50)
  }
}

describe('the world', () => {
  it('asks for everything once there is a network', async () => {
    const { world } = await openWorld('busy')
    expect(world.nodes.store.getState().data).toHaveLength(7)
    expect(world.workloads.store.getState().data).toHaveLength(4)
    expect(world.members.store.getState().data).toHaveLength(2)
  })

  it('asks for nothing of a network before there is one', async () => {
    const { world } = await openWorld('new')
    expect(world.status.store.getState().data?.network).toBeUndefined()
    expect(world.nodes.store.getState()).toMatchObject({ data: undefined, problem: undefined })
  })

  it('keeps what a network said last while it starts anew, and asks again once it runs', async () => {
    const { world, fake, settle } = await openWorld('busy')
    const { network, ...outside } = fake.scenario.status
    fake.scenario.status = { ...outside, starting: network?.name ?? '' }
    fake.emit('events.missed', { count: 3 })
    await settle()
    expect(world.status.store.getState().data?.network).toBeUndefined()
    expect(world.nodes.store.getState().data).toHaveLength(7)
    fake.scenario.nodes.pop()
    fake.scenario.status = { ...outside, ...(network && { network }) }
    fake.emit('network.joined', {})
    await settle()
    expect(world.nodes.store.getState().data).toHaveLength(6)
  })

  it('hears of a new node by its event alone', async () => {
    const { world, fake, settle } = await openWorld('busy')
    fake.scenario.nodes.push(makeNode({ name: 'newcomer' }))
    fake.emit('node.alive', { id: 'newcomer' })
    await settle()
    expect(world.nodes.store.getState().data).toHaveLength(8)
  })

  it('asks for everything again when it missed events', async () => {
    const { world, fake, settle } = await openWorld('busy')
    fake.scenario.workloads.pop()
    fake.emit('events.missed', { count: 3 })
    await settle()
    expect(world.workloads.store.getState().data).toHaveLength(3)
  })

  it('says what it asks of another’s workload by the name that means it', async () => {
    const { world, fake, settle } = await openWorld('busy')
    const [notes] = fake.scenario.workloads
    const longName = `${notes?.name}-of-0123456789`
    if (notes) notes.longName = longName
    world.refresh()
    await settle()
    const all = world.workloads.store.getState().data ?? []
    const other = workloadNamed(all, 'notes')
    expect(other).toBe(workloadNamed(all, longName))
    expect([other?.name, other && keptName(other)]).toEqual([longName, 'notes'])
  })

  it('forgets a network that was left', async () => {
    const { world, fake, settle } = await openWorld('busy')
    delete fake.scenario.status.network
    fake.emit('network.left', {})
    await settle()
    expect(world.nodes.store.getState().data).toBeUndefined()
  })

  it('deletes a workload when nobody undoes it', async () => {
    const { world, time, settle } = await openWorld('busy')
    world.deletions.schedule('weather')
    await time.advance(6_000)
    await settle()
    const names = world.workloads.store.getState().data?.map(({ name }) => name)
    expect(names).toEqual(['notes', 'backup', 'photo-index'])
  })
})
