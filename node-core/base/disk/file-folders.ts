/** Folders that are there after power loss. */
import { access, constants, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCodeOf } from './file-errors.ts'

/** The first folder that had to be made, if any. */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    // On read-only media Node says ENOENT here; the nearest folder that exists knows the reason.
    if (systemCodeOf(error) === 'ENOENT') await access(await nearestFolder(folder), constants.W_OK)
    throw error
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  return found || folder === dirname(folder) ? folder : nearestFolder(dirname(folder))
}

export async function syncUpwards(from: string, until: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === until || folder === dirname(folder)) return
  }
}

/** Makes a rename survive power loss. Windows has no such call; its rename is journaled. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
