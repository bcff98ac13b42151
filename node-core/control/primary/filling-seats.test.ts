/** Under Simplex the committee follows the seats, a while later (docs/adr/0012, 0017). */
import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { Command } from '../registry/index.ts'
import { createFilling } from './filling.ts'
import type { NodeFacts } from './index.ts'

const ids = 'abcde'.split('').map((name) => name.repeat(64) as NodeId)
const [first] = ids as [NodeId]

/** Five voters, of whom four would do; whether one of them has lost its seat already. */
function fill(isOut: boolean): Command[] {
  const clock = createSimClock()
  const told: Command[] = []
  const seat = (node: NodeId) => {
    const held = isOut && node === first ? 'none' : 'voter'
    return { seat: held, trust: 100, judgedBefore: 0 } as const
  }
  const self = ids[1]!
  const others = ids.filter((node) => node !== self)
  const match = 1 as LogIndex
  const filling = createFilling({
    ...{ self, clock, logger: createSilentLogger(), isCrowded: () => false },
    consensus: {
      async changeMembers() {
        throw new Error('Seats are given by commands.')
      },
      transferLeader() {},
      status: () => ({
        ...{ state: 'running', failure: undefined, applied: match, logBytes: 0 },
        engine: {
          ...{ kind: 'simplex', self, leader: self, term: 1, committed: match, last: match },
          ...{ quorum: true, members: { voters: ids, learners: [] } },
          progress: others.map((node) => ({ node, match, recentlyActive: true })),
        },
      }),
    },
    view: {
      ...{ setting: () => undefined, node: () => undefined, removed: () => undefined, seat },
      reputation: () => 500_000,
      seats: () => ids.map((node) => [node, seat(node)]),
    },
    nodes: () => ids.map(factsOf),
    isAdmins: (node) => node === self,
    async execute(command) {
      told.push(command)
    },
  })
  filling.start()
  for (let seconds = 0; seconds < 6; seconds++) clock.advance(1_000)
  filling.stop()
  return told
}

function factsOf(node: NodeId): NodeFacts {
  const facts = { node, role: 'rhizomorph', labels: {}, addresses: [] } as const
  return { ...facts, upMs: 60_000, cpuMillis: 4_000, memoryBytes: 8e9 }
}

describe('a committee of five, where four bear as much', () => {
  it('gives up one seat', () => {
    expect(fill(false).map(({ kind }) => kind)).toContain('committee.seat')
  })

  it('gives up no other while one that lost its seat is on its way out', () => {
    expect(fill(true)).toEqual([])
  })
})
