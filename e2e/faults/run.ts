/**
 * `npm run faults -- leader-kills [--times N] [--seed N]`: real processes whose leader is killed, as
 * often as you like. A failure prints what did not hold and the command that runs it again.
 */
import { parseArgs } from 'node:util'
import { formCommittee } from './committee.ts'
import { killLeaders } from './leader-kills.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
})
if (positionals.join() !== 'leader-kills') throw new Error('There is: leader-kills.')
const [times, seed] = [Number(values.times), Number(values.seed)]
const committee = await formCommittee({ names: ['ada', 'ben', 'cleo'] })
try {
  await killLeaders(committee, { times, seed, say: (line) => console.log(line) })
} catch (error) {
  for (const node of committee.nodes) console.log(`${node.name}: ${node.log().slice(-3_000)}`)
  console.log(`again: npm run faults -- leader-kills --times ${times} --seed ${seed}`)
  throw error
} finally {
  await committee.remove()
}
