/**
 * `npm test`: everything, in the order of what fails fastest: types, style, unit tests with the
 * simulator, the build, then the end-to-end runs. `npm test -- --only unit,e2e` runs some of it.
 * Ends with one line that counts: `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Counts, lanesOf, runLanes } from './lanes.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const CACHE = path.join(ROOT, '.cache')

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
    run: () =>
      command(
        [
          ...['vitest', 'run', '--reporter=default'],
          ...['--reporter=json', '--outputFile.json=.cache/unit.json'],
        ],
        unitCounts,
      ),
  },
  { name: 'build', run: () => command(['electron-vite', 'build']) },
  {
    name: 'e2e',
    run: () => {
      const files = globSync('e2e/*.e2e.ts', { cwd: ROOT }).sort()
      return runLanes(lanesOf(files), { cwd: ROOT, env: ENVIRONMENT })
    },
  },
]

function unitCounts(): Counts {
  const report = JSON.parse(readFileSync(path.join(CACHE, 'unit.json'), 'utf8'))
  return {
    passed: Number(report.numPassedTests),
    failed: Number(report.numFailedTests),
    skipped: Number(report.numPendingTests),
  }
}

/** What it counts; a failure where it only exits. */
function command(
  [program = '', ...args]: string[],
  counted: () => Counts = () => ({ passed: 0, failed: 0, skipped: 0 }),
): Promise<Counts> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: ENVIRONMENT,
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      const counts = counted()
      resolve(code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts)
    })
  })
}

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const only = values.only?.split(',')
const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const summary: string[] = []
mkdirSync(CACHE, { recursive: true })

for (const step of steps) {
  if (only && !only.includes(step.name)) continue
  console.log(`\n== ${step.name}`)
  const startedAt = performance.now()
  const counts = await step.run()
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  summary.push(`${step.name.padEnd(8)} ${counts.failed === 0 ? 'ok' : 'FAILED'}  ${seconds} s`)
  if (counts.failed > 0 && step.name !== 'unit' && step.name !== 'lint') break
}

console.log(`\n${summary.join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
