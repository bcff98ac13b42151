import { describe, expect, it } from 'vitest'
import { encode, type Plain } from '../../base/codec/index.ts'
import type { ConsensusEngine } from '../../identity/index.ts'
import { type Command, createRegistry } from './index.ts'
import { raise } from './motions.fixture.ts'
import { bytes, codeOf, createWorld, expectDone, START_MS } from './registry.fixture.ts'

const scale = (copies: number, more: { generation?: number; measured?: number } = {}): Command => ({
  kind: 'workload.scale',
  body: { workload: 'web', generation: 1, copies, why: 'REQUESTS', ...more },
})
const step = (step: number): Command => ({
  kind: 'canary.step',
  body: { workload: 'web', generation: 1, template: 'new', step },
})
const revert = (generation: number, to: number): Command => ({
  kind: 'canary.revert',
  body: { workload: 'web', generation, template: 'new', to, why: 'ERRORS', measured: 9 },
})

function createHouse(consensus: ConsensusEngine = 'raft', voters = 1) {
  const world = createWorld({ consensus })
  const ann = world.member('deploy')
  const machines = Array.from({ length: voters }, () => world.machine(world.member('use')))
  world.elect(...machines)
  const apply = (text: string) =>
    world.do(ann, { kind: 'workload.apply', body: { name: 'web', spec: bytes(text) } })
  apply('old')
  return { ...world, ann, machines, apply, view: world.registry.view }
}

describe('how many copies', () => {
  it('is said by voters and by the owner, and by nobody else', () => {
    const { machines, ann, member, machine, do: act, view } = createHouse()
    expect(codeOf(act(machines[0]!, scale(3)))).toBe('done')
    expect(view.scaled('web')).toMatchObject({ copies: 3, why: 'REQUESTS' })
    expect(codeOf(act(ann, scale(4)))).toBe('done')
    expect(codeOf(act(member('deploy'), scale(5)))).toBe('FORBIDDEN')
    expect(codeOf(act(machine(member('use')), scale(5)))).toBe('FORBIDDEN')
    expect(view.scaled('web')?.copies).toBe(4)
  })

  it('is since it was said, though the log’s time stood still', () => {
    const { ann, machines, do: act, view } = createHouse()
    const timeMs = START_MS + 90_000
    act(ann, scale(3), { timeMs })
    expect(view.scaled('web')?.sinceMs).toBe(timeMs)
    act(machines[0]!, step(1), { timeMs })
    expect(view.canary('web')?.sinceMs).toBe(timeMs)
  })

  it('is of the generation that was looked at', () => {
    const { machines, apply, do: act, view } = createHouse()
    apply('new')
    expect(codeOf(act(machines[0]!, scale(3)))).toBe('CONFLICT')
    expect(codeOf(act(machines[0]!, scale(3, { generation: 2 })))).toBe('done')
    apply('newer')
    expect(view.scaled('web')?.copies).toBe(3)
  })

  it('where some may lie needs two of one mind about the number, whatever each measured', () => {
    const { machines, do: act, view } = createHouse('simplex', 4)
    const [first, second, third] = machines
    expect(act(first!, scale(3, { measured: 100 }))).toEqual({
      ok: true,
      value: { applied: false },
    })
    expect(act(second!, scale(4))).toEqual({ ok: true, value: { applied: false } })
    expect(view.scaled('web')).toBeUndefined()
    expect(act(third!, scale(3, { measured: 101 }))).toEqual({ ok: true, value: { applied: true } })
    expect(view.scaled('web')).toMatchObject({ copies: 3, measured: 101 })
    // What was said before it is no word about the next.
    expect(act(second!, scale(3))).toEqual({ ok: true, value: { applied: false } })
  })

  it('ends with the rules it was decided under, from the rules of the registry that say so on', () => {
    const house = createHouse()
    const { ann, machines, do: act, view } = house
    const asks = (spec: Plain) =>
      act(ann, { kind: 'workload.apply', body: { name: 'web', spec: encode(spec) } })
    const held = () => view.scaled('web')?.copies
    const sleepy = { image: 'a', autoscale: { min: 0, max: 3 } }
    asks(sleepy)
    act(machines[0]!, scale(0, { generation: 2 }))
    asks({ image: 'a', replicas: 3 })
    asks(sleepy)
    expect(held()).toBe(0)
    asks({ image: 'a', replicas: 3 })
    raise(house, [machines[0]!], 6)
    asks(sleepy)
    expect(held()).toBeUndefined()
    act(machines[0]!, scale(2, { generation: 6 }))
    asks({ ...sleepy, image: 'b' })
    expect(held()).toBe(2)
  })

  it('ends so too where a canary goes back to rules of before', () => {
    const house = createHouse()
    const { ann, machines, do: act, view } = house
    raise(house, [machines[0]!], 6)
    const asks = (spec: Plain) =>
      act(ann, { kind: 'workload.apply', body: { name: 'web', spec: encode(spec) } })
    asks({ image: 'old', autoscale: { min: 0, max: 3 } })
    act(machines[0]!, scale(0, { generation: 2 }))
    act(ann, { kind: 'workload.keep', body: { name: 'web', generation: 2 } })
    asks({ image: 'new', replicas: 3 })
    expectDone(act(machines[0]!, revert(3, 2)))
    expect(view.scaled('web')).toBeUndefined()
  })

  it('goes with the workload', () => {
    const { ann, machines, do: act, view } = createHouse()
    act(machines[0]!, scale(0))
    act(machines[0]!, step(1))
    act(ann, { kind: 'workload.delete', body: { name: 'web' } })
    expect([view.scaled('web'), view.canary('web')]).toEqual([undefined, undefined])
  })
})

