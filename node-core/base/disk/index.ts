/**
 * The disk as an argument. Paths are POSIX-like and relative to the root the disk was made for, so
 * that nothing outside a node's home can be named; `..` and absolute paths are refused.
 *
 * `writeAtomic` is the only way to replace a file: after a crash at any point a reader finds either
 * the old bytes or the new ones, and once it has returned, the new ones survive power loss.
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
}

/** Codes of the errors a disk throws (as `MyceliumError`). */
export type DiskErrorCode =
  /** The path leaves the disk's root or is not one this disk can name. */
  | 'DISK_PATH_INVALID'
  /** No space left, or the quota is used up. Nothing was changed. */
  | 'DISK_FULL'
  /** The system refused: permissions, read-only media. */
  | 'DISK_DENIED'
  /** Any other failure of the device. */
  | 'DISK_FAILED'

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
export { createSimDisk, type SimDisk, type SimDiskOptions } from './sim-disk.ts'
