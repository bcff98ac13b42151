/**
 * `npm run sim -- --seeds N [--seed K] [--nodes N] [--steps N]`: the shared state of as many networks
 * as you like. `--consensus raft|simplex [--seeds N] [--seed K] [--liars]`: that engine, N seeds from
 * K on, with as many liars among the voters as may be.
 * `--primary [--engine raft|simplex] [--seeds N] [--seed K] [--liars|--overrun|--lease-reads] [--brief]`: the
 * registry of whole nodes, over simulated disks and clocks; with as many liars as may be, with one more, or with
 * reads by the leader's lease on computers that sleep; brief as most of a test run are.
 * `--work [--engine raft|simplex] [--seeds N] [--seed K]`: whole nodes at work under a Primary: who is
 * given what, and what runs where.
 * `--recovery [--seeds N] [--seed K]`: a committee among liars that is lost, and overruled by an admin.
 * `--follow [--seeds N] [--seed K]`: many that follow the log of a committee.
 * `--mutations [--consensus raft|simplex] [--seeds N]`: each planted fault, and how many of
 * N seeds find it.
 */
import { parseArgs } from 'node:util'
import { ENGINES } from './consensus/engines.ts'
import { runMutations } from './consensus/mutations/run-mutations.ts'
import { runSeeds } from './consensus/run-seeds.ts'
import { runFollow } from './follow/run-follow.ts'
import { runSeeds as runPrimarySeeds, runRecoveries } from './primary/run-seeds.ts'
import type { SimulateOptions } from './primary/simulate.ts'
import { type Outcome, simulate } from './simulation.ts'
import { addCounts, struckTable } from './struck.ts'
import { runWork } from './work/run-work.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    nodes: { type: 'string', default: '5' },
    steps: { type: 'string', default: '12' },
    consensus: { type: 'string' },
    follow: { type: 'boolean', default: false },
    liars: { type: 'boolean', default: false },
    overrun: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    'lease-reads': { type: 'boolean', default: false },
    engine: { type: 'string', default: 'raft' },
    primary: { type: 'boolean', default: false },
    work: { type: 'boolean', default: false },
    recovery: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed ?? 1)
const count = Number(values.seeds ?? (values.seed === undefined ? 100 : 1))
const say = (line: string): void => console.log(line)

const startedMs = performance.now()
const failed = values.mutations
  ? await runMutations({ first, count, only: values.consensus, say })
  : values.primary
    ? await runPrimary()
    : values.work
      ? await runWorkers()
      : values.recovery
        ? await runRecovery()
        : values.follow
          ? runFollow({ first, count, say })
          : values.consensus === undefined
            ? await runSharedState()
            : runConsensus(values.consensus)
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
say(`${seconds} s, ${failed} failed.`)
process.exitCode = failed > 0 ? 1 : 0

function runConsensus(name: string): number {
  const kind = ENGINES[name]
  if (!kind) throw new Error(`No such engine: ${name}. There are: ${Object.keys(ENGINES)}.`)
  const { failed, counts } = runSeeds(kind, { first, count, lying: values.liars, say })
  say(`${count} seeds over ${name}. What struck:\n${struckTable(counts)}`)
  return failed.length
}

function engineNamed(engine: string): 'raft' | 'simplex' {
  if (engine === 'raft' || engine === 'simplex') return engine
  throw new Error(`No such engine: ${engine}.`)
}

function primaryOptions(): SimulateOptions {
  const { liars, overrun, brief } = values
  const engine = engineNamed(values.engine)
  if (liars || overrun) return { engine: 'simplex', lying: overrun ? 'overrun' : 'bearable', brief }
  const leaseReads = values['lease-reads']
  if (leaseReads && engine !== 'raft') throw new Error('Only Raft has a leader with a lease.')
  return { engine, leaseReads, brief }
}

async function runPrimary(): Promise<number> {
  const { failed, counts } = await runPrimarySeeds({ first, count, say, ...primaryOptions() })
  say(`${count} seeds over the Primary. What struck:\n${struckTable(counts)}`)
  return failed
}

async function runWorkers(): Promise<number> {
  const consensus = engineNamed(values.engine)
  const { failed, counts } = await runWork({ first, count, consensus, say })
  say(`${count} seeds of whole nodes at work. What struck:\n${struckTable(counts)}`)
  return failed
}

async function runRecovery(): Promise<number> {
  const { failed, counts } = await runRecoveries({ first, count, say })
  say(`${count} seeds of committees that are lost. What struck:\n${struckTable(counts)}`)
  return failed
}

async function runSharedState(): Promise<number> {
  const nodesMax = Number(values.nodes)
  const steps = Number(values.steps)
  const totals: Record<string, number> = {}
  const failed: Outcome[] = []
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await simulate(seed, { nodesMax, steps })
    addCounts(totals, outcome.counts)
    if (count === 1) say(`seed ${seed}: trace ${outcome.trace}`)
    if (outcome.failures.length === 0) continue
    failed.push(outcome)
    say(`seed ${seed} failed:`)
    for (const failure of outcome.failures) say(`  ${failure}`)
    if (count === 1) for (const line of outcome.log) say(`  ${line}`)
    say(`  replay: npm run sim -- --seed ${seed} --nodes ${nodesMax} --steps ${steps}`)
  }
  say(`${count} seeds. What struck:\n${struckTable(totals)}`)
  return failed.length
}
