/**
 * The disk as an argument. Paths are POSIX-like and relative to the root the disk was made for, so
 * that nothing outside a node's home can be named; `..` and absolute paths are refused.
 *
 * `writeAtomic` is the only way to replace a file: after a crash at any point a reader finds either
 * the old bytes or the new ones, and once it has returned, the new ones survive power loss.
 * `openAppend` is for logs: bytes are added at the end and survive power loss once they are synced.
 */
export interface Disk {
  /** The file's bytes, or undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Temporary file, sync, rename, sync of the folder. Makes missing folders. */
  writeAtomic(path: string, bytes: Uint8Array, options?: { mode?: number }): Promise<void>
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(path: string): Promise<string[]>
  /** Removes a file or a whole folder; no error when there is none. */
  remove(path: string): Promise<void>
  size(path: string): Promise<number | undefined>
  /**
   * What tells the file from any copy of it, a backup that was put back included: it stays as long as
   * the file does. Undefined when there is no such file.
   */
  birthmark(path: string): Promise<string | undefined>
  /**
   * The file, made empty with its folders if there is none, for adding to its end. Its name survives
   * power loss once this resolves. One at a time for each file.
   */
  openAppend(path: string): Promise<AppendFile>
}

/**
 * A file that grows at its end. Calls take effect in the order they were made.
 *
 * After a call that changes the file has failed, all but `close` throw DISK_FILE_BROKEN: what the
 * system shows of such a file may not be on the disk, and a second sync may report a success that is
 * none (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020). Who goes on opens
 * the file again and calls `refresh` before believing what it reads.
 */
export interface AppendFile {
  /** With everything that was appended, synced or not. */
  readonly sizeBytes: number
  /** Until it is synced, power loss may leave any part of it, holes included. */
  append(bytes: Uint8Array): Promise<void>
  /** `append` and `sync` in one, which is one system call where the system has one for it. */
  appendSynced(bytes: Uint8Array): Promise<void>
  /** What was appended before survives power loss once this resolves. */
  sync(): Promise<void>
  /** Writes what the file shows from `offset` on once more, and syncs it. */
  refresh(offset: number): Promise<void>
  /** Cuts the file off at `sizeBytes`. It stays cut after power loss once this resolves. */
  truncate(sizeBytes: number): Promise<void>
  /** `length` bytes from `offset`; fewer at the end of the file only. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Does not sync. Waits for what was called before; safe to call twice. */
  close(): Promise<void>
}

/** Codes of the errors a disk throws (as `MyceliumError`). */
export type DiskErrorCode =
  /** The path leaves the disk's root or is not one this disk can name. */
  | 'DISK_PATH_INVALID'
  /** No space left, or the quota is used up. Nothing was changed, but the end of an append. */
  | 'DISK_FULL'
  /** The system refused: permissions, read-only media. */
  | 'DISK_DENIED'
  /** Any other failure of the device. */
  | 'DISK_FAILED'
  /** An earlier change of this open file has failed, or it was closed: open it again. */
  | 'DISK_FILE_BROKEN'

/** A disk over a real folder. */
export interface FileDisk extends Disk {
  readonly root: string
  /**
   * Removes what writes cut short by a crash have left. Only for the holder of the home's lock, and
   * before anything is written: another process's write under way would be lost.
   */
  clean(): Promise<void>
}

export { createFileDisk } from './file-disk.ts'
export { createSimDisk, type SimDisk, type SimDiskCopy, type SimDiskOptions } from './sim-disk.ts'
