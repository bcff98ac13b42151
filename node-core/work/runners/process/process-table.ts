/**
 * The machine's processes: /proc on Linux, `ps` elsewhere. A process is known by its number and by
 * when it was born, since numbers come round again.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { ProcessIdentity } from './record.ts'

export interface ProcessTable {
  /** Undefined when there is no such process, or only its remains. */
  identify(pid: number): Promise<ProcessIdentity | undefined>
  /** Undefined where it cannot be read, as on macOS. */
  environment(pid: number): Promise<ReadonlyMap<string, string> | undefined>
  /** The user it runs as; undefined when there is no such process. */
  userOf(pid: number): Promise<number | undefined>
  /** All processes, where their environment can be read; none elsewhere. */
  pids(): Promise<number[]>
  /** The words of its command; none when there is no such process, and where they cannot be read. */
  words(pid: number): Promise<string[]>
  /** Its children, in the order of their birth, where the system tells. */
  children(pid: number): Promise<number[]>
  /** The process that began its session, and may have gone. */
  sessionOf(pid: number): Promise<number | undefined>
  /** Memory of a process in bytes. */
  residentBytes(pid: number): Promise<number>
  /** Processor time of a process since its start. */
  cpuSeconds(pid: number): Promise<number>
}

/** Ticks in a second, as the kernel counts for programs on every system that Node runs on. */
const TICKS_PER_SECOND = 100

export function createProcessTable(platform: NodeJS.Platform): ProcessTable {
  return platform === 'linux' ? linuxTable() : psTable()
}

function linuxTable(): ProcessTable {
  let bootId: Promise<string> | undefined
  const boot = (): Promise<string> => {
    bootId ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim())
    return bootId
  }
  return {
    async identify(pid) {
      const stat = await readProc(pid, 'stat')
      // The name in brackets may hold anything; fields are counted from behind it (proc(5)).
      const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
      const state = fields?.[0]
      const startTicks = fields?.[19]
      if (!state || !startTicks || state === 'Z' || state === 'X') return undefined
      return { pid, born: `${await boot()}/${startTicks}` }
    },
    async environment(pid) {
      const text = await readProc(pid, 'environ')
      if (text === undefined) return undefined
      const pairs = text.split('\0').map((entry) => {
        const cut = entry.indexOf('=')
        return [entry.slice(0, cut), entry.slice(cut + 1)] as const
      })
      return new Map(pairs)
    },
    async userOf(pid) {
      // Not the owner of the folder in /proc, which is root for a process that hides its memory.
      const user = /^Uid:\s+(\d+)/m.exec((await readProc(pid, 'status')) ?? '')
      return user ? Number(user[1]) : undefined
    },
    async pids() {
      return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
    },
    async words(pid) {
      const text = (await readProc(pid, 'cmdline')) ?? ''
      return text === '' ? [] : text.replace(/\0$/, '').split('\0')
    },
    async children(pid) {
      const text = (await readProc(pid, `task/${pid}/children`)) ?? ''
      return text.split(' ').filter(Boolean).map(Number)
    },
    async sessionOf(pid) {
      const stat = await readProc(pid, 'stat')
      const session = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
      return session > 0 ? session : undefined
    },
    async cpuSeconds(pid) {
      const stat = await readProc(pid, 'stat')
      const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
      return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND
    },
    async residentBytes(pid) {
      const rss = /^VmRSS:\s+(\d+) kB$/m.exec((await readProc(pid, 'status')) ?? '')
      return Number(rss?.[1] ?? 0) * 1024
    },
  }
}

/** Undefined when the process has gone, or is none of our business. */
async function readProc(pid: number, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function psTable(): ProcessTable {
  const ask = async (pid: number, column: string): Promise<string> => {
    try {
      const { stdout } = await promisify(execFile)('ps', ['-o', `${column}=`, '-p', String(pid)])
      return stdout.trim()
    } catch {
      // `ps` exits with 1 when there is no such process.
      return ''
    }
  }
  return {
    async identify(pid) {
      const born = await ask(pid, 'lstart')
      const state = await ask(pid, 'state')
      return born && !state.startsWith('Z') ? { pid, born } : undefined
    },
    environment: async () => undefined,
    async userOf(pid) {
      const user = await ask(pid, 'ruid')
      return /^\d+$/.test(user) ? Number(user) : undefined
    },
    pids: async () => [],
    words: async () => [],
    children: async () => [],
    sessionOf: async () => undefined,
    residentBytes: async (pid) => Number(await ask(pid, 'rss')) * 1024,
    async cpuSeconds(pid) {
      // `[hours:]minutes:seconds`
      const parts = (await ask(pid, 'time')).split(':').map(Number)
      return parts.reduce((sum, part) => sum * 60 + (part || 0), 0)
    },
  }
}
