/** The leader killed a few times under load; `npm run faults -- leader-kills` does it a hundred times. */
import { after, before, describe, it } from 'node:test'
import { type Committee, formCommittee } from './faults/committee.ts'
import { killLeaders } from './faults/leader-kills.ts'

const KILLS = 4
const SEED = Number(process.env.E2E_SEED ?? 20_261_125)

describe(`a committee whose leader is killed ${KILLS} times, seed ${SEED}`, () => {
  let committee: Committee
  before(async () => {
    committee = await formCommittee({ names: ['ada', 'ben', 'cleo'] })
  })
  after(() => committee?.remove())

  it('loses no write, doubles none, and leaves no watcher a gap', async () => {
    const say = (line: string): void => console.log(`# ${line}`)
    await killLeaders(committee, { times: KILLS, seed: SEED, say })
  })
})
