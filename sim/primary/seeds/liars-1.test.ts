import { simulatesSeeds } from '../seeds.suite.ts'
import { AMONG_LIARS } from '../strikes.ts'

// Whoever begins here meets every lie there is, and every door, in the first six.
const lying = { engine: 'simplex', lying: 'bearable', struck: AMONG_LIARS } as const
simulatesSeeds({ ...lying, from: 137, whole: 6, brief: 10 })
