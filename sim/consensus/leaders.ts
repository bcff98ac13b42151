/** Raft §5.2, election safety: at most one leader in a term. In one life nothing goes backwards. */
import type { EngineStatus } from '../../node-core/control/consensus/index.ts'

export interface Leaders {
  sawStatus(life: string, status: EngineStatus): void
  died(life: string): void
}

export interface LeadersDeps {
  /** Otherwise a leader is drawn for each term and committee, and a term may come again. */
  elected: boolean
  fail: (what: string) => void
}

export function createLeaders({ elected, fail }: LeadersDeps): Leaders {
  const byTerm = new Map<number, string>()
  const last = new Map<string, { term: number; committed: number }>()
  return {
    sawStatus(life, { term, leader, committed, last: end }) {
      if (elected && leader !== undefined) {
        const known = byTerm.get(term) ?? leader
        byTerm.set(term, known)
        if (known !== leader) fail(`${life} holds ${leader} for the leader of ${term}: ${known} is`)
      }
      const before = last.get(life) ?? { term: 0, committed: 0 }
      if (elected && term < before.term)
        fail(`${life} goes back to term ${term} from ${before.term}`)
      if (committed < before.committed) {
        fail(`${life} takes back its commit of ${before.committed}: ${committed}`)
      }
      if (committed > end) fail(`${life} has committed ${committed} and holds ${end}`)
      last.set(life, { term, committed })
    },
    died: (life) => void last.delete(life),
  }
}
