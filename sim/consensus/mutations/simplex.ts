/** Faults for Simplex, one line each. What stands beside `find` is the rule that is broken. */
import type { Mutation } from './mutant.ts'

export const SIMPLEX_MUTATIONS: readonly Mutation[] = [
  // ADR 8, quorums: of a total W, W − f decides.
  {
    name: 'calls a majority a quorum',
    file: 'simplex/quorum.ts',
    find: 'return totalWeight(committee) - faultyWeightMax(committee)',
    replace: 'return Math.floor(totalWeight(committee) / 2) + 1',
    seed: 2,
  },
  {
    name: 'calls a weight of one less a quorum',
    file: 'simplex/quorum.ts',
    find: 'return totalWeight(committee) - faultyWeightMax(committee)',
    replace: 'return totalWeight(committee) - faultyWeightMax(committee) - 1',
    seed: 1,
  },
  // ADR 8, quorums: of votes for the same.
  {
    name: 'counts votes for two blocks together',
    file: 'simplex/certifying.ts',
    find: '(vote) => vote.digest)',
    replace: "() => 'any')",
    lying: true,
    seed: 5,
  },
  // ADR 8, said once: a vote is a record on disk before it is sent.
  {
    name: 'votes without writing it down',
    file: 'simplex/voting.ts',
    find: "write(machine, { kind: 'vote', vote }, { sync: true })",
    replace: '',
    seed: 1,
  },
  {
    name: 'sends its vote before it is on disk',
    file: 'simplex/voting.ts',
    find: "machine.outbox.send(everyone(machine), { kind: 'vote', vote })",
    replace: "machine.outbox.sendNow(everyone(machine), { kind: 'vote', vote })",
    seed: 1,
  },
  {
    name: 'does not sync its vote',
    file: 'simplex/voting.ts',
    find: "write(machine, { kind: 'vote', vote }, { sync: true })",
    replace: "write(machine, { kind: 'vote', vote }, { sync: false })",
    seed: 7,
  },
  {
    name: 'forgets its votes over a restart',
    file: 'simplex/replay.ts',
    find: 'if (record.vote.epoch === epochOf(machine)) machine.views.add(record.vote)',
    replace: '',
    seed: 1,
  },
  {
    name: 'forgets its votes when it compacts',
    file: 'simplex/compacting.ts',
    find: "if (vote) records.push({ kind: 'vote', vote })",
    replace: '',
    seed: 176,
  },
  {
    // The last one of an epoch too: without it, votes of the next mean nothing when they are read back.
    name: 'forgets blocks that are not final when it compacts',
    file: 'simplex/compacting.ts',
    find: "for (const block of chain.open()) records.push({ kind: 'block', block: block.bytes })",
    replace: '',
    seed: 309,
  },
  // Simplex §2.1: finalise only in a view that was not nullified, and the other way round.
  {
    name: 'finalises a view that it has nullified',
    file: 'simplex/voting.ts',
    find: "if (!digest || hasVoted(machine, state, 'nullify') || hasVoted(machine, state, 'finalise')) {",
    // Once in a view: the second vote is not counted, and the rule would be tried for ever.
    replace:
      "if (!digest || hasVoted(machine, state, 'finalise') || state.lied === (state.lied = true)) {",
    seed: 1,
  },
  {
    name: 'counts votes whose signature is wrong',
    file: 'simplex/intake.ts',
    find: "if (!isVoteSigned(schemeOf(machine), vote)) return reject('SIGNATURE_INVALID')",
    replace: '',
    lying: true,
    seed: 1,
  },
  {
    name: 'tells nobody who lied',
    file: 'simplex/counting.ts',
    find: "if (typeof added === 'object') dissent.add(added)",
    replace: '',
    lying: true,
    seed: 2,
  },
  {
    name: 'checks no vote unless something contradicts it',
    file: 'simplex/counting.ts',
    find: 'if (from !== vote.author || !certificate || certificate.digest !== vote.digest) return false',
    replace: '',
    seed: 1,
  },
  {
    name: 'delivers only the block that has the certificate',
    file: 'simplex/finalising.ts',
    find: 'for (const block of path) {',
    replace: 'for (const block of path.slice(-1)) {',
    seed: 1,
  },
  {
    name: 'takes a notarisation for a finalisation',
    file: 'simplex/finalising.ts',
    find: 'findLast((state) => state.certificates.finalise)?.certificates.finalise',
    replace: 'findLast((state) => state.certificates.notarise)?.certificates.notarise',
    seed: 2,
  },
  // ADR 8, members: the block that changes them is the last that the old committee decides on.
  {
    name: 'lets the old committee go on in the next epoch',
    file: 'simplex/finalising.ts',
    find: 'machine.committee = change.committee',
    replace: 'machine.committee = { ...machine.committee, epoch: change.committee.epoch }',
    seed: 1,
  },
  // ADR 7: committed means that this proposal, and no other, stands at that index.
  {
    name: 'tells a proposal the end of its block for its index',
    file: 'simplex/finalising.ts',
    find: "fates.push({ id: waiting.proposal, outcome: 'committed', index })",
    replace: "fates.push({ id: waiting.proposal, outcome: 'committed', index: endOf(block) })",
    seed: 1,
  },
  {
    name: "takes another's change of members for its own",
    file: 'simplex/finalising.ts',
    find: 'if (own?.proposal && isSameChange(own.change, block.change)) {',
    replace: 'if (own?.proposal) {',
    seed: 6,
  },
  // ADR 8, reads: a quorum tells after the question how far it has voted.
  {
    name: 'answers a read at once',
    file: 'simplex/reading.ts',
    find: 'if (weight < quorumWeight(committee)) return true',
    replace: '',
    seed: 1,
  },
  {
    name: 'tells readers of what is final alone, and not of what it has voted for',
    file: 'simplex/reading.ts',
    find: 'return voted?.view ?? chain.tip.view',
    replace: 'return chain.tip.view',
    seed: 6,
  },
  {
    name: 'counts voters who know of more than is final here',
    file: 'simplex/reading.ts',
    find: 'filter(([, view]) => view <= chain.tip.view)',
    replace: 'filter(() => true)',
    seed: 3,
  },
  // Simplex §2.1: a view whose time is over is nullified; and no message is lost for ever.
  {
    name: 'waits for a leader for ever',
    file: 'simplex/voting.ts',
    find: 'const isDue = machine.timer.isOver() || isAway',
    replace: 'const isDue = isAway',
    seed: 2,
  },
  {
    name: 'says nothing again',
    file: 'simplex/rules.ts',
    find: 'if (machine.timer.takeRetry()) sayAgain(machine)',
    replace: '',
    seed: 4,
  },
]
