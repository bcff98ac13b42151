import { MyceliumError } from '../errors/index.ts'
import { openEngine } from './engine.ts'
import type { Database, DatabaseErrorCode } from './index.ts'

/** A database in memory, in this thread, whose content outlives a crash of the node. */
export interface SimDatabase extends Database {
  /**
   * Power loss: writes that have not resolved are not done, and fail. It can be used on at once.
   */
  crash(): void
  /** The next `count` writes fail with DISK_FULL. */
  fill(count: number): void
}

export function createSimDatabase(): SimDatabase {
  const engine = openEngine(':memory:', { check: false })
  let epoch = 0
  let closed = false
  let writesToFail = 0

  const requireOpen = (): void => {
    if (closed) throw failure('DATABASE_CLOSED', 'It was closed.')
  }
  /** A turn for everybody else, as with a real one, after which the power may be gone. */
  const turn = async (): Promise<void> => {
    requireOpen()
    await Promise.resolve()
  }
  return {
    async write(batch) {
      const at = epoch
      await turn()
      if (at !== epoch) throw failure('DATABASE_FAILED', 'Power was lost during the write.')
      if (writesToFail > 0) {
        writesToFail--
        throw failure('DISK_FULL', 'The disk is full.')
      }
      engine.write(batch)
    },
    async all(sql, params = []) {
      await turn()
      return engine.all(sql, params)
    },
    async close() {
      closed = true
    },
    crash() {
      epoch++
      closed = false
    },
    fill(count) {
      writesToFail = count
    },
  }
}

function failure(code: DatabaseErrorCode, message: string): MyceliumError<DatabaseErrorCode> {
  return new MyceliumError(code, message)
}
