/** Between the two halves of one program, on one machine. */
import type { Row, SqlValue, Statement } from './index.ts'

export type Question =
  | { ask: 'open' }
  | { ask: 'write'; batch: readonly Statement[] }
  | { ask: 'all'; sql: string; params: readonly SqlValue[] }

export type Answer = Row[]
