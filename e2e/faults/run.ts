/**
 * `npm run faults -- leader-kills [--times N] [--seed N]`: real processes whose leader is killed, as
 * often as you like. `npm run faults -- transfers [--times N]`: who fetches an image is killed, and who
 * gives it. A failure prints what did not hold.
 */
import { parseArgs } from 'node:util'
import { enginesUnavailable } from '../harness/engine.ts'
import { formCommittee } from './committee.ts'
import { killLeaders } from './leader-kills.ts'
import { formTransfers, killInTransfers } from './transfers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const [what] = positionals
const times = Number(values.times ?? (what === 'transfers' ? 1 : 100))
const say = (line: string): void => console.log(line)

switch (what) {
  case 'leader-kills':
    await leaderKills(Number(values.seed))
    break
  case 'transfers':
    await transfers()
    break
  default:
    throw new Error('There are: leader-kills, transfers.')
}

async function leaderKills(seed: number): Promise<void> {
  const committee = await formCommittee({ names: ['ada', 'ben', 'cleo'] })
  try {
    await killLeaders(committee, { times, seed, say })
  } catch (error) {
    for (const node of committee.nodes) console.log(`${node.name}: ${node.log().slice(-3_000)}`)
    console.log(`again: npm run faults -- leader-kills --times ${times} --seed ${seed}`)
    throw error
  } finally {
    await committee.remove()
  }
}

async function transfers(): Promise<void> {
  const unavailable = enginesUnavailable()
  if (unavailable) throw new Error(unavailable)
  const formed = await formTransfers()
  try {
    await killInTransfers(formed, { times, say })
  } catch (error) {
    for (const { node } of formed.places) console.log(`${node.name}: ${node.log().slice(-3_000)}`)
    throw error
  } finally {
    await formed.remove()
  }
}
