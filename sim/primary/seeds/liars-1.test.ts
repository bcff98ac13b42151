import { simulatesSeeds } from '../seeds.suite.ts'
import { AMONG_LIARS } from '../strikes.ts'

const lying = { engine: 'simplex', lying: 'bearable', struck: AMONG_LIARS } as const
simulatesSeeds({ ...lying, from: 1, seeds: 16, seedsMin: 13 })
