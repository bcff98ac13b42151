import { simulatesSeeds } from '../seeds.suite.ts'
import { UNDER_SIMPLEX } from '../strikes.ts'

simulatesSeeds({ engine: 'simplex', from: 26, seeds: 25, seedsMin: 10, struck: UNDER_SIMPLEX })
