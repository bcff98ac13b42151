import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeId } from '../engine.fixture.ts'
import type { Engine } from '../index.ts'
import { createRaftEngine } from './index.ts'
import { ELECTION_TICKS } from './limits.ts'

const SELF = nodeId(1)

function begin(records: readonly Uint8Array[] = []) {
  const founding = { members: { voters: [SELF], learners: [] }, state: new Uint8Array() }
  const config = { self: SELF, random: createSeededRandom(1), leaseReads: true, founding }
  return createRaftEngine(config, records)
}

/** What it writes on the way to its rest. */
function settle(engine: Engine): Uint8Array[] {
  const written: Uint8Array[] = []
  for (let ready = engine.ready(); ready; ready = engine.ready()) {
    written.push(...ready.records)
    engine.advance()
  }
  return written
}

describe('whoever votes alone', () => {
  it('leads at once where it founds the log', () => {
    const engine = begin()
    settle(engine)
    expect(engine.status().leader).toBe(SELF)
  })

  it('waits after a restart for what it may have promised, however it is asked to lead', () => {
    const engine = begin(settle(begin()))
    engine.campaign()
    for (let tick = 1; tick < ELECTION_TICKS; tick++) engine.tick()
    settle(engine)
    expect(engine.status().leader).toBeUndefined()
    for (let tick = 0; tick <= ELECTION_TICKS; tick++) engine.tick()
    settle(engine)
    expect(engine.status().leader).toBe(SELF)
  })
})
