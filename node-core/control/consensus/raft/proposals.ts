/** How entries come into the log: only a leader adds them (Raft §5.3). */
import type { NodeId } from '../../../base/net/index.ts'
import { isJoint, LEAVE_JOINT, leavesJoint } from './configuration.ts'
import { changeOf, draftOfChange, EMPTY_DRAFT, type EntryDraft } from './entries.ts'
import { type EntryId, plus, TERM_ZERO } from './positions.ts'
import { broadcastAppend } from './replication.ts'
import type { Raft } from './state.ts'

export type Proposed =
  | { readonly outcome: 'appended'; readonly id: EntryId }
  | { readonly outcome: 'forwarded'; readonly to: NodeId }
  | { readonly outcome: 'refused'; readonly code: 'NO_LEADER' | 'NOT_LEADER' | 'BUSY' }

/** One outcome for each draft. A batch goes out to the followers together. */
export function propose(raft: Raft, drafts: readonly EntryDraft[]): Proposed[] {
  if (raft.role === 'leader') return proposeAsLeader(raft, drafts)
  const refused = (code: 'NO_LEADER' | 'NOT_LEADER'): Proposed[] =>
    drafts.map(() => ({ outcome: 'refused', code }))
  if (raft.role !== 'follower' || raft.leader === undefined) return refused('NO_LEADER')
  if (!raft.options.forwardProposals) return refused('NOT_LEADER')
  const to = raft.leader
  raft.send({ kind: 'propose', ...raft.envelope(to), term: TERM_ZERO, entries: drafts })
  return drafts.map(() => ({ outcome: 'forwarded', to }))
}

/** Why a change of members cannot be proposed now, or undefined. */
export function cannotChange(raft: Raft, draft: EntryDraft): string | undefined {
  const wanted = changeOf(draft)
  if (wanted === undefined) return 'It is not a change.'
  // Raft §6: one at a time. What is not applied yet counts as under way.
  if (raft.pendingChangeIndex > raft.log.applied) return 'Another may be under way.'
  const joint = isJoint(raft.tracker.configuration)
  if (joint && !leavesJoint(wanted)) return 'The joint configuration has to be left first.'
  if (!joint && leavesJoint(wanted)) return 'There is no joint configuration to leave.'
  return undefined
}

/** Thesis §4.3: once C_old,new is committed, its leader proposes C_new. */
export function leaveJointIfDue(raft: Raft): void {
  const due =
    raft.role === 'leader' &&
    raft.tracker.configuration.autoLeave &&
    raft.log.applied >= raft.pendingChangeIndex
  // Refused during a transfer of the lead; then the next leader leaves, or this one later.
  if (due) propose(raft, [draftOfChange(LEAVE_JOINT, 'changeV2')])
}

function proposeAsLeader(raft: Raft, drafts: readonly EntryDraft[]): Proposed[] {
  if (!raft.tracker.progress.has(raft.id)) {
    return drafts.map(() => ({ outcome: 'refused', code: 'NOT_LEADER' }))
  }
  if (raft.transferee !== undefined) {
    return drafts.map(() => ({ outcome: 'refused', code: 'BUSY' }))
  }
  const { log, term } = raft
  const accepted: EntryDraft[] = []
  let bytes = raft.uncommittedBytes
  const outcomes = drafts.map((draft): Proposed => {
    const weight = draft.data.byteLength
    // One of any size is taken when nothing else waits, and what weighs nothing always.
    if (bytes > 0 && weight > 0 && bytes + weight > raft.options.uncommittedBytesMax) {
      return { outcome: 'refused', code: 'BUSY' }
    }
    bytes += weight
    const index = plus(log.lastIndex, accepted.length + 1)
    if (draft.kind === 'normal') {
      accepted.push(draft)
    } else if (cannotChange(raft, draft) === undefined) {
      raft.pendingChangeIndex = index
      accepted.push(draft)
    } else {
      // Its place is taken by an entry that says nothing, so that whoever waits for it sees it pass.
      accepted.push(EMPTY_DRAFT)
    }
    return { outcome: 'appended', id: { index, term } }
  })
  if (accepted.length > 0) {
    raft.appendOwn(accepted)
    broadcastAppend(raft)
  }
  return outcomes
}
