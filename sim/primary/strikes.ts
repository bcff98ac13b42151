/** What a test run of whole nodes has to have met, beside the faults: what came of them. */
import { DOOR_LIES } from './door-lies.ts'
import { FAULTS } from './faults.ts'
import { VOTING_LIES } from './liar.ts'

/** Not drawn: networks of leases are asked for. */
const DRAWN = FAULTS.filter((what) => what !== 'sleep')
const NETWORK = ['dropped', 'duplicated', 'slowed', 'cut', 'crashed', 'paused']
const CLIENTS = [
  ...['write: acknowledged', 'write: refused', 'write: NO_QUORUM', 'write: no answer', 'read'],
  ...['lease: taken', 'lease: kept', 'lease: seen', 'compacted', 'snapshot sent'],
]
const MENDED = [
  ...['lease: ended', 'watch: COMPACTED', 'damaged', 'mended by demote', 'mended by promote'],
  ...['filled itself', 'replaced', 'disk: crash', 'disk: lostWrite', 'disk: fullDisk'],
  ...['disk: failedSync', 'disk: bitFlip'],
]
/** Of those who vote, in one of four seeds. */
const BALLOTS = ['proposal: done', 'ballot: committed', 'ballot: counted']
/** The same of many seeds. */
const MANY_BALLOTS = [
  ...[...BALLOTS, 'proposal: passed', 'proposal: rejected', 'ballot: silent'],
  'ballot: copied: done',
  ...['told made up: WRONG_REVEAL', 'told turned: WRONG_REVEAL', 'told stolen: WRONG_REVEAL'],
  ...['told again: done', 'told again: TOO_EARLY'],
]
const RULES = [
  ...['rules: supported', 'rules: activate: NOT_SUPPORTED', 'rules: in force', 'upgraded'],
  ...['rules: new: UNKNOWN_KIND', 'rules: new: done', 'rules: overtaken'],
]

export const UNDER_RAFT: readonly string[] = [
  ...[...DRAWN, ...NETWORK, ...CLIENTS, ...MANY_BALLOTS, ...MENDED],
  ...RULES,
]
/** There is nothing older to mix. */
export const UNDER_SIMPLEX: readonly string[] = [
  ...[...DRAWN, ...NETWORK, ...CLIENTS, ...BALLOTS],
].filter((what) => what !== 'upgrade')
export const AMONG_LIARS: readonly string[] = [
  ...VOTING_LIES.map((lie) => `liar: ${lie}`),
  ...DOOR_LIES.map((lie) => `door: ${lie}`),
  ...['liar: boasts', 'slashed: doubler', 'committee: 3 of 10 lie', ...CLIENTS],
]
