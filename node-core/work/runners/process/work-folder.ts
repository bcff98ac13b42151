/** The folder a program works in: its own, and nobody else's. */
import { chmod, chown, mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf } from '../../../base/errors/index.ts'

/** Where working folders are made; when programs have users of their own they must pass through. */
export async function makeWorkRoot(folder: string, ownUsers: boolean): Promise<void> {
  if (!ownUsers) await mkdir(folder, { recursive: true, mode: 0o700 })
  // The mode that mkdir is given is cut down by the umask, which may close it to others.
  else for (const each of [dirname(folder), folder]) await openToOthers(each, 0o711)
}

/** Makes a folder that others may pass; one that is there stays as it is. */
export async function openToOthers(folder: string, mode: number): Promise<void> {
  if (await mkdir(folder, { recursive: true, mode })) await chmod(folder, mode)
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
