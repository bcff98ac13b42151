/** What real and simulated append files share: order, size, and that a failed one stays failed. */
import { assert, MyceliumError } from '../errors/index.ts'
import type { AppendFile, DiskErrorCode } from './index.ts'
import { REFRESH_PIECE_BYTES } from './limits.ts'

/** A file as a device: bytes at offsets. Never called twice at once. */
export interface AppendDevice {
  write(offset: number, bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  /** A write of which these bytes survive power loss once it resolves, where one call does both. */
  writeSynced?(offset: number, bytes: Uint8Array): Promise<void>
  /** Has survived power loss when it resolves. */
  truncate(sizeBytes: number): Promise<void>
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

export function createAppendFile(
  path: string,
  device: AppendDevice,
  initialBytes: number,
): AppendFile {
  let sizeBytes = initialBytes
  /** Something in the file may wait for a sync; what another process has left, too. */
  let isUnsynced = true
  let broken: { cause: unknown } | undefined
  let closing: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()

  function inOrder<T>(run: () => Promise<T>): Promise<T> {
    const work = last.then(() => {
      if (broken) throw failed(path, broken.cause)
      return run()
    })
    last = work.catch(() => undefined)
    return work
  }
  function change(run: () => Promise<void>): Promise<void> {
    if (closing) return Promise.reject(failed(path, undefined))
    return inOrder(async () => {
      try {
        await run()
      } catch (cause) {
        broken = { cause }
        throw cause
      }
    })
  }
  async function sync(): Promise<void> {
    await device.sync()
    isUnsynced = false
  }
  async function write(bytes: Uint8Array): Promise<void> {
    isUnsynced = true
    await device.write(sizeBytes, bytes)
    sizeBytes += bytes.byteLength
  }
  async function writeSynced(bytes: Uint8Array): Promise<void> {
    // It says nothing of what was written before it.
    if (device.writeSynced && !isUnsynced) {
      await device.writeSynced(sizeBytes, bytes)
      sizeBytes += bytes.byteLength
      return
    }
    await write(bytes)
    await sync()
  }
  async function rewrite(from: number): Promise<void> {
    for (let at = from; at < sizeBytes; at += REFRESH_PIECE_BYTES) {
      const piece = await device.read(at, Math.min(REFRESH_PIECE_BYTES, sizeBytes - at))
      await device.write(at, piece)
    }
    await sync()
  }

  return {
    get sizeBytes() {
      return sizeBytes
    },
    append: (bytes) => change(() => write(bytes)),
    appendSynced: (bytes) => change(() => writeSynced(bytes)),
    sync: () => change(sync),
    refresh: (offset) => change(() => rewrite(offset)),
    truncate(size) {
      return change(async () => {
        assert(size >= 0 && size <= sizeBytes, 'A file is cut within its size.')
        await device.truncate(size)
        sizeBytes = size
      })
    },
    read(offset, length) {
      if (closing) return Promise.reject(failed(path, undefined))
      return inOrder(() => device.read(offset, length))
    },
    close() {
      closing ??= last.then(() => device.close())
      return closing
    },
  }
}

function failed(path: string, cause: unknown): MyceliumError<DiskErrorCode> {
  const message = cause ? 'An earlier write of the file failed' : 'The file is closed'
  return new MyceliumError('DISK_FILE_BROKEN', `${message}: ${path}`, { details: { path }, cause })
}
