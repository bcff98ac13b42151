import { simulatesSeeds } from '../seeds.suite.ts'
import { UNDER_RAFT } from '../strikes.ts'

simulatesSeeds({ from: 301, whole: 20, brief: 80, struck: UNDER_RAFT })
