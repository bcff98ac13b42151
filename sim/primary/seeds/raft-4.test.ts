import { simulatesSeeds } from '../seeds.suite.ts'
import { UNDER_RAFT } from '../strikes.ts'

simulatesSeeds({ from: 301, seeds: 100, seedsMin: 45, struck: UNDER_RAFT })
