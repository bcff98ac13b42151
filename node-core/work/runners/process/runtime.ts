/** A Node runtime placed where programs can reach it, whole or not at all. */
import {
  chmod,
  copyFile,
  link,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises'
import { join } from 'node:path'
import { openToOthers } from './work-folder.ts'

/** How a runtime came to where it lies; the end of its folder's name. */
type Way = 'link' | 'copy' | 'symlink'

/**
 * Puts the runtime into a folder of its own below `shelf`, as `node`, and returns that folder.
 * A file of another size, which a crash or a full disk left, is replaced; runtimes of programs that were
 * replaced or taken off this computer since go.
 *
 * @param forOthers Whether other users run it: a symbolic link into a private folder would not do.
 */
export async function placeRuntime(
  runtime: string,
  shelf: string,
  forOthers: boolean,
): Promise<string> {
  await openToOthers(shelf, 0o755)
  if (!forOthers) return place(runtime, shelf, 'symlink')
  // A hard link is free, but only on the same file system.
  const placed = await place(runtime, shelf, 'link').catch(() => place(runtime, shelf, 'copy'))
  await dropUnused(shelf)
  return placed
}

async function place(runtime: string, shelf: string, way: Way): Promise<string> {
  const { size, mtimeMs } = await stat(runtime)
  const folder = join(shelf, `${size}-${Math.round(mtimeMs)}-${way}`)
  const target = join(folder, 'node')
  await openToOthers(folder, 0o755)
  const placed = await stat(target).catch(() => undefined)
  if (placed?.size === size) return folder
  // Nodes that share the folder may do this at the same time, each with a file of its own.
  const fresh = `${target}.${process.pid}.new`
  await rm(fresh, { force: true })
  try {
    await BY[way](runtime, fresh)
    await rename(fresh, target)
  } catch (error) {
    await rmdir(folder).catch(() => undefined)
    throw error
  } finally {
    await rm(fresh, { force: true })
  }
  return folder
}

const BY: Record<Way, (from: string, to: string) => Promise<void>> = { link, symlink, copy }

async function copy(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  await chmod(to, 0o755)
  const file = await open(to, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * A linked one whose other names are all gone was replaced or uninstalled, and is kept by nothing but its
 * place here: some 120 MB. A node that runs it still, of before the change, or a program, is seen at the
 * file that its process executes. Of a copy nobody can tell whose it is.
 */
async function dropUnused(shelf: string): Promise<void> {
  const linked = (await readdir(shelf)).filter((name) => name.endsWith('-link'))
  for (const name of linked) {
    const file = await stat(join(shelf, name, 'node')).catch(() => undefined)
    if (file?.nlink !== 1 || (await isExecuted(file))) continue
    await rm(join(shelf, name), { recursive: true, force: true })
  }
}

async function isExecuted({ dev, ino }: { dev: number; ino: number }): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const files = await Promise.all(
    // One that ended meanwhile executes nothing.
    processes.map((name) => stat(join('/proc', name, 'exe')).catch(() => undefined)),
  )
  return files.some((file) => file?.dev === dev && file.ino === ino)
}
