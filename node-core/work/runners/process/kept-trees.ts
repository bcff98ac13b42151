/** A folder with all that is in it, which no program has at the moment. */
import type { Dirent } from 'node:fs'
import { chmod, lchown, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Blocks are counted in 512 bytes, whatever the disk's own are (stat(2)). */
const BLOCK_BYTES = 512

/** What it takes of the disk. What is gone while it is counted counts nothing. */
export async function bytesIn(folder: string, wanted?: AbortSignal): Promise<number> {
  let bytes = 0
  for await (const { path } of entriesBelow(folder)) {
    wanted?.throwIfAborted()
    bytes += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * BLOCK_BYTES
  }
  return bytes
}

/**
 * To the user of a program. It has the same one again where that can be, and then nothing is to be done. The
 * folder itself comes last: a node that is killed before begins again. Links are not followed.
 */
export async function giveTree(folder: string, userId: number): Promise<void> {
  if ((await lstat(folder)).uid === userId) return
  for await (const { path } of entriesBelow(folder)) await lchown(path, userId, userId)
  await lchown(folder, userId, userId)
}

/** No error when there is none. A program may have shut folders against its own user. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    await openFolders(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

/** Each before what is in it. */
async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name))
  }
}

async function* entriesBelow(folder: string): AsyncGenerator<{ path: string }> {
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries: Dirent[] = await readdir(next, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      yield { path }
    }
  }
}
