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
    seed: 5,
  },
  {
    name: 'forgets its votes over a restart',
    file: 'simplex/replay.ts',
    find: 'if (record.vote.epoch === epochOf(machine)) machine.views.add(record.vote)',
    replace: '',
    seed: 2,
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
    file: 'simplex/intake.ts',
    find: "if (typeof added === 'object') dissent.add(added)",
    replace: '',
    lying: true,
    seed: 2,
  },
  {
    name: 'delivers only the block that has the certificate',
    file: 'simplex/finalising.ts',
    find: 'for (const block of path) {',
    replace: 'for (const block of path.slice(-1)) {',
    seed: 1,
  },
]
