import { describe, expect, it } from 'vitest'
import { raftKind } from './raft/kind.ts'
import { createStage } from './stage.ts'
import { createWorld } from './world.ts'

function staged() {
  const world = createWorld({ seed: 3, kind: raftKind(), voters: 3, spare: 3 })
  for (const machine of world.machines) machine.start()
  return { world, stage: createStage(world) }
}

describe('a stage', () => {
  it('waits for what comes, and no longer than it is told to', () => {
    const { world, stage } = staged()
    expect(stage.until(() => world.events.nowMs() >= 30, 100)).toBe(true)
    expect(world.events.nowMs()).toBe(30)
    expect(stage.until(() => false, 100)).toBe(false)
    expect(world.events.nowMs()).toBe(130)
  })

  it('goes no further once something did not hold', () => {
    const { world, stage } = staged()
    world.invariants.failures.push('planted')
    expect(stage.until(() => false, 100)).toBe(false)
    expect(world.events.nowMs()).toBe(0)
  })

  it('parts the network so that only the group with a majority elects a leader', () => {
    const { world, stage } = staged()
    const [a, b, c] = world.machines
    stage.part([a!], [b!, c!])
    expect([b, c]).toContain(stage.leader())
    expect(stage.leader([a!])).toBeUndefined()
  })

  it('makes more of them vote, and says so when it cannot', () => {
    const { world, stage } = staged()
    expect(stage.enlist(5)).toHaveLength(5)
    expect(stage.voters()).toHaveLength(5)
    stage.part()
    expect(stage.enlist(6)).toBeUndefined()
    expect(world.invariants.failures).toEqual([])
  })

  it('burdens one that leads with what takes several messages', () => {
    const { world, stage } = staged()
    const leader = stage.leader()!
    const before = world.invariants.committed()
    stage.burden(leader, 8)
    expect(stage.until(() => world.invariants.committed() >= before + 8, 200)).toBe(true)
  })
})
