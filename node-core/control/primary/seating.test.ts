import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { ConsensusStatus } from '../consensus/driver/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { createRegistry } from '../registry/index.ts'
import { COMMITTEES_BEFORE_WARNING } from './limits.ts'
import { bytes, createTestNetwork } from './primary.fixture.ts'
import { createSeating } from './seating.ts'

/** A committee in which somebody sits whom the seats do not know, so that there is something to do. */
async function seatingOn(state: ConsensusStatus['state'], epoch = 0) {
  const world = await createTestNetwork(1, 'simplex')
  const { network, nodes } = world
  await world.end()
  const self = nodes[0]!.id
  const stranger = Buffer.from(bytes('stranger'.repeat(4))).toString('hex') as NodeId
  const { view } = createRegistry({ network, voters: [self] })
  const clock = createSimClock()
  const logger = createMemoryLogger()
  let asked = 0
  const seating = createSeating({
    ...{ self, view, clock, logger, subscribe: () => () => {} },
    consensus: {
      status: () => ({
        ...{ state, failure: undefined, applied: 1 as LogIndex, logBytes: 0 },
        engine: {
          ...{ kind: 'simplex', self, leader: self, term: 1, epoch, committed: 1 as LogIndex },
          ...{ last: 1 as LogIndex, progress: [], quorum: true },
          members: { voters: [self, stranger], learners: [] },
        },
      }),
      async changeMembers() {
        asked++
        throw new MyceliumError('NOT_RUNNING', 'Consensus is not running here.')
      },
    },
  })
  return { seating, clock, logger, asked: () => asked }
}

describe('bringing the committee to its seats', () => {
  async function lookFor(state: ConsensusStatus['state']): Promise<number> {
    const { seating, clock, asked } = await seatingOn(state)
    seating.start()
    for (let turn = 0; turn < 100; turn++) {
      clock.advance(10)
      for (let more = 0; more < 5; more++) await Promise.resolve()
    }
    seating.stop()
    return asked()
  }

  it('asks nothing of a consensus that has failed', async () => {
    expect(await lookFor('failed')).toBe(0)
  })

  it('waits before it asks again where it was refused at once', async () => {
    const asked = await lookFor('running')
    expect(asked).toBeGreaterThan(1)
    expect(asked).toBeLessThan(10)
  })

  it('says in time, and once, that an era has not many committees left', async () => {
    for (const [epoch, lines] of [
      [COMMITTEES_BEFORE_WARNING - 1, 0],
      [COMMITTEES_BEFORE_WARNING, 1],
    ] as const) {
      const { seating, clock, logger } = await seatingOn('running', epoch)
      seating.start()
      for (let turn = 0; turn < 100; turn++) {
        clock.advance(10)
        for (let more = 0; more < 5; more++) await Promise.resolve()
      }
      seating.stop()
      expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(lines)
    }
  })
})
