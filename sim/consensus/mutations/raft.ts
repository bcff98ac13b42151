/** Faults for Raft, one line each. What stands beside `find` is the rule that is broken. */
import type { Mutation } from './mutant.ts'

// sim/known-bugs.md says which rule is not among them, and why no run can miss it.
export const RAFT_MUTATIONS: readonly Mutation[] = [
  // Raft §5.2: each server votes for at most one candidate in a given term.
  {
    name: 'votes twice in a term',
    file: 'raft/election.ts',
    find: 'raft.votedFor === request.from ||',
    replace: 'true ||',
    seed: 3,
  },
  {
    name: 'forgets its vote over a restart',
    file: 'raft/state.ts',
    find: 'this.votedFor = hardState.votedFor',
    replace: 'this.votedFor = undefined',
    seed: 4,
  },
  // Raft §5.4.1: the candidate's log is at least as up-to-date as the voter's.
  {
    name: 'votes for a candidate that lacks entries',
    file: 'raft/election.ts',
    find: 'mayVote && raft.log.isUpToDate(candidateLast)',
    replace: 'mayVote',
    seed: 6,
  },
  // ADR 7: those whom a change left out may be the only ones who know that it is committed.
  {
    name: 'learns nothing from who refuses it a vote',
    file: 'raft/election.ts',
    find: 'if (!raft.log.matches({ index, term })) return',
    replace: 'return',
    seed: 1465,
  },
  {
    name: 'counts a pre-vote as a vote',
    file: 'raft/election.ts',
    find: 'if (reply.kind !== awaited) return',
    replace: '',
    seed: 83,
  },
  // Raft figure 2, persistent state: updated on stable storage before responding.
  {
    name: 'forgets to sync entries',
    file: 'raft/raw-node.ts',
    find: 'mustSync: entries.length > 0 || !sameTerm,',
    replace: 'mustSync: !sameTerm,',
    seed: 1,
  },
  {
    name: 'forgets to sync its term and its vote',
    file: 'raft/raw-node.ts',
    find: 'mustSync: entries.length > 0 || !sameTerm,',
    replace: 'mustSync: entries.length > 0,',
    seed: 6,
  },
  {
    name: 'answers before it has written',
    file: 'raft/raw-node.ts',
    find: 'messagesNow: mayOvertake ? raft.messages : [],',
    replace: 'messagesNow: [...raft.messages, ...others],',
    seed: 2,
  },
  // Raft §5.2, §5.4: a majority, so that any two share a server.
  {
    name: 'calls half of the voters a majority',
    file: 'raft/quorum.ts',
    find: 'return Math.floor(voters / 2) + 1',
    replace: 'return Math.ceil(voters / 2)',
    seed: 9,
  },
  // Raft §5.4.2, figure 8: only entries of the current term are committed by counting.
  {
    name: 'commits an old term by counting',
    file: 'raft/log.ts',
    find: 'if (index <= this.committed || this.term(index) !== term) return false',
    replace: 'if (index <= this.committed) return false',
    seed: 6,
  },
  // Raft figure 2, volatile state on leaders: reinitialised after election.
  {
    name: 'keeps matchIndex across terms',
    file: 'raft/tracker.ts',
    find: 'if (node === self) fresh.matchIndex = last',
    replace:
      'fresh.matchIndex = node === self ? last : (this.progress.get(node)?.matchIndex ?? fresh.matchIndex)',
    seed: 8,
  },
  // Raft §5.3: the follower refuses entries whose predecessor it does not hold.
  {
    name: 'skips the log matching check',
    file: 'raft/follower.ts',
    find: 'if (!log.matches({ index: prevLogIndex, term: prevLogTerm })) {',
    replace: 'if (prevLogIndex > log.lastIndex) {',
    seed: 4,
  },
  // Raft figure 2, AppendEntries 5: only up to leaderCommit.
  {
    name: 'applies before commit',
    file: 'raft/follower.ts',
    find: 'log.commitTo(lower(append.leaderCommit, lastNew))',
    replace: 'log.commitTo(lastNew)',
    seed: 7,
  },
  // Raft figure 2, AppendEntries 3: only an existing entry that conflicts gives way.
  {
    name: 'truncates on any append',
    file: 'raft/log.ts',
    find: 'return at < 0 ? undefined : at',
    replace: 'return entries.length > 0 ? 0 : at',
    seed: 1,
  },
  {
    name: 'tells every follower the commit index in heartbeats',
    file: 'raft/replication.ts',
    find: 'const leaderCommit = lower(progress.matchIndex, raft.log.committed)',
    replace: 'const leaderCommit = raft.log.committed',
    seed: 1,
  },
  // Thesis §6.4, steps 1 and 2.
  {
    name: 'serves a read before the first commit of its term',
    file: 'raft/reads.ts',
    find: 'if (!raft.hasCommittedInTerm) raft.readsWaiting.push(request)',
    replace: 'if (raft.hasCommittedInTerm === undefined) raft.readsWaiting.push(request)',
    seed: 149,
  },
  {
    name: 'serves a read without a round of heartbeats',
    file: 'raft/reads.ts',
    find: "if (jointVoteResult(raft.tracker.configuration, voted) !== 'won') return",
    replace: '',
    seed: 14,
  },
  // Raft §6, thesis §4.3: one change of members at a time.
  {
    name: 'begins a change of members while one is under way',
    file: 'raft/proposals.ts',
    find: "if (raft.pendingChangeIndex > raft.log.applied) return 'Another may be under way.'",
    replace: '',
    seed: 161,
  },
  // Raft §6: separate majorities of both the old and the new configuration.
  {
    name: 'elects by the new half of a joint configuration',
    file: 'raft/tracker.ts',
    find: 'return jointVoteResult(this.configuration, (node) => this.#votes.get(node))',
    replace:
      'return jointVoteResult({ ...this.configuration, outgoing: [] }, (node) => this.#votes.get(node))',
    seed: 2,
  },
  {
    name: 'commits by the new half of a joint configuration',
    file: 'raft/quorum.ts',
    find: 'return lower(incoming, majorityCommitted(joint.outgoing, acknowledged))',
    replace: 'return incoming',
    seed: 13,
  },
  {
    name: 'commits by the old half of a joint configuration',
    file: 'raft/quorum.ts',
    find: 'return lower(incoming, majorityCommitted(joint.outgoing, acknowledged))',
    replace: 'return majorityCommitted(joint.outgoing, acknowledged)',
    seed: 16,
  },
  {
    name: 'accepts a snapshot of what it has committed already',
    file: 'raft/follower.ts',
    find: 'if (snapshot.index <= log.committed) return false',
    replace: '',
    seed: 18,
  },
  // ADR 7: committed means that this proposal, and no other, stands at that index.
  {
    name: 'calls its proposal committed where another took its place',
    file: 'raft/fates.ts',
    find: 'if (committed === term) return',
    replace: 'if (committed !== undefined) return',
    seed: 5,
  },
  // ADR 7: refused means that it is in no log and never will be.
  {
    name: 'refuses what may still be committed',
    file: 'raft/fates.ts',
    find: 'first.term >= last.term',
    replace: 'first.term > last.term',
    seed: 1,
  },
]
