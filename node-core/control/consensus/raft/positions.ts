/** Terms, places in the log, and the arithmetic on them that keeps their types apart. */
import type { LogIndex } from '../index.ts'

/** Logical time: at most one leader each (Raft §5.1). 0 is before the first election. */
export type Term = number & { readonly __brand: 'Term' }

/** Names an entry for good: no two entries share both (Raft §5.3, log matching). */
export interface EntryId {
  readonly index: LogIndex
  readonly term: Term
}

export const toTerm = (term: number): Term => term as Term
export const toIndex = (index: number): LogIndex => index as LogIndex
export const plus = (index: LogIndex, distance: number): LogIndex => (index + distance) as LogIndex
export const lower = (left: LogIndex, right: LogIndex): LogIndex => (left < right ? left : right)
export const higher = (left: LogIndex, right: LogIndex): LogIndex => (left > right ? left : right)

export const INDEX_ZERO: LogIndex = toIndex(0)
export const TERM_ZERO: Term = toTerm(0)
