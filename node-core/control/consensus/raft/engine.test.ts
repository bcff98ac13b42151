import { expect, it } from 'vitest'
import { createSeededRandom } from '../../../base/random/index.ts'
import { EngineCluster, type MakeEngine } from '../engine.fixture.ts'
import { engineSuite } from '../engine.suite.ts'
import { createRaftEngine, type RaftEngineConfig } from './index.ts'

const make =
  (options: Partial<RaftEngineConfig> = {}): MakeEngine =>
  (self, founding, records, seed) =>
    createRaftEngine(
      { self, random: createSeededRandom(seed), ...options, ...(founding ? { founding } : {}) },
      records,
    )

engineSuite('Raft', make())

it('tells whom it hears, though somebody looks just after each check of the quorum', () => {
  const net = new EngineCluster(make({ heartbeatTicks: 3 }), 3, 7)
  net.commit('a')
  const leader = net.lead()
  for (let tick = 0; tick < 40; tick++) {
    net.pass(1)
    const { progress } = leader.engine.status()
    expect(progress.map(({ recentlyActive }) => recentlyActive)).not.toContain(false)
  }
  const silent = net.up.find((member) => member !== leader)!
  net.crash(silent)
  net.until('the silent one is told', () => {
    const { progress } = leader.engine.status()
    return progress.some(({ node, recentlyActive }) => node === silent.id && !recentlyActive)
  })
})