describe('a canary', () => {
  it('goes forward alone', () => {
    const { machines, do: act, view } = createHouse()
    expect(codeOf(act(machines[0]!, step(2)))).toBe('done')
    expect(codeOf(act(machines[0]!, step(2)))).toBe('EXISTS')
    expect(codeOf(act(machines[0]!, step(1)))).toBe('EXISTS')
    expect(view.canary('web')).toMatchObject({ template: 'new', step: 2 })
  })

  it('goes back to what was kept, as a new generation, and both are kept', () => {
    const { ann, machines, apply, do: act, view } = createHouse()
    act(ann, { kind: 'workload.keep', body: { name: 'web', generation: 1 } })
    apply('new')
    expect(codeOf(act(machines[0]!, revert(2, 7)))).toBe('NOT_FOUND')
    expect(codeOf(act(machines[0]!, revert(1, 1)))).toBe('CONFLICT')
    expect(codeOf(act(machines[0]!, revert(2, 1)))).toBe('done')
    expect(view.workload('web')).toEqual({ generation: 3, spec: bytes('old'), by: ann.owner })
    expect(view.generationOf('web')).toBe(3)
    expect(view.ownerOf('web')).toBe(ann.owner)
    expect(view.past('web').map(({ generation }) => generation)).toEqual([1, 2])
    const failed = { why: 'ERRORS', measured: 9, generation: 2 }
    expect(view.canary('web')).toMatchObject({ template: 'new', failed })
  })

  it('goes back but for what its owner changed meanwhile, from the rules that know it on', () => {
    const { ann, machines, do: act, view } = createHouse()
    const apply = (spec: Plain) =>
      act(ann, { kind: 'workload.apply', body: { name: 'web', spec: encode(spec) } })
    const back = (stays: string[]): Command => ({
      kind: 'canary.return',
      body: { workload: 'web', generation: 3, template: 'new', to: 2, why: 'ERRORS', stays },
    })
    apply({ image: 'old', access: 'public', budget: 1, labels: {} })
    act(ann, { kind: 'workload.keep', body: { name: 'web', generation: 2 } })
    apply({ image: 'new', access: 'members', labels: { a: 'b' }, wide: true })
    expect(codeOf(act(machines[0]!, back([])))).toBe('UNKNOWN_KIND')
    act(machines[0]!, { kind: 'version.support', body: { version: 2 } })
    act(machines[0]!, { kind: 'version.activate', body: { version: 2 } })
    expect(codeOf(act(machines[0]!, back(['access', 'budget', 'wide', 'none'])))).toBe('done')
    const spec = encode({ image: 'old', access: 'members', labels: {}, wide: true })
    expect(view.workload('web')).toEqual({ generation: 4, spec, by: ann.owner })
    expect(view.canary('web')).toMatchObject({ failed: { why: 'ERRORS', generation: 3 } })
    expect(view.past('web').map(({ generation }) => generation)).toEqual([2, 3])
  })

  it('goes back whole where a spec has no fields', () => {
    const { ann, machines, apply, do: act, view } = createHouse()
    act(machines[0]!, { kind: 'version.support', body: { version: 2 } })
    act(machines[0]!, { kind: 'version.activate', body: { version: 2 } })
    act(ann, { kind: 'workload.keep', body: { name: 'web', generation: 1 } })
    apply('new')
    const body = { workload: 'web', generation: 2, template: 'new', to: 1, why: 'ERRORS' }
    act(machines[0]!, { kind: 'canary.return', body: { ...body, stays: ['a'] } })
    expect(view.workload('web')?.spec).toEqual(bytes('old'))
  })

  it('and the number of copies are in a snapshot', () => {
    const { machines, do: act, registry, network } = createHouse()
    act(machines[0]!, scale(0))
    act(machines[0]!, step(1))
    const other = createRegistry({ network, voters: [] })
    other.restore(registry.snapshot())
    expect(other.hash()).toBe(registry.hash())
    expect(other.view.scaled('web')).toEqual(registry.view.scaled('web'))
    expect(other.view.canary('web')).toEqual(registry.view.canary('web'))
  })
})
