import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MyceliumError, messageOf } from '../errors/index.ts'
import type { DiskErrorCode, FileDisk } from './index.ts'
import { folderSegmentsOf, segmentsOf, TEMPORARY_FOLDER } from './path.ts'

/** The disk under `root`, which is made at the first write. Files are private to their owner. */
export function createFileDisk(root: string): FileDisk {
  const at = (path: string): string => join(root, ...segmentsOf(path))
  const temporaryFolder = join(root, TEMPORARY_FOLDER)

  return {
    root,
    async read(path) {
      const file = at(path)
      return orWhenMissing(path, undefined, async () => new Uint8Array(await readFile(file)))
    },

    async writeAtomic(path, bytes, options = {}) {
      const target = at(path)
      await mapped(path, async () => {
        const made = await makeFolder(dirname(target))
        await makeFolder(temporaryFolder)
        // A folder that was just made is only there after power loss if its parents say so.
        if (made) await syncUpwards(dirname(target), dirname(made))
        const temporary = join(temporaryFolder, nextTemporaryName())
        try {
          await writeSynced(temporary, bytes, options.mode ?? 0o600)
          await rename(temporary, target)
        } catch (error) {
          await unlink(temporary).catch(() => undefined)
          throw error
        }
        await syncFolder(dirname(target))
      })
    },

    async list(path) {
      const folder = join(root, ...folderSegmentsOf(path))
      const names = await orWhenMissing(path, [], () => readdir(folder))
      return names.filter((name) => path !== '' || name !== TEMPORARY_FOLDER).sort()
    },

    async remove(path) {
      const target = at(path)
      await orWhenMissing(path, undefined, async () => {
        await rm(target, { recursive: true, force: true })
        await syncFolder(dirname(target))
      })
    },

    async size(path) {
      const file = at(path)
      return orWhenMissing(path, undefined, async () => {
        const found = await stat(file)
        return found.isFile() ? found.size : undefined
      })
    },

    async clean() {
      await mapped('', () => rm(temporaryFolder, { recursive: true, force: true }))
    },
  }
}

let written = 0
/** Differs between disks of one process and between processes on one folder. */
function nextTemporaryName(): string {
  return `${process.pid}-${written++}`
}

/** The first folder that had to be made, if any. */
async function makeFolder(folder: string): Promise<string | undefined> {
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

async function writeSynced(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'w', mode)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncUpwards(from: string, until: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === until || folder === dirname(folder)) return
  }
}

/** Makes a rename survive power loss. Windows has no such call; its rename is journaled. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function orWhenMissing<T>(path: string, missing: T, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (MISSING.has(systemCodeOf(error))) return missing
    throw toDiskError(path, error)
  }
}

async function mapped<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toDiskError(path, error)
  }
}

const MISSING = new Set(['ENOENT', 'ENOTDIR'])
const CODES = new Map<string, DiskErrorCode>([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EFBIG', 'DISK_FULL'],
  ['EACCES', 'DISK_DENIED'],
  ['EPERM', 'DISK_DENIED'],
  ['EROFS', 'DISK_DENIED'],
  ['EISDIR', 'DISK_PATH_INVALID'],
  ['ENOTDIR', 'DISK_PATH_INVALID'],
])

function toDiskError(path: string, cause: unknown): MyceliumError<DiskErrorCode> {
  const code = CODES.get(systemCodeOf(cause)) ?? 'DISK_FAILED'
  const text = { DISK_FULL: 'The disk is full', DISK_DENIED: 'The system refused the access' }
  const reason = code === 'DISK_FULL' || code === 'DISK_DENIED' ? text[code] : messageOf(cause)
  return new MyceliumError(code, `${reason}: ${path}`, { details: { path }, cause })
}

function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
