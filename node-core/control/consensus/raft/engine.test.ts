import { createSeededRandom } from '../../../base/random/index.ts'
import { engineSuite } from '../engine.suite.ts'
import { createRaftEngine } from './index.ts'

engineSuite('Raft', (self, founding, records, seed) =>
  createRaftEngine(
    { self, random: createSeededRandom(seed), ...(founding ? { founding } : {}) },
    records,
  ),
)
