/** One thing that must hold for work of one kind, found out from inside it or by what the kernel counted. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Runner } from '../../../node-core/work/runners/index.ts'
import { written } from '../../../node-core/work/runners/runner.suite.ts'

/** How far from its bound anything may come. */
export const ROOM = 0.05
export const MEBIBYTE = 2 ** 20

export interface Line {
  kind: 'container' | 'program' | 'computer'
  name: string
  /** What was found, in few words. */
  found: string
  holds: boolean
}

/** A virtual machine in software is slow. */
export const PATIENCE_MS = 120_000

/** What an instance writes until it says `last`. */
export async function wrote(runner: Runner, id: string, last = 'done'): Promise<string[]> {
  const enough = (lines: { line: string }[]) => lines.some(({ line }) => line === last)
  const [lines] = await written(runner, id, { enough, withinMs: PATIENCE_MS })
  return lines.map(({ line }) => line).filter((line) => line !== 'done')
}

/** Whether what was counted is within five in a hundred of its bound: not above, and not far below. */
export function nears(counted: number, bound: number): boolean {
  return counted <= bound * (1 + ROOM) && counted >= bound * (1 - ROOM)
}

export function share(counted: number, bound: number): string {
  return `${((100 * counted) / bound).toFixed(1)} % of its bound`
}

/** A number that the kernel keeps of control groups, whichever version they are of. */
export function counted(groups: readonly string[], files: readonly string[]): number {
  for (const group of groups) {
    for (const file of files) {
      try {
        return Number(readFileSync(path.join(group, file), 'utf8'))
      } catch {
        // It is in another tree, or called otherwise.
      }
    }
  }
  return Number.NaN
}

/** The control groups of a process. */
export function groupsOf(pid: number): string[] {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [, tree = '', ...rest] = line.split(':')
    return path.join('/sys/fs/cgroup', tree.replace(/^name=/, ''), rest.join(':'))
  })
}

export const MEMORY_MOST = ['memory.peak', 'memory.max_usage_in_bytes']
export const PROCESSES = ['pids.current']
