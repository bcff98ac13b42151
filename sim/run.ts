/**
 * `npm run sim -- --help`: as many networks as you like, of each simulator, from one seed each. What may
 * be asked for stands in `command-line.ts`.
 */
import { parseCommandLine, type Request, USAGE } from './command-line.ts'
import { ENGINES } from './consensus/engines.ts'
import { runMutations } from './consensus/mutations/run-mutations.ts'
import { runSeeds } from './consensus/run-seeds.ts'
import { runFollow } from './follow/run-follow.ts'
import { runSeeds as runPrimarySeeds, runRecoveries } from './primary/run-seeds.ts'
import type { SimulateOptions } from './primary/simulate.ts'
import { type Outcome, simulate } from './simulation.ts'
import { addCounts, struckTable } from './struck.ts'
import { runWork } from './work/run-work.ts'

const asked = parseCommandLine(process.argv.slice(2))
if ('wrong' in asked) {
  console.error(`${asked.wrong.replace(/\.$/, '')}. What there is: npm run sim -- --help`)
  process.exit(2)
}
if (asked.help) {
  console.log(USAGE)
  process.exit(0)
}
const { first, count, voters } = asked
const say = (line: string): void => console.log(line)

const startedMs = performance.now()
const failed = await run(asked)
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
say(`${seconds} s, ${failed} failed.`)
process.exitCode = failed > 0 ? 1 : 0

async function run(request: Request): Promise<number> {
  const { mutations, consensus: only } = request
  if (mutations) return runMutations({ first, count, only, say })
  if (request.primary) return runPrimary(request)
  if (request.work) return runWorkers(request)
  if (request.recovery) return runRecovery()
  if (request.follow) return runFollow({ first, count, say })
  if (only !== undefined) return runConsensus(only, request)
  return runSharedState(request)
}

function runConsensus(name: string, { liars }: Request): number {
  const kind = ENGINES[name]
  if (!kind) throw new Error(`No such engine: ${name}.`)
  const { failed, counts } = runSeeds(kind, { first, count, lying: liars, voters, say })
  say(`${count} seeds over ${name}. What struck:\n${struckTable(counts)}`)
  return failed.length
}

function primaryOptions({ liars, overrun, brief, engine, ...rest }: Request): SimulateOptions {
  const { 'lease-reads': leaseReads } = rest
  const lying = overrun ? 'overrun' : 'bearable'
  if (liars || overrun) return { engine: 'simplex', lying, brief, voters }
  return { engine, leaseReads, brief, voters }
}

async function runPrimary(request: Request): Promise<number> {
  const options = primaryOptions(request)
  const { failed, counts } = await runPrimarySeeds({ first, count, say, ...options })
  say(`${count} seeds over the Primary. What struck:\n${struckTable(counts)}`)
  return failed
}

async function runWorkers({ engine: consensus }: Request): Promise<number> {
  const { failed, counts } = await runWork({ first, count, consensus, say })
  say(`${count} seeds of whole nodes at work. What struck:\n${struckTable(counts)}`)
  return failed
}

async function runRecovery(): Promise<number> {
  const { failed, counts } = await runRecoveries({ first, count, say })
  say(`${count} seeds of committees that are lost. What struck:\n${struckTable(counts)}`)
  return failed
}

async function runSharedState({ nodes: nodesMax, steps }: Request): Promise<number> {
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
