/** Child processes of a benchmark: started on a core, watched, and always ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const started = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

export function start(
  command: string[],
  options: { core?: number; env?: Record<string, string> } = {},
): ChildProcess {
  const pinned = options.core === undefined ? [] : ['taskset', '-c', String(options.core)]
  const [program = '', ...args] = [...pinned, ...command]
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
  })
  child.stdout?.resume()
  started.add(child)
  child.once('exit', () => started.delete(child))
  return child
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
  return new Promise((resolve) => setTimeout(resolve, ms))
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
