/**
 * What is left of a log when its committee is overruled (docs/adr/0016): all that its records hold,
 * committed or not, and the records of a log that goes on from there under other members. The rules
 * of Raft end where one log ends and the next begins: nobody of the old log takes part in the new one.
 */
import { assert } from '../../../base/errors/index.ts'
import type { LogIndex, Members, SalvagedEntry, SalvagedLog } from '../index.ts'
import { change, configurationOf, EMPTY_CONFIGURATION, membersOf } from './configuration.ts'
import { changeOf, NO_DATA } from './entries.ts'
import { INDEX_ZERO, plus, TERM_ZERO, toIndex, toTerm } from './positions.ts'
import { readRecords, recordsOf } from './records.ts'

export interface SalvagedRaftLog extends SalvagedLog {
  kind: 'raft'
  /** The highest term that this node has heard of. */
  term: number
}

/** Throws RAFT_RECORDS_DAMAGED. */
export function salvage(records: readonly Uint8Array[]): SalvagedRaftLog {
  const { snapshot, entries, hardState } = readRecords(records)
  let configuration = snapshot?.configuration ?? EMPTY_CONFIGURATION
  const salvaged = entries.map((entry): SalvagedEntry => {
    const { index, term, data } = entry
    const wanted = changeOf(entry)
    if (!wanted) return { index, term, payload: entry.kind === 'normal' ? data : NO_DATA }
    const changed = change(configuration, wanted)
    if ('refused' in changed) return { index, term, payload: NO_DATA }
    configuration = changed.configuration
    return { index, term, payload: NO_DATA, members: membersOf(configuration) }
  })
  const last = salvaged.at(-1) ?? snapshot ?? { index: INDEX_ZERO, term: TERM_ZERO }
  return {
    kind: 'raft',
    snapshot: snapshot && {
      index: snapshot.index,
      term: snapshot.term,
      state: snapshot.state,
      members: membersOf(snapshot.configuration),
    },
    entries: salvaged,
    committed: hardState?.commit ?? snapshot?.index ?? INDEX_ZERO,
    last: { index: last.index, term: last.term },
    term: Math.max(hardState?.term ?? 0, last.term),
  }
}

/** The records of a log that goes on after `last` with this state, in a term above all before. */
export function foundAfter(
  { last, term }: Pick<SalvagedRaftLog, 'last' | 'term'>,
  members: Members,
  stateAt: (index: LogIndex) => Uint8Array,
): { index: LogIndex; records: Uint8Array[] } {
  assert(members.voters.length > 0, 'A log without voters cannot go on.')
  const index = plus(toIndex(last.index), 1)
  const configuration = configurationOf(members)
  const snapshot = { index, term: toTerm(term + 1), configuration, state: stateAt(index) }
  const hardState = { term: snapshot.term, votedFor: undefined, commit: index }
  return { index, records: recordsOf({ snapshot, entries: [], hardState }) }
}
