import { simulatesSeeds } from '../seeds.suite.ts'

// Seeds draw three or five voters: seven are asked for. More of them: `npm run sim -- --primary --voters 7`.
const struck = ['committee: 7 vote', 'write: acknowledged', 'read']
simulatesSeeds({ voters: 7, from: 5, whole: 1, brief: 2, struck })
