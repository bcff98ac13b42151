import { open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openFileAppend } from './file-append.ts'
import { mapped, orWhenMissing } from './file-errors.ts'
import { makeFolder, syncFolder, syncUpwards } from './file-folders.ts'
import type { FileDisk } from './index.ts'
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

    async birthmark(path) {
      const file = at(path)
      return orWhenMissing(path, undefined, async () => {
        // A number of a file that is gone is given out again; the moment is not. A device's number is
        // left out: it changes with the order in which disks are found.
        const { ino, birthtimeNs } = await stat(file, { bigint: true })
        return `${ino}-${birthtimeNs}`
      })
    },

    async openAppend(path) {
      const file = at(path)
      return mapped(path, async () => {
        const made = await makeFolder(dirname(file))
        if (made) await syncUpwards(dirname(file), dirname(made))
        return openFileAppend(path, file)
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

async function writeSynced(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'w', mode)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
