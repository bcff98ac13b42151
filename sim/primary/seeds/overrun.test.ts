import { simulatesSeeds } from '../seeds.suite.ts'

const lying = { engine: 'simplex', lying: 'overrun' } as const
const struck = ['liar: doubler', 'liar: twins', 'said: void']
simulatesSeeds({ ...lying, from: 1, seeds: 18, seedsMin: 7, struck })
