/** One program while it is known here: its processes, its end. */

import type { Clock } from '../../../base/clock/index.ts'
import { sleep } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { pidsIn, removeGroups } from './cgroups.ts'
import { KILL_MS, LOOK_MS } from './limits.ts'
import { parseMarks, type Whose } from './marks.ts'
import type { ProcessTable } from './process-table.ts'
import type { InstanceRecord, ProcessIdentity } from './record.ts'

export interface ReaperDeps {
  clock: Clock
  table: ProcessTable
  whose: Whose
}

export interface Reaper {
  lives(process: ProcessIdentity | undefined): Promise<boolean>
  /** Every process of the instance, found by its groups, its marks and its session. */
  pidsOf(record: InstanceRecord): Promise<number[]>
  /** Asks the program to end, kills what is left after `graceMs`, removes its control groups. */
  end(record: InstanceRecord, graceMs: number): Promise<void>
}

export function createReaper({ clock, table, whose }: ReaperDeps): Reaper {
  async function lives(process: ProcessIdentity | undefined): Promise<boolean> {
    if (!process) return false
    return (await table.identify(process.pid))?.born === process.born
  }

  async function markedPids(id: string): Promise<number[]> {
    const found: number[] = []
    for (const pid of await table.pids()) {
      const environment = await table.environment(pid)
      if (!environment || parseMarks(whose, environment)?.id !== id) continue
      if (await table.identify(pid)) found.push(pid)
    }
    return found
  }

  async function pidsOf(record: InstanceRecord): Promise<number[]> {
    const leader = record.process
    const led = leader && (await lives(leader)) ? [leader.pid] : []
    const grouped: number[] = []
    for (const pid of await pidsIn(record.cgroups)) {
      if (await table.identify(pid)) grouped.push(pid)
    }
    return [...new Set([...led, ...grouped, ...(await markedPids(record.id))])]
  }

  async function until(deadlineMs: number, done: () => Promise<boolean>): Promise<boolean> {
    for (;;) {
      if (await done()) return true
      if (clock.monotonicMs() >= deadlineMs) return false
      await sleep(clock, LOOK_MS)
    }
  }

  return {
    lives,
    pidsOf,
    async end(record, graceMs) {
      const leader = record.process
      if (leader && graceMs > 0 && (await lives(leader))) {
        // The whole session: the program and what it started.
        signal(-leader.pid, 'SIGTERM')
        await until(clock.monotonicMs() + graceMs, async () => !(await lives(leader)))
      }
      const gone = await until(clock.monotonicMs() + KILL_MS, async () => {
        const pids = await pidsOf(record)
        for (const pid of pids) signal(pid, 'SIGKILL')
        return pids.length === 0
      })
      if (!gone) {
        throw new MyceliumError('START_FAILED', `The program of ${record.id} does not end.`)
      }
      await until(clock.monotonicMs() + KILL_MS, () => removeGroups(record.cgroups))
    },
  }
}

/** A process that has gone meanwhile is what was wanted. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
