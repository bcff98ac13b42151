import { simulatesSeeds } from '../seeds.suite.ts'
import { UNDER_RAFT } from '../strikes.ts'

simulatesSeeds({ from: 301, seeds: 100, seedsMin: 50, struck: UNDER_RAFT })
