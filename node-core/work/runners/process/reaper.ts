/** One program while it is known here: its processes, its end. */

import type { Clock } from '../../../base/clock/index.ts'
import { sleep } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { killGroups, pidsIn, removeGroups } from './cgroups.ts'
import { KILL_MS, LOOK_MS } from './limits.ts'
import { parseMarks, type Whose } from './marks.ts'
import type { ProcessTable } from './process-table.ts'
import type { InstanceRecord, ProcessIdentity } from './record.ts'
import { isProgramUser } from './user-ids.ts'

export interface ReaperDeps {
  clock: Clock
  table: ProcessTable
  whose: Whose
}

export interface Reaper {
  lives(process: ProcessIdentity | undefined): Promise<boolean>
  /**
   * Every process of the instance: its program and what is in its control groups. Where there are no
   * groups, whatever runs as its own user. Where it has none either, this node's own processes
   * with its marks, which a program that drops them escapes.
   */
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
      // Somebody else's process must not be counted as the program's, whatever it says.
      if ((await table.userOf(pid)) === process.getuid?.()) found.push(pid)
    }
    return found
  }

  async function pidsOfUser(userId: number): Promise<number[]> {
    const found: number[] = []
    for (const pid of await table.pids()) if ((await table.userOf(pid)) === userId) found.push(pid)
    return found
  }

  /** What no group of the instance can show. */
  async function ungrouped({ id, userId, cgroups }: InstanceRecord): Promise<number[]> {
    if (userId === undefined) return markedPids(id)
    // Groups hold a user's processes for good, and the system may give the same id to others.
    return cgroups.length > 0 || !isProgramUser(userId) ? [] : pidsOfUser(userId)
  }

  async function pidsOf(record: InstanceRecord): Promise<number[]> {
    const leader = leaderOf(record)
    const led = leader && (await lives(leader)) ? [leader.pid] : []
    const others = [...(await pidsIn(record.cgroups)), ...(await ungrouped(record))]
    const found = new Set(led)
    for (const pid of others) if (await table.identify(pid)) found.add(pid)
    return [...found]
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
      const leader = leaderOf(record)
      if (leader && graceMs > 0 && (await lives(leader))) {
        // The whole session: the program and what it started.
        signal(-leader.pid, 'SIGTERM')
        await until(clock.monotonicMs() + graceMs, async () => !(await lives(leader)))
      }
      const gone = await until(clock.monotonicMs() + KILL_MS, async () => {
        await killGroups(record.cgroups)
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

const leaderOf = (record: InstanceRecord): ProcessIdentity | undefined =>
  record.process ?? record.launcher

/**
 * A process that has gone meanwhile is what was wanted. One whose security profile lets no signal in
 * (apparmor.d(5)) goes with the first of its namespace, which has no profile.
 */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code !== 'ESRCH' && error.code !== 'EACCES') throw error
  }
}
