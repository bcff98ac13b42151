/**
 * Faults that take longer than the tests may, with real processes; a failure prints what did not hold.
 * `npm run faults -- leader-kills [--times N] [--seed N]`: the leader is killed, as often as you like. No
 * gap between writes may be longer than ten seconds (`--gap-max SECONDS`, for a computer with much else to
 * do); what the nodes logged is kept in `artifacts/leader-kills` (`--logs FOLDER`).
 * `npm run faults -- work`: what strikes in the middle of a change or a drain.
 * `npm run faults -- cut`: a change while one of three nodes is cut off, and one in whose middle it is.
 * `npm run faults -- transfers`: who fetches an image is killed, and who gives it.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createCluster, describeNode } from '../harness/cluster.ts'
import type { TestNode } from '../harness/node-process.ts'
import { formCommittee } from './committee.ts'
import { changeWhileCut, formCutNetwork } from './cut.ts'
import { killLeaders } from './leader-kills.ts'
import { formTransfers, killInTransfers } from './transfers.ts'
import { strikeWork } from './work.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    'gap-max': { type: 'string', default: '10' },
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

async function work(): Promise<void> {
  const cluster = await createCluster({ engines: true })
  try {
    await strikeWork(cluster, say)
  } catch (error) {
    for (const node of cluster.nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
    throw error
  } finally {
    await cluster.remove()
  }
}

async function cut(): Promise<void> {
  const network = await formCutNetwork()
  try {
    await changeWhileCut(network, say)
  } catch (error) {
    for (const node of network.nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
    throw error
  } finally {
    await network.remove()
  }
}

async function transfers(): Promise<void> {
  const formed = await formTransfers()
  try {
    await killInTransfers(formed, say)
  } catch (error) {
    for (const { node } of formed.places) console.log(`# ${node.name}\n${await describeNode(node)}`)
    throw error
  } finally {
    await formed.remove()
  }
}
