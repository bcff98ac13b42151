/** As much of Raft's messages as an adversary needs to know. Their shapes are those of `raft/wire.ts`. */
import { decode } from '../../../node-core/base/codec/index.ts'

export type Heard =
  | { kind: 'append'; prevLogIndex: number; termOfLast: number | undefined; term: number }
  | { kind: 'heartbeat' | 'voteRequest' | 'voteGranted' | 'snapshotChunk' | 'other' }

type Wire =
  | [1, 'appendEntries', number, prevIndex: number, number, number, entries: [term: number][]]
  | [1, 'requestVoteReply', number, rejected: boolean]
  | [1, 'heartbeat' | 'snapshotChunk' | 'requestVote' | 'preVote']

export function hear(message: Uint8Array): Heard {
  const wire = decode(message) as Wire
  switch (wire[1]) {
    case 'appendEntries': {
      const [, , term, prevLogIndex, , , entries] = wire
      return { kind: 'append', prevLogIndex, term, termOfLast: entries.at(-1)?.[0] }
    }
    case 'requestVoteReply':
      return { kind: wire[3] ? 'other' : 'voteGranted' }
    case 'requestVote':
      return { kind: 'voteRequest' }
    case 'heartbeat':
    case 'snapshotChunk':
      return { kind: wire[1] }
    default:
      return { kind: 'other' }
  }
}
