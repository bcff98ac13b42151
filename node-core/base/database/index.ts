/**
 * SQLite as an argument: durable tables for what is too much for one file. It runs in a worker,
 * since `node:sqlite` blocks its thread and the main thread also serves the window.
 *
 * Operations run in the order they were asked for. A write is one transaction: when its promise has
 * resolved all of it survives power loss, and when it has rejected none of it was done.
 */
export type SqlValue = null | number | string | Uint8Array
export type Row = Readonly<Record<string, SqlValue>>

export interface Statement {
  /** One statement, `?` for each parameter. */
  sql: string
  params?: readonly SqlValue[]
}

export interface Database {
  write(batch: readonly Statement[]): Promise<void>
  all(sql: string, params?: readonly SqlValue[]): Promise<Row[]>
  /** Waits for what was asked for before. Safe to call twice. */
  close(): Promise<void>
}

export type DatabaseErrorCode =
  /** The file is damaged or is no database. It was left as it is. */
  | 'DATABASE_CORRUPT'
  /** No space left. Nothing was changed. */
  | 'DISK_FULL'
  /** The file cannot be opened or written: permissions, read-only media, no such folder. */
  | 'DISK_DENIED'
  /** Another process holds it. */
  | 'DATABASE_LOCKED'
  /** It was closed. */
  | 'DATABASE_CLOSED'
  /** Any other failure, wrong SQL included. */
  | 'DATABASE_FAILED'

export { createSimDatabase, type SimDatabase } from './sim-database.ts'
export { openDatabase } from './worker-database.ts'
