import { simulatesSeeds } from '../seeds.suite.ts'
import { UNDER_RAFT } from '../strikes.ts'

simulatesSeeds({ from: 101, seeds: 100, seedsMin: 45, struck: UNDER_RAFT })
