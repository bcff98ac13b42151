/** What an engine begins with where its records are none, or not all that this node has promised. */
import type { NodeId } from '../../../base/net/index.ts'
import { type Configuration, configurationOf } from './configuration.ts'
import type { RaftEngineConfig } from './index.ts'
import { type EntryId, INDEX_ZERO, TERM_ZERO, toIndex, toTerm } from './positions.ts'
import type { Stored } from './records.ts'

/** A log that begins after the first snapshot, so that whoever joins later must be sent one. */
export function foundedBy({ founding }: RaftEngineConfig, stored: Stored): Stored {
  if (founding === undefined) return stored
  const configuration = configurationOf(founding.members)
  const snapshot = { index: toIndex(1), term: toTerm(1), configuration, state: founding.state }
  const hardState = { term: snapshot.term, votedFor: undefined, commit: snapshot.index }
  return { snapshot, entries: [], hardState }
}

export function isSoleVoter({ voters, outgoing }: Configuration, node: NodeId): boolean {
  return voters.length === 1 && voters[0] === node && outgoing.length === 0
}

/** Whether it may have answered a leader of this log before: the leader's term was on its disk by then. */
export function hasLived({ promised }: RaftEngineConfig, { hardState }: Stored): boolean {
  return promised !== undefined || (hardState !== undefined && hardState.term > TERM_ZERO)
}

/** Raft figure 2: a vote is given once in a term, whatever became of the log it was written to. */
export function promising({ self, promised }: RaftEngineConfig, stored: Stored): Stored {
  const { term = TERM_ZERO, votedFor, commit = INDEX_ZERO } = stored.hardState ?? {}
  if (!promised || promised.term < term) return stored
  const isSameTerm = promised.term === term
  const hardState = {
    ...{ term: toTerm(promised.term), commit },
    // For whom it was is forgotten: for nobody else, then.
    votedFor: (isSameTerm ? votedFor : undefined) ?? self,
  }
  return { ...stored, hardState }
}

export function promisedIn({ promised }: RaftEngineConfig): EntryId | undefined {
  return promised && { index: toIndex(promised.last.index), term: toTerm(promised.last.term) }
}
