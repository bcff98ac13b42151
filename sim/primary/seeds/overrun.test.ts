import { simulatesSeeds } from '../seeds.suite.ts'

const lying = { engine: 'simplex', lying: 'overrun' } as const
const struck = ['liar: doubler', 'liar: twins', 'said: void', 'committee: 4 of 10 lie']
simulatesSeeds({ ...lying, from: 1, whole: 7, brief: 11, struck })
