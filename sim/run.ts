/** `npm run sim -- --seeds N [--seed K] [--nodes N] [--steps N]`: as many networks as you like. */
import { parseArgs } from 'node:util'
import { type Outcome, simulate } from './simulation.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    nodes: { type: 'string', default: '5' },
    steps: { type: 'string', default: '12' },
  },
})
const nodesMax = Number(values.nodes)
const steps = Number(values.steps)
const first = Number(values.seed ?? 1)
const count = values.seed === undefined ? Number(values.seeds) : 1

const totals: Record<string, number> = {}
const failed: Outcome[] = []
const startedMs = performance.now()
for (let seed = first; seed < first + count; seed++) {
  const outcome = await simulate(seed, { nodesMax, steps })
  for (const [what, times] of Object.entries(outcome.counts)) {
    totals[what] = (totals[what] ?? 0) + times
  }
  if (count === 1) console.log(`seed ${seed}: trace ${outcome.trace}`)
  if (outcome.failures.length === 0) continue
  failed.push(outcome)
  console.log(`seed ${seed} failed:`)
  for (const failure of outcome.failures) console.log(`  ${failure}`)
  if (count === 1) for (const line of outcome.log) console.log(`  ${line}`)
  console.log(`  replay: npm run sim -- --seed ${seed} --nodes ${nodesMax} --steps ${steps}`)
}
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
console.log(`${count} seeds in ${seconds} s, ${failed.length} failed. What struck:`, totals)
process.exitCode = failed.length > 0 ? 1 : 0
