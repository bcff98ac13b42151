/** Raft for the simulator. */
import { decode } from '../../../node-core/base/codec/index.ts'
import { createRaftEngine } from '../../../node-core/control/consensus/raft/index.ts'
import type { EngineKind, LogRecord } from '../engine-kind.ts'
import { RAFT_ADVERSARIES } from './adversaries.ts'

/**
 * So small that a short run has many elections, appends that bring a part of what is missing, and
 * followers that only a snapshot can help.
 */
const SMALL = { electionTicks: 5, heartbeatTicks: 1, appendBytesMax: 250, trailingEntriesMax: 2 }

/** `raft` is the module itself, or a copy of it with a fault. */
export function raftKind(raft = { createRaftEngine }): EngineKind {
  return {
    name: 'raft',
    foundedAt: 1,
    electsLeaders: true,
    replacesAll: true,
    repeats: false,
    create({ self, founding, random }, records) {
      const config = { self, random, ...SMALL, ...(founding && { founding }) }
      return raft.createRaftEngine(config, records)
    },
    readLog,
    adversaries: RAFT_ADVERSARIES,
  }
}

/** The records' shapes are those of `raft/records.ts`. */
type Stored =
  | [version: number, kind: 'snapshot', index: number, term: number]
  | [
      version: number,
      kind: 'entries',
      first: number,
      [term: number, kind: string, data: Uint8Array][],
    ]
  | [version: number, kind: 'hardState']

function readLog(record: Uint8Array): LogRecord[] {
  const stored = decode(record) as Stored
  switch (stored[1]) {
    case 'snapshot':
      return [{ kind: 'snapshot', index: stored[2], term: stored[3] }]
    case 'entries':
      return stored[3].map(([term, kind, data], at) => ({
        ...{ kind: 'entry', index: stored[2] + at, term },
        content: `${kind} ${Buffer.from(data).toString('latin1')}`,
      }))
    case 'hardState':
      return []
  }
}
