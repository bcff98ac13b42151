/** What the engine says outwards: messages as bytes, snapshots without the core's part, verdicts. */
import type { NodeId } from '../../../base/net/index.ts'
import type { EngineStatus, Outgoing, Ready, StateSnapshot, Verdict } from '../index.ts'
import { membersOf } from './configuration.ts'
import type { RaftVerdictCode } from './errors.ts'
import type { Snapshot } from './snapshot.ts'
import type { RaftStatus } from './status.ts'
import { encodeMessage, type WireMessage } from './wire.ts'

export function outgoing(message: WireMessage): Outgoing {
  return { to: message.to, message: encodeMessage(message) }
}

export function stateSnapshot(snapshot: Snapshot | undefined): StateSnapshot | undefined {
  if (snapshot === undefined) return undefined
  const { index, state, configuration } = snapshot
  return { index, state, members: membersOf(configuration) }
}

export function isEmpty(ready: Ready): boolean {
  const { messagesNow, messages, records, committed, reads, fates, snapshot } = ready
  const lists = [messagesNow, messages, records, committed, reads, fates]
  return snapshot === undefined && lists.every((list) => list.length === 0)
}

export function progressOfOthers(
  status: RaftStatus,
  self: NodeId,
  acknowledgedBy: (node: NodeId) => number | undefined,
): EngineStatus['progress'] {
  const others = status.progress.filter(({ node }) => node !== self)
  return others.map(({ node, matchIndex, recentActive, wasActive }) => {
    // Whoever looks just after a check of the quorum shall not find everybody silent.
    const recentlyActive = recentActive || wasActive
    const snapshotBytes = acknowledgedBy(node)
    return {
      ...{ node, match: matchIndex, recentlyActive },
      ...(snapshotBytes !== undefined && { snapshotBytes }),
    }
  })
}

export const ignored = (code: RaftVerdictCode): Verdict => ({ verdict: 'ignore', code })
export const rejected = (code: RaftVerdictCode): Verdict => ({ verdict: 'reject', code })
