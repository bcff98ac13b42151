/** The folder a program works in: its own, and nobody else's. */
import { chown, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../base/errors/index.ts'
import { USER_ID_COUNT, USER_ID_MIN } from './limits.ts'

/** Where working folders are made; when programs have users of their own they must pass through. */
export async function makeWorkRoot(folder: string, ownUsers: boolean): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ownUsers ? 0o711 : 0o700 })
}

/** No error when it is still in use, or was never made. */
export async function removeWorkRoot(folder: string): Promise<void> {
  await rmdir(folder).catch((error) => {
    if (!/ENOTEMPTY|ENOENT|EEXIST/.test(messageOf(error))) throw error
  })
}

export async function makeWorkFolder(folder: string, userId: number | undefined): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  for (const each of [folder, join(folder, 'tmp')]) {
    await mkdir(each, { recursive: true, mode: 0o700 })
    if (userId !== undefined) await chown(each, userId, userId)
  }
}

/**
 * A user id that no other working folder on this machine has, whichever node made it: the instance's
 * own place in the range, or the next free one.
 */
export async function findUserId(sharedFolder: string, id: string): Promise<number> {
  const taken = new Set<number>()
  for (const node of await readdir(sharedFolder, { withFileTypes: true })) {
    if (!node.isDirectory()) continue
    for (const name of await readdir(join(sharedFolder, node.name))) {
      const found = await stat(join(sharedFolder, node.name, name)).catch(() => undefined)
      if (found) taken.add(found.uid)
    }
  }
  let place = [...id].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)
  while (taken.has(USER_ID_MIN + (place % USER_ID_COUNT))) place++
  return USER_ID_MIN + (place % USER_ID_COUNT)
}
