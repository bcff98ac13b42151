/**
 * Files that run one after the other in each of two lanes, and the lanes beside each other. What needs
 * engines or a window keeps the machine busy, so never two of those at once; what does without waits for
 * the most part, for elections and for graces, and costs next to nothing beside it.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { add, type Counts, failureOf, nothing } from './counts.ts'

/** End-to-end files whose nodes have neither an engine nor a window, what only installs, and what waits for one engine. */
const WAITING: ReadonlySet<string> = new Set([
  'bad-input',
  'committee',
  'engine',
  'follow',
  'leader-kills',
  'nearby',
  'package',
  'partition',
  'primary',
  'recovery',
  'recovery-followed',
  'seeds',
  'simplex',
])

export const nameOf = (file: string): string => path.basename(file, '.e2e.ts')

/** A new file runs among the busy ones until somebody says that it only waits. */
export function lanesOf(files: readonly string[]): [busy: string[], waiting: string[]] {
  const names = new Set(files.map(nameOf))
  for (const name of WAITING) {
    if (!names.has(name)) throw new Error(`There is no e2e/${name}.e2e.ts that could wait.`)
  }
  return [
    files.filter((file) => !WAITING.has(nameOf(file))),
    files.filter((file) => WAITING.has(nameOf(file))),
  ]
}

/** Runs every file of every lane, whatever fails, and tells what each said once it has ended. */
export async function runLanes(
  lanes: readonly (readonly string[])[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Counts> {
  const total = nothing()
  const runLane = async (files: readonly string[]): Promise<void> => {
    for (const file of files) {
      const beganMs = performance.now()
      const { code, said } = await runFile(file, options)
      const seconds = Math.round((performance.now() - beganMs) / 1_000)
      console.log(`\n-- ${file}, ${seconds} s\n${said.trim()}`)
      const counts = countsOf(said, file)
      if (code !== 0 && counts.failed === 0) {
        counts.failed = 1
        counts.failures.push(failureOf(file, `It ended with ${code}.`))
      }
      add(total, counts)
    }
  }
  await Promise.all(lanes.map(runLane))
  return total
}

function runFile(
  file: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ code: number; said: string }> {
  const args = ['--test', '--test-timeout=600000', '--test-reporter=spec', file]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, said }))
  })
}

/** Of what the reporter ends with. */
export function countsOf(said: string, file: string): Counts {
  const last = (name: string): number =>
    Number([...said.matchAll(new RegExp(`ℹ ${name} (\\d+)`, 'g'))].at(-1)?.[1] ?? 0)
  const named = (test: string): string => `${file} > ${test.replace(/ \([\d.]+ms\).*$/, '')}`
  // After that line each stands as `test at FILE:1:1`, `✖ name (12ms)`, then why.
  const [, failing = ''] = said.split('✖ failing tests:')
  const failures = failing
    .split(/^test at .*\n/m)
    .slice(1)
    .map((text) => text.replace(/^✖ /, '').split('\n'))
    .map(([test = '', ...why]) => failureOf(named(test), why.join('\n')))
  const left = [...said.matchAll(/^\s*﹣ (.*)$/gm)].map(([, test = '']) => named(test))
  return {
    ...{ passed: last('pass'), failed: last('fail') + last('cancelled'), skipped: last('skipped') },
    ...{ failures, left },
  }
}
