/** What the core asks of its driver. */
import type { NodeId } from '../../base/net/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import type { Answer, Question } from './messages.ts'

/** What this node calls a question of its own. */
export type AskId = number & { readonly __brand: 'AskId' }
/** What this node calls a question of somebody else, until it is answered. */
export type Token = number & { readonly __brand: 'Token' }

export type Effect =
  | { kind: 'ask'; ask: AskId; to: NodeId; question: Question; timeoutMs: number }
  /** Its answer is of no interest any more. */
  | { kind: 'forget'; ask: AskId }
  | { kind: 'answer'; token: Token; answer: Answer }
  /**
   * Ends in `moved`, at once or bit by bit. Where there is a word about what is held then, in `vouched`
   * if it holds, and in `refused` if what is held is not what it says.
   */
  | { kind: 'apply'; entries: readonly CommittedEntry[]; word: Uint8Array | null }
  /** Ends in `replaced`, or in `refused`. */
  | { kind: 'restore'; index: LogIndex; state: Uint8Array }
  /** Ends in `captured`: the copy's state as of its last entry. */
  | { kind: 'capture' }

export type Emit = (effect: Effect) => void

/**
 * root: of the committee, and hears a quorum. leads: the same, and others of it can serve in its place.
 * cut: of the committee, and hears no quorum. follows: everybody else. idle: it may not, or cannot.
 */
export type Standing = 'root' | 'leads' | 'cut' | 'follows' | 'idle'

export interface Facts {
  standing: Standing
  /** Members of the committee besides this node. */
  roots: readonly NodeId[]
  leader: NodeId | undefined
  /** How far the log has come, as far as anybody has told. */
  told: LogIndex
  /** How many this node serves at most. */
  serves: number
}
