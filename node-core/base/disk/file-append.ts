import { constants, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type AppendDevice, createAppendFile } from './append-file.ts'
import { mapped } from './file-errors.ts'
import { syncFolder } from './file-folders.ts'
import type { AppendFile } from './index.ts'

/** Opens `file` for appending, or makes it. `path` is its name for people. */
export async function openFileAppend(path: string, file: string): Promise<AppendFile> {
  // Not O_APPEND: with it, `refresh` would write at the end whatever offset it names.
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  let syncing: FileHandle | undefined
  try {
    const { size } = await handle.stat()
    syncing = await openSyncing(file)
    await syncFolder(dirname(file))
    return createAppendFile(path, deviceOver(path, handle, syncing), size)
  } catch (error) {
    await syncing?.close()
    await handle.close()
    throw error
  }
}

/**
 * Each write through it is synced before it returns (open(2), O_DSYNC): one trip to the thread pool
 * instead of two. Elsewhere than on Linux the flag promises less than `datasync` does (macOS does not
 * flush the disk's cache for it) or is not there (Windows).
 */
async function openSyncing(file: string): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux') return undefined
  return open(file, constants.O_WRONLY | constants.O_DSYNC)
}

function deviceOver(
  path: string,
  handle: FileHandle,
  syncing: FileHandle | undefined,
): AppendDevice {
  return {
    write: (offset, bytes) => mapped(path, () => writeAll(handle, offset, bytes)),
    ...(syncing && {
      writeSynced: (offset, bytes) => mapped(path, () => writeAll(syncing, offset, bytes)),
    }),
    // fdatasync: the size is written with the data, the time of the last change is not.
    sync: () => mapped(path, () => handle.datasync()),
    truncate: (sizeBytes) =>
      mapped(path, async () => {
        await handle.truncate(sizeBytes)
        await handle.sync()
      }),
    read: (offset, length) => mapped(path, () => readAll(handle, offset, length)),
    close: () =>
      mapped(path, async () => {
        await syncing?.close()
        await handle.close()
      }),
  }
}

/** The system may write less than it was given, and says so. */
async function writeAll(handle: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const left = bytes.byteLength - done
    done += (await handle.write(bytes, done, left, offset + done)).bytesWritten
  }
}

async function readAll(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
