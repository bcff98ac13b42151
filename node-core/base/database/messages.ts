/** Between the two halves of one program, on one machine. */
import type { DatabaseErrorCode, Row, SqlValue, Statement } from './index.ts'

export type Question = { id: number } & (
  | { ask: 'open' }
  | { ask: 'write'; batch: readonly Statement[] }
  | { ask: 'all'; sql: string; params: readonly SqlValue[] }
  | { ask: 'close' }
)

export type Answer =
  | { id: number; rows: Row[] }
  | { id: number; failure: { code: DatabaseErrorCode; message: string } }
