/** What runs inside the worker: one connection, synchronous. */
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { MyceliumError, messageOf } from '../errors/index.ts'
import type { DatabaseErrorCode, Row, SqlValue, Statement } from './index.ts'
import { CHECKPOINT_PAGES, LOCK_WAIT_MS, STATEMENTS_KEPT_MAX } from './limits.ts'

export interface Engine {
  write(batch: readonly Statement[]): void
  all(sql: string, params?: readonly SqlValue[]): Row[]
  close(): void
}

/** Opens or makes the file, and checks it whole before anybody relies on it, where that is asked for. */
export function openEngine(path: string, { check }: { check: boolean }): Engine {
  const connection = mapped(() => new DatabaseSync(path, { timeout: LOCK_WAIT_MS }))
  try {
    mapped(() => prepareConnection(connection, check))
  } catch (error) {
    connection.close()
    throw error
  }
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const held = statements.get(sql)
    if (held) return held
    if (statements.size >= STATEMENTS_KEPT_MAX) statements.clear()
    const statement = connection.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  return {
    write(batch) {
      mapped(() => connection.exec('BEGIN IMMEDIATE'))
      try {
        for (const { sql, params = [] } of batch) mapped(() => prepared(sql).run(...params))
        mapped(() => connection.exec('COMMIT'))
      } catch (error) {
        // SQLite has ended the transaction itself after some errors, such as a full disk.
        if (connection.isTransaction) connection.exec('ROLLBACK')
        throw error
      }
    },
    all(sql, params = []) {
      return mapped(() =>
        prepared(sql)
          .all(...params)
          .map(toRow),
      )
    },
    close() {
      statements.clear()
      connection.close()
    },
  }
}

function prepareConnection(connection: DatabaseSync, check: boolean): void {
  connection.exec('PRAGMA journal_mode = WAL')
  // FULL syncs the log at every commit: what was answered survives power loss, not only a crash.
  connection.exec('PRAGMA synchronous = FULL')
  connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  connection.exec('PRAGMA foreign_keys = ON')
  if (!check) return
  const [first] = connection.prepare('PRAGMA quick_check(1)').all()
  const verdict = first ? Object.values(first)[0] : undefined
  if (verdict !== 'ok') {
    throw new MyceliumError<DatabaseErrorCode>('DATABASE_CORRUPT', `Damaged: ${verdict}`)
  }
}

/** SQLite's primary result codes. */
const CODES = new Map<number, DatabaseErrorCode>([
  [3, 'DISK_DENIED'],
  [5, 'DATABASE_LOCKED'],
  [6, 'DATABASE_LOCKED'],
  [8, 'DISK_DENIED'],
  [11, 'DATABASE_CORRUPT'],
  [13, 'DISK_FULL'],
  [14, 'DISK_DENIED'],
  [26, 'DATABASE_CORRUPT'],
])

function mapped<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof MyceliumError) throw cause
    const code = CODES.get(resultCodeOf(cause) & 0xff) ?? 'DATABASE_FAILED'
    throw new MyceliumError<DatabaseErrorCode>(code, messageOf(cause), { cause })
  }
}

function resultCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
}

function toRow(columns: Record<string, SQLOutputValue>): Row {
  const row: Record<string, SqlValue> = {}
  for (const [name, value] of Object.entries(columns)) {
    row[name] = typeof value === 'bigint' ? Number(value) : value
  }
  return row
}
