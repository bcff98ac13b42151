/**
 * `npm test`: everything, in the order of what fails fastest: types, style, unit tests with the
 * simulator, the build, then the end-to-end runs. `npm test -- --only unit,e2e` runs some of it.
 * Ends with what failed and what was skipped, by name, and one line that counts:
 * `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { add, type Counts, failureOf, nothing } from './counts.ts'
import { lanesOf, runLanes } from './lanes.ts'
import { UNIT_REPORT } from './unit-report.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
/** As it is published, for the end-to-end runs: each starts it some hundred times, and loads it in one go. */
const PACKED = 'out/e2e-package'
const ENVIRONMENT = { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env.PATH}` }

interface Step {
  name: string
  run(): Promise<Counts>
}

const steps: Step[] = [
  { name: 'types', run: () => command(['tsc', '-b']) },
  { name: 'lint', run: () => command(['biome', 'check', '.']) },
  {
    name: 'unit',
    run: () => {
      rmSync(UNIT_REPORT, { force: true })
      const reporters = ['--reporter=default', '--reporter=./scripts/unit-report.ts']
      return command(['vitest', 'run', ...reporters], unitCounts)
    },
  },
  { name: 'build', run: () => command(['electron-vite', 'build']) },
  {
    name: 'e2e',
    run: async () => {
      const packed = await command(['node', 'scripts/pack.ts', '--out', PACKED])
      if (packed.failed > 0) return packed
      const files = globSync('e2e/*.e2e.ts', { cwd: ROOT }).sort()
      const env = { ...ENVIRONMENT, E2E_CLI: path.join(ROOT, PACKED, 'cli/mycelium.js') }
      return runLanes(lanesOf(files), { cwd: ROOT, env })
    },
  },
]

const unitCounts = (): Counts => JSON.parse(readFileSync(UNIT_REPORT, 'utf8'))

/** What it counts; a failure where it only exits. */
function command(
  [program = '', ...args]: string[],
  counted: () => Counts = nothing,
): Promise<Counts> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: ENVIRONMENT,
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      const counts = counted()
      if (code === 0 || counts.failed > 0) return resolve(counts)
      const failures = [failureOf(program, `It ended with ${code ?? signal}.`)]
      resolve({ ...counts, failed: 1, failures })
    })
  })
}

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const only = values.only?.split(',')
const total = nothing()
const summary: string[] = []

for (const step of steps) {
  if (only && !only.includes(step.name)) continue
  console.log(`\n== ${step.name}`)
  const startedAt = performance.now()
  const counts = await step.run()
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  add(total, counts)
  summary.push(`${step.name.padEnd(8)} ${counts.failed === 0 ? 'ok' : 'FAILED'}  ${seconds} s`)
  if (counts.failed > 0 && step.name !== 'unit' && step.name !== 'lint') break
}

console.log(`\n${summary.join('\n')}`)
if (total.left.length > 0) console.log(`\nSkipped:\n${total.left.join('\n')}`)
if (total.failures.length > 0) console.log(`\nFailed:\n${total.failures.join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
