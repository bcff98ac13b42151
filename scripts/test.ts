/**
 * `npm test`: everything, in the order of what fails fastest: types, style, unit tests with the
 * simulator, the build, then the end-to-end runs. `npm test -- --only unit,e2e` runs some of it.
 * Ends with one line that counts: `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '..')
const CACHE = path.join(ROOT, '.cache')

interface Counts {
  passed: number
  failed: number
  skipped: number
}

interface Step {
  name: string
  command: string[]
  counts?: () => Counts
}

const steps: Step[] = [
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'lint', command: ['biome', 'check', '.'] },
  {
    name: 'unit',
    command: [
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json=.cache/unit.json',
    ],
    counts: unitCounts,
  },
  { name: 'build', command: ['electron-vite', 'build'] },
  {
    name: 'e2e',
    command: [
      process.execPath,
      '--test',
      '--test-concurrency=1',
      '--test-timeout=600000',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      '--test-reporter-destination=.cache/e2e.tap',
      ...globSync('e2e/*.e2e.ts', { cwd: ROOT }).sort(),
    ],
    counts: e2eCounts,
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

function e2eCounts(): Counts {
  const tap = readFileSync(path.join(CACHE, 'e2e.tap'), 'utf8')
  const last = (name: string): number =>
    Number([...tap.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0)
  return { passed: last('pass'), failed: last('fail'), skipped: last('skipped') }
}

function run(command: string[]): Promise<number> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env.PATH}` },
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
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
  const code = await run(step.command)
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const counts = step.counts?.() ?? { passed: 0, failed: 0, skipped: 0 }
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  summary.push(`${step.name.padEnd(8)} ${code === 0 ? 'ok' : 'FAILED'}  ${seconds} s`)
  if (code !== 0 && step.name !== 'unit' && step.name !== 'lint') break
}

console.log(`\n${summary.join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
