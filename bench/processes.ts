/** Child processes of a benchmark: started on a core, watched, and always ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const started = new Set<ChildProcess>()
const stopping = new AbortController()
process.once('exit', endAll)

export interface StartOptions {
  core?: number
  env?: Record<string, string>
  /** Where its stderr goes: a file's descriptor. Default: this process's own. */
  stderr?: number
}

export function start(command: string[], options: StartOptions = {}): ChildProcess {
  stopping.signal.throwIfAborted()
  const pinned = options.core === undefined ? [] : ['taskset', '-c', String(options.core)]
  const [program = '', ...args] = [...pinned, ...command]
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', options.stderr ?? 'inherit'],
    env: { ...process.env, ...options.env },
  })
  child.stdout?.resume()
  started.add(child)
  child.once('exit', () => started.delete(child))
  return child
}

/** Each line that a process prints, with when it came. */
export function onLine(child: ChildProcess, take: (line: string, atMs: number) => void): void {
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const atMs = performance.now()
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line, atMs)
  })
}

/** The first line that fits, or a failure when the process ends before it. */
export function firstLine(
  child: ChildProcess,
  pattern: RegExp,
): Promise<{ line: string; atMs: number }> {
  return new Promise((resolve, reject) => {
    onLine(child, (line, atMs) => pattern.test(line) && resolve({ line, atMs }))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`It ended with ${code} before ${pattern}.`)))
  })
}

/** Ends what runs, and makes the benchmark under way fail, so that it clears up. */
export function interrupt(): void {
  stopping.abort(new Error('Interrupted.'))
  endAll()
}

function endAll(): void {
  for (const child of started) child.kill('SIGKILL')
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

export function pause(ms: number): Promise<void> {
  return wait(ms, undefined, { signal: stopping.signal })
}

/** Waits for `probe`; fails after `timeoutMs`, naming what did not come. */
export async function waitFor(
  what: string,
  timeoutMs: number,
  probe: () => boolean | Promise<boolean>,
): Promise<void> {
  const startedMs = performance.now()
  while (!(await probe())) {
    if (performance.now() - startedMs > timeoutMs) throw new Error(`${timeoutMs} ms: no ${what}.`)
    await pause(5)
  }
}

/** Resident and proportional memory, and CPU seconds used so far, of one process. */
export function usage(pid: number): { rssMib: number; pssMib: number; cpuSeconds: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const kib = (text: string, name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN)
  return {
    rssMib: kib(status, 'VmRSS') / 1024,
    pssMib: kib(rollup, 'Pss') / 1024,
    // Fields 14 and 15 of proc(5), counted from 1 before the name was cut off; 100 ticks a second.
    cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100,
  }
}
