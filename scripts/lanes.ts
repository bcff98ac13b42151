/**
 * Files that run one after the other in each of three lanes, and the lanes beside each other. What needs
 * engines keeps the machine busy, so never two of those at once, and never two browsers. What needs neither
 * waits for the most part, for elections and for graces, and costs next to nothing beside the others: it is
 * taken by whichever lane has nothing of its own left.
 */
import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import path from 'node:path'
import { add, type Counts, failureOf, nothing } from './counts.ts'

/** End-to-end files with a window and no engine. */
const WINDOWS: ReadonlySet<string> = new Set([
  'electron-edge-port',
  'electron-host',
  'electron-package',
  'electron-quit',
  'held-window',
  'keyboard',
  'screens',
  'window',
])

/**
 * End-to-end files whose nodes have neither an engine nor a window, what only installs, and what waits for
 * one engine. What takes longest comes first, so that the lanes end together.
 */
const WAITING: readonly string[] = [
  'recovery',
  'committee',
  'simplex',
  'simplex-lasting-liar',
  'bad-input',
  'recovery-followed',
  'engine',
  'primary',
  'partition',
  'leader-kills',
  'follow',
  'proposals',
  'seeds',
  'package',
  'nearby',
]

/** What computes alone, and is asked nothing about time: it leaves the processor to what is timed. */
const GIVES_WAY: ReadonlySet<string> = new Set(['screens'])
const GIVING_WAY = 5

export const nameOf = (file: string): string => path.basename(file, '.e2e.ts')

export interface Lanes {
  /** What each lane has of its own. */
  own: readonly (readonly string[])[]
  /** For any lane that has nothing of its own left, in this order. */
  shared: readonly string[]
}

/** A new file runs among those with engines until somebody says that it needs none. */
export function lanesOf(files: readonly string[]): Lanes {
  const byName = new Map(files.map((file) => [nameOf(file), file]))
  for (const name of [...WINDOWS, ...WAITING, ...GIVES_WAY]) {
    if (!byName.has(name)) throw new Error(`There is no e2e/${name}.e2e.ts for a lane.`)
  }
  const isOfEngines = (name: string): boolean => !WINDOWS.has(name) && !WAITING.includes(name)
  return {
    own: [
      files.filter((file) => isOfEngines(nameOf(file))),
      files.filter((file) => WINDOWS.has(nameOf(file))),
      [],
    ],
    shared: WAITING.flatMap((name) => byName.get(name) ?? []),
  }
}

/** Runs every file of every lane, whatever fails, and tells what each said once it has ended. */
export async function runLanes(
  { own, shared }: Lanes,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Counts> {
  const total = nothing()
  const left = [...shared]
  const runLane = async (files: readonly string[]): Promise<void> => {
    const mine = [...files]
    for (let file = mine.shift() ?? left.shift(); file; file = mine.shift() ?? left.shift()) {
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
  await Promise.all(own.map(runLane))
  return total
}

function runFile(
  file: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ code: number; said: string }> {
  const args = ['--test', '--test-timeout=600000', '--test-reporter=spec', file]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    if (GIVES_WAY.has(nameOf(file)) && child.pid) setPriority(child.pid, GIVING_WAY)
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
