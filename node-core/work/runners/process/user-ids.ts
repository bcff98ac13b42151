/** Users of programs: each instance has one of its own from a range that nobody logs in with. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MyceliumError } from '../../../base/errors/index.ts'
import { USER_ID_COUNT, USER_ID_MIN } from './limits.ts'
import type { ProcessTable } from './process-table.ts'

export interface UserIds {
  /**
   * A user id that nothing on this machine has, whichever node made it: no working folder, no
   * process. The one that is wished for, the instance's own place in the range, or the next free one.
   * Held until released.
   */
  take(id: string, wished?: number): Promise<number>
  /** From here on the instance's working folder shows that the id is taken, or it is free again. */
  release(userId: number): void
}

export function createUserIds(
  sharedFolder: string,
  table: Pick<ProcessTable, 'pids' | 'userOf'>,
): UserIds {
  const held = new Set<number>()
  let last: Promise<unknown> = Promise.resolve()

  async function choose(id: string, wished: number | undefined): Promise<number> {
    // What is held now may be released while folders are read, so it counts from before.
    const taken = new Set([
      ...held,
      ...(await folderOwners(sharedFolder)),
      ...(await processUsers()),
    ])
    if (wished !== undefined && !taken.has(wished)) {
      held.add(wished)
      return wished
    }
    const start = [...id].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)
    for (let step = 0; step < USER_ID_COUNT; step++) {
      const userId = USER_ID_MIN + ((start + step) % USER_ID_COUNT)
      if (taken.has(userId)) continue
      held.add(userId)
      return userId
    }
    throw new MyceliumError('START_FAILED', 'Every user id for programs is taken.')
  }

  async function processUsers(): Promise<Set<number | undefined>> {
    return new Set(await Promise.all((await table.pids()).map((pid) => table.userOf(pid))))
  }

  return {
    take(id, wished) {
      // One after the other: two that looked at the same time would choose the same.
      const next = last.then(() => choose(id, wished))
      last = next.catch(() => {
        // Whoever asked is told; the next one chooses all the same.
      })
      return next
    },
    release: (userId) => held.delete(userId),
  }
}

/** Whether it is a user of programs at all: never root, never a person. */
export function isProgramUser(userId: number | undefined): userId is number {
  return userId !== undefined && userId >= USER_ID_MIN && userId < USER_ID_MIN + USER_ID_COUNT
}

/** The user of a working folder, when it belongs to a program. */
export async function ownerOf(folder: string): Promise<number | undefined> {
  const found = await stat(folder).catch(() => undefined)
  return isProgramUser(found?.uid) ? found?.uid : undefined
}

/** Owners of all working folders in `<sharedFolder>/<node>/<instance>`. */
async function folderOwners(sharedFolder: string): Promise<Set<number | undefined>> {
  const owners = new Set<number | undefined>()
  for (const node of await entriesOf(sharedFolder)) {
    for (const name of await entriesOf(join(sharedFolder, node))) {
      owners.add(await ownerOf(join(sharedFolder, node, name)))
    }
  }
  return owners
}

/** None when the folder has just gone, or is a file. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      /^(ENOENT|ENOTDIR)$/.test(String(error.code))
    ) {
      return []
    }
    throw error
  }
}
