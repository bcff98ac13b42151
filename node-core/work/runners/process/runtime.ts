/** A Node runtime placed where programs can reach it, whole or not at all. */
import { chmod, copyFile, link, open, rename, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { openToOthers } from './work-folder.ts'

/**
 * Puts the runtime into a folder of its own below `shelf`, as `node`, and returns that folder.
 * A file of another size, which a crash or a full disk left, is replaced.
 *
 * @param forOthers Whether other users run it: a link into a private folder would not do.
 */
export async function placeRuntime(
  runtime: string,
  shelf: string,
  forOthers: boolean,
): Promise<string> {
  const { size, mtimeMs } = await stat(runtime)
  const folder = join(shelf, `${size}-${Math.round(mtimeMs)}`)
  const target = join(folder, 'node')
  for (const each of [shelf, folder]) await openToOthers(each, 0o755)
  const placed = await stat(target).catch(() => undefined)
  if (placed?.size === size) return folder
  // Nodes that share the folder may do this at the same time, each with a file of its own.
  const fresh = `${target}.${process.pid}.new`
  await rm(fresh, { force: true })
  try {
    if (forOthers) await linkOrCopy(runtime, fresh)
    else await symlink(runtime, fresh)
    await rename(fresh, target)
  } finally {
    await rm(fresh, { force: true })
  }
  return folder
}

/** A hard link is free, but only on the same file system. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  const linked = await link(from, to).then(
    () => true,
    () => false,
  )
  if (linked) return
  await copyFile(from, to)
  await chmod(to, 0o755)
  const file = await open(to, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
