/**
 * Faults that take longer than the tests may, with real processes; a failure prints what did not hold.
 * `npm run faults -- leader-kills [--times N] [--seed N]`: the leader is killed, as often as you like. No
 * gap between writes may be longer than ten seconds (`--gap-max SECONDS`, for a computer with much else to
 * do); what the nodes logged is kept in `artifacts/leader-kills` (`--logs FOLDER`).
 * `npm run faults -- work`: what strikes in the middle of a change or a drain.
 * `npm run faults -- cut`: a change while one of three nodes is cut off, and one in whose middle it is.
 * `npm run faults -- transfers [--scene deaths|full-disk|liar]`: who fetches an image is killed, and who
 * gives it; a disk has no room for it; who gives it gives something else.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createCluster, describeNode } from '../harness/cluster.ts'
import type { TestNode } from '../harness/node-process.ts'
import { formCommittee } from './committee.ts'
import { changeWhileCut, formCutNetwork } from './cut.ts'
import { killLeaders } from './leader-kills.ts'
import { killInTransfers } from './transfers/deaths.ts'
import { fillDisks, formOnSmallDisks } from './transfers/full-disk.ts'
import { formWithLiar, lieInTransfers } from './transfers/liar.ts'
import { formTransfers, type Transfers } from './transfers/places.ts'
import { strikeWork } from './work.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    'gap-max': { type: 'string', default: '10' },
    scene: { type: 'string' },
    logs: { type: 'string', default: 'artifacts/leader-kills' },
  },
})
const say = (line: string): void => console.log(line)
const RUNS: Record<string, () => Promise<void>> = {
  cut,
  'leader-kills': leaderKills,
  transfers,
  work,
}
const run = RUNS[positionals.join()]
if (!run) throw new Error(`There are: ${Object.keys(RUNS).join(', ')}.`)
await run()

async function leaderKills(): Promise<void> {
  const [times, seed] = [Number(values.times), Number(values.seed)]
  const gapMsMax = Number(values['gap-max']) * 1_000
  const committee = await formCommittee({ names: ['ada', 'ben', 'cleo'] })
  try {
    await killLeaders(committee, { times, seed, gapMsMax, say })
  } catch (error) {
    console.log(`again: npm run faults -- leader-kills --times ${times} --seed ${seed}`)
    throw error
  } finally {
    keepLogs(committee.nodes, values.logs)
    await committee.remove()
  }
}

/** Of all lives of each node. */
function keepLogs(nodes: readonly TestNode[], folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const node of nodes) writeFileSync(path.join(folder, `${node.name}.jsonl`), node.log())
  say(`What the nodes logged: ${path.resolve(folder)}`)
}

function work(): Promise<void> {
  return among(
    () => createCluster({ engines: true }),
    ({ nodes }) => nodes,
    (cluster) => strikeWork(cluster, say),
  )
}

function cut(): Promise<void> {
  return among(
    formCutNetwork,
    ({ nodes }) => nodes,
    (network) => changeWhileCut(network, say),
  )
}

async function transfers(): Promise<void> {
  const nodesOf = ({ places }: Transfers) => places.map(({ node }) => node)
  const scenes = {
    deaths: () => among(formTransfers, nodesOf, (formed) => killInTransfers(formed, say)),
    'full-disk': () => among(formOnSmallDisks, nodesOf, (formed) => fillDisks(formed, say)),
    liar: () => among(formWithLiar, nodesOf, (formed) => lieInTransfers(formed, say)),
  }
  for (const [name, scene] of Object.entries(scenes)) {
    if (values.scene === undefined || values.scene === name) await scene()
  }
}

/** Whatever does not hold is told with what each node saw. */
async function among<Network extends { remove(): Promise<void> }>(
  form: () => Promise<Network>,
  nodesOf: (network: Network) => readonly TestNode[],
  strike: (network: Network) => Promise<void>,
): Promise<void> {
  const network = await form()
  try {
    await strike(network)
  } catch (error) {
    console.log(error)
    for (const node of nodesOf(network)) {
      console.log(`# ${node.name}\n${await describeNode(node)}`)
    }
    throw error
  } finally {
    await network.remove()
  }
}
