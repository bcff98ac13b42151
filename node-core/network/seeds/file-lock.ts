/**
 * A lock beside a seed file: a file that only one can make (O_EXCL, which NFS keeps since version 3).
 *
 * Whether one was left by a crash is not for this computer's wall clock to say: an hour ahead it would take
 * every lock for one of those, break it while its holder writes, and both would have won. It counts as left
 * once it has stood unchanged for as long as this computer watched, by a clock that cannot be set, and is old
 * by the clock of the place, which dates a file that is made there now as it dated the lock.
 */
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { type Clock, sleep } from '../../base/clock/index.ts'
import { failure, unlessExists, unlessMissing } from './failures.ts'
import { FILE_LOCK_LOOK_MS, FILE_LOCK_STALE_MS, FILE_LOCK_WAIT_MS } from './limits.ts'

export interface FileLock {
  /** Throws SEED_UNREACHABLE while somebody else has it. */
  take(signal: AbortSignal | undefined): Promise<void>
  /** False where somebody took it for left meanwhile: a computer may sleep in the middle of a write. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

export function createFileLock(file: string, clock: Clock): FileLock {
  /** What is in a lock of this one, so that nobody else's is taken for it. */
  const name = randomUUID()

  async function make(): Promise<boolean> {
    const made = await open(file, 'wx').catch(unlessExists)
    if (!made) return false
    try {
      await made.writeFile(name)
    } finally {
      await made.close()
    }
    return true
  }

  const whose = (at: string): Promise<string | undefined> =>
    readFile(at, 'utf8').catch(unlessMissing)

  async function isOld(): Promise<boolean> {
    const probe = `${file}.${name}`
    try {
      await (await open(probe, 'wx')).close()
      const [lock, now] = await Promise.all([stat(file).catch(unlessMissing), stat(probe)])
      return lock !== undefined && now.mtimeMs - lock.mtimeMs > FILE_LOCK_STALE_MS
    } finally {
      await rm(probe, { force: true })
    }
  }

  /** Of several that want to, one moves it away; what was made anew meanwhile is put back. */
  async function breakLeft(left: string): Promise<void> {
    const aside = `${file}.${name}`
    await rename(file, aside).catch(unlessMissing)
    if (((await whose(aside)) ?? left) !== left) await link(aside, file).catch(unlessExists)
    await rm(aside, { force: true })
  }

  return {
    async take(signal) {
      const beganMs = clock.monotonicMs()
      const first = await whose(file)
      while (!(await make())) {
        const isSame = first !== undefined && (await whose(file)) === first
        if (clock.monotonicMs() - beganMs < FILE_LOCK_WAIT_MS) {
          await sleep(clock, FILE_LOCK_LOOK_MS, signal ? { signal } : {})
        } else if (isSame && (await isOld())) await breakLeft(first)
        else throw failure('SEED_UNREACHABLE', 'Somebody else is writing the seed.')
      }
    },
    isHeld: async () => (await whose(file)) === name,
    async release() {
      if ((await whose(file)) === name) await rm(file, { force: true })
    },
  }
}
