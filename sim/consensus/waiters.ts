/** Who waits for a command or a read in one life of a machine. */
import type {
  Fate,
  ProposalId,
  ReadId,
  ReadResult,
} from '../../node-core/control/consensus/index.ts'
import type { CommandResult, Store } from './store.ts'

/** gone: the process died, and what became of the command only the log can tell. */
export type CommandAnswer = { result: CommandResult } | 'refused' | 'gone'
/** lost: ask again. */
export type ReadAnswer = { value: string | undefined } | 'lost' | 'gone'

export interface Waiters {
  command(proposal: ProposalId, command: string, answer: (answer: CommandAnswer) => void): void
  read(read: ReadId, key: string, answer: (answer: ReadAnswer) => void): void
  tellFate(fate: Fate): void
  answerRead(result: ReadResult): void
  /** Answers what the store's progress has made answerable. */
  look(): void
  abandon(): void
}

interface WaitingRead {
  key: string
  index: number | undefined
  answer: (answer: ReadAnswer) => void
}

export function createWaiters(store: Store): Waiters {
  const commands = new Map<string, { command: string; answer: (answer: CommandAnswer) => void }>()
  const reads = new Map<string, WaitingRead>()
  return {
    command: (proposal, command, answer) => void commands.set(proposal, { command, answer }),
    read: (read, key, answer) => void reads.set(read, { key, index: undefined, answer }),
    tellFate(fate) {
      const waiting = commands.get(fate.id)
      // Committed is answered when it is applied; unknown may still be.
      if (!waiting || fate.outcome !== 'refused') return
      commands.delete(fate.id)
      waiting.answer('refused')
    },
    answerRead({ id, index }) {
      const waiting = reads.get(id)
      if (!waiting) return
      if (index === undefined) {
        reads.delete(id)
        waiting.answer('lost')
      } else waiting.index = index
    },
    look() {
      for (const [proposal, { command, answer }] of commands) {
        const result = store.result(command)
        if (result === undefined) continue
        commands.delete(proposal)
        answer({ result })
      }
      for (const [read, { key, index, answer }] of reads) {
        if (index === undefined || index > store.applied) continue
        reads.delete(read)
        answer({ value: store.get(key) })
      }
    },
    abandon() {
      const [asked, read] = [[...commands.values()], [...reads.values()]]
      commands.clear()
      reads.clear()
      for (const { answer } of asked) answer('gone')
      for (const { answer } of read) answer('gone')
    },
  }
}
