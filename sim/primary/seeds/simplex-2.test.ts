import { simulatesSeeds } from '../seeds.suite.ts'
import { UNDER_SIMPLEX } from '../strikes.ts'

simulatesSeeds({ engine: 'simplex', from: 26, whole: 6, brief: 19, struck: UNDER_SIMPLEX })
