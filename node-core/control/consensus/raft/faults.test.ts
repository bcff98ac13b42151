/**
 * Raft under faults that a seed draws: messages lost, doubled and late, nodes cut off, crashed between
 * two effects and restarted, logs compacted, members changed. What must hold at every step is checked
 * by the cluster; afterwards everybody must come to agree.
 */
import { describe, expect, it } from 'vitest'
import { createSeededRandom, pick, type Random } from '../../../base/random/index.ts'
import { EngineCluster, type MakeEngine, type Member, nodeId } from '../engine.fixture.ts'
import { createRaftEngine } from './index.ts'

const SEEDS = 30
const STEPS = 250

const make: MakeEngine = (self, founding, records, seed) =>
  createRaftEngine(
    { self, random: createSeededRandom(seed), ...(founding ? { founding } : {}) },
    records,
  )

interface Counts {
  crashes: number
  cuts: number
  compactions: number
  changes: number
  snapshots: number
}

function disturb(net: EngineCluster, random: Random, counts: Counts): void {
  const member = pick(random, net.members)!
  const down = net.members.filter(({ isUp }) => !isUp)
  switch (random.int(24)) {
    case 0:
      if (down.length < 2 && member.isUp) {
        net.crash(member)
        counts.crashes++
      }
      return
    case 1:
    case 2:
      if (down[0]) net.restart(down[0])
      return
    case 3:
      net.cutOff(member)
      counts.cuts++
      return
    case 4:
    case 5:
      net.heal()
      return
    case 6:
      if (member.isUp && member.applied > 0) {
        net.compact(member)
        counts.compactions++
      }
      return
    case 7:
      changeSomething(net, random, counts)
      return
    case 8:
      if (member.isUp) member.engine.transferLeader(pick(random, net.members)!.id)
      return
    case 9:
      if (member.isUp) member.engine.reportUnreachable(pick(random, net.members)!.id)
      return
    default:
      if (member.isUp) net.propose(member, `${counts.crashes} ${random.int(1_000_000)}`)
  }
}

function changeSomething(net: EngineCluster, random: Random, counts: Counts): void {
  const ids = net.members.map(({ id }) => id)
  const voters = ids.filter(() => random.int(4) > 0)
  const learners = ids.filter((id) => !voters.includes(id) && random.int(2) > 0)
  if (voters.length < 3) return
  net.changeMembers(net.lead(), { voters, learners })
  counts.changes++
}

function run(seed: number): { states: string; counts: Counts } {
  const random = createSeededRandom(seed)
  const net = new EngineCluster(make, 4, seed)
  net.faults = { random, loss: 0.1, double: 0.1, late: 0.2, crashInside: 0.002 }
  net.add(nodeId(5))
  const counts: Counts = { crashes: 0, cuts: 0, compactions: 0, changes: 0, snapshots: 0 }
  for (let at = 0; at < STEPS; at++) {
    disturb(net, random, counts)
    net.step()
  }
  net.faults = undefined
  net.heal()
  for (const member of net.members) if (!member.isUp) net.restart(member)
  net.commit('at the end')
  const voting = (): Member[] => {
    const { voters, learners } = net.lead().engine.status().members
    return net.members.filter(({ id }) => [...voters, ...learners].includes(id))
  }
  net.until('the members agree', () => {
    const states = voting().map(({ state }) => JSON.stringify(state))
    return new Set(states).size === 1 && states[0]?.includes('at the end') === true
  })
  counts.snapshots = net.members.reduce((sum, { snapshots }) => sum + snapshots, 0)
  return { states: JSON.stringify(voting().map(({ state }) => state)), counts }
}

describe('Raft under faults', () => {
  const totals: Counts = { crashes: 0, cuts: 0, compactions: 0, changes: 0, snapshots: 0 }

  it.each(Array.from({ length: SEEDS }, (_, at) => at + 1))('agrees with seed %i', (seed) => {
    const { counts } = run(seed)
    for (const key of ['crashes', 'cuts', 'compactions', 'changes', 'snapshots'] as const) {
      totals[key] += counts[key]
    }
  })

  it('has met every fault', () => {
    for (const [fault, count] of Object.entries(totals)) {
      expect(count, fault).toBeGreaterThan(SEEDS)
    }
  })

  it('does the same with the same seed', () => {
    expect(run(7)).toEqual(run(7))
  })
})
