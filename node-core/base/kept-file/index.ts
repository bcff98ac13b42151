/**
 * One value on disk that can be had again elsewhere: replaced as a whole, and not believed when it is
 * damaged.
 *
 * ```ts
 * const kept = createKeptFile({ disk, path: 'registry/wanted.cbor', logger }, { bytesMax: 1_048_576 })
 * await kept.write({ any: 'value' })
 * await kept.read() // { any: 'value' }, or undefined where there is none that can be read
 * ```
 */
import type { Plain } from '../codec/index.ts'
import type { Disk } from '../disk/index.ts'
import type { Logger } from '../log/index.ts'

export interface KeptFile {
  /** Undefined where there is none, or none that can be read, which is logged. */
  read(): Promise<unknown>
  /** False where it was not written, and is worth another try. */
  write(value: Plain): Promise<boolean>
}

export interface KeptFileDeps {
  disk: Pick<Disk, 'read' | 'writeAtomic'>
  /** Relative to the disk's root. */
  path: string
  logger: Logger
}

export interface KeptFileOptions {
  /** A larger value is not kept, which is logged. */
  bytesMax: number
}

export { createKeptFile } from './kept-file.ts'
