/** A real partition of five, made of network namespaces: exactly one side writes. */
import { after, before, describe, it } from 'node:test'
import { type Committee, formCommittee } from './faults/committee.ts'
import { partBothWays } from './faults/partition.ts'
import { createLan, type Lan, lanUnavailable } from './harness/lan.ts'

const SEED = Number(process.env.E2E_SEED ?? 20_261_125)
const missing = lanUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

describe(`five cut three from two, seed ${SEED}${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let lan: Lan
  let committee: Committee
  before(async () => {
    lan = createLan(5)
    const places = lan.hosts.map((namespace, host) => {
      return { namespace, listen: `/ip4/${lan.addressOf(host)}/tcp/4000` }
    })
    committee = await formCommittee({ names: ['ada', 'ben', 'cleo', 'dora', 'emil'], places })
  })
  after(async () => {
    await committee?.remove()
    lan?.remove()
  })

  it('leaves one side that writes, whoever led, and all agree once it is over', async () => {
    const say = (line: string): void => console.log(`# ${line}`)
    await partBothWays(committee, { lan, seed: SEED, say })
  })
})
