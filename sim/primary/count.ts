/** The ballots of a run, and what the registry has to come to by them, as plainly as possible. */
import {
  type Choice,
  type Motion,
  phaseOf,
  type RegistryView,
  type Vote,
  voteCommitment,
} from '../../node-core/control/registry/index.ts'
import type { OwnerId } from '../../node-core/identity/index.ts'
import type { World } from './world.ts'

export interface Ballot {
  owner: OwnerId
  /** Undefined of one that was copied: whoever copies knows nothing of it. */
  choice?: Choice
  copied?: Uint8Array
  /** Once the node has drawn it. */
  nonce?: Uint8Array
  /** Its commitment was acknowledged. */
  isIn: boolean
  isRefused: boolean
}
/** One of which somebody could tell. */
type KnownBallot = Ballot & { choice: Choice; nonce: Uint8Array }

export interface Count {
  readonly failures: string[]
  fail(what: string): void
  asked(text: string, question: { askedMs: number; voteMs: number }): void
  ballot(proposal: number, of: Pick<Ballot, 'owner' | 'choice' | 'copied'>): Ballot
  known(proposal: number, owner?: OwnerId): KnownBallot[]
  /** What holds at any moment. */
  look(view: RegistryView): void
  /** What holds in the end. */
  judge(view: RegistryView): void
}

const FAILURES_MAX = 5
/** What clocks that run differently make of its time, and by how much a timer may be late on them. */
const DRIFT = 0.03

export function createCount(world: World): Count {
  const failures: string[] = []
  const questions = new Map<string, { askedMs: number; voteMs: number }>()
  /** Of each proposal, in the order in which they were asked for. */
  const ballots = new Map<number, Ballot[]>()
  /** What nobody may change any more: commitments once the voting has closed, and what it came to. */
  const closed = new Map<number, string>()
  const ended = new Map<number, string>()
  const fail = (what: string): void => {
    if (failures.length < FAILURES_MAX) failures.push(what)
  }

  function look(view: RegistryView): void {
    for (const [proposal, motion] of view.motions()) lookAt(proposal, motion, view)
  }

  function lookAt(proposal: number, motion: Motion, view: RegistryView): void {
    const told = motion.ended && JSON.stringify(motion.ended)
    const known = ended.get(proposal)
    // What has ended was looked at whole before; this is what a seed has most of.
    if (known !== undefined && told === known) return
    if (known !== undefined && told) fail(`proposal ${proposal} came to ${known}, then to ${told}`)
    const votes = view.votes(proposal)
    if (phaseOf(motion) === 'voting') {
      if (votes.some(([, { choice }]) => choice)) fail(`a vote on ${proposal} was told too early`)
      return
    }
    const { askedMs = 0, voteMs = 0 } = questions.get(motion.text) ?? {}
    const openMs = world.clock.monotonicMs() - askedMs
    if (openMs < voteMs * (1 - DRIFT)) fail(`proposal ${proposal} closed within ${openMs} ms`)
    const sealed = votes.map(([owner, { commitment }]) => `${owner} ${hex(commitment)}`).join()
    if ((closed.get(proposal) ?? sealed) !== sealed) fail(`a vote on ${proposal} was changed`)
    closed.set(proposal, sealed)
    if (!told || known !== undefined) return
    ended.set(proposal, told)
    world.note(`proposal ${proposal} ${told}`)
    world.count(motion.ended?.passed ? 'proposal: passed' : 'proposal: rejected')
  }

  function judge(view: RegistryView): void {
    for (const [proposal, motion] of view.motions()) judgeOne(proposal, motion, view)
  }

  function judgeOne(proposal: number, motion: Motion, view: RegistryView): void {
    const counts = { yes: 0, no: 0, silent: 0 }
    for (const [owner, vote] of view.votes(proposal)) {
      counts[vote.choice ?? 'silent'] += 1
      judgeVote(proposal, { motion, owner, vote })
    }
    const { yes, no, silent, passed } = motion.ended ?? {}
    const isCounted = yes === counts.yes && no === counts.no && silent === counts.silent
    if (!isCounted || passed !== counts.yes * 2 > motion.electors)
      fail(`proposal ${proposal}: ${JSON.stringify([motion.ended, counts, motion.electors])}`)
  }

  /** It is one that its owner cast, and none that another of its own, which stood, has replaced. */
  function judgeVote(
    proposal: number,
    { motion, owner, vote }: { motion: Motion; owner: OwnerId; vote: Vote },
  ): void {
    const own = (ballots.get(proposal) ?? []).filter((ballot) => ballot.owner === owner)
    const isIt = (ballot: Ballot): boolean => {
      const { nonce, choice, copied } = ballot
      const commitment =
        nonce && choice
          ? voteCommitment(world.network, { proposal, motion, owner, nonce, choice })
          : copied
      return commitment !== undefined && hex(commitment) === hex(vote.commitment)
    }
    const at = own.findLastIndex(isIt)
    // Who copied one from somebody who had copied it from it knows what it hides.
    const ballot = own.find((one) => isIt(one) && one.choice) ?? own[at]
    if (!ballot) {
      fail(`a vote on ${proposal} that nobody has cast`)
      return
    }
    if (ballot.isRefused) fail(`a vote on ${proposal} that was refused stands`)
    if (vote.choice && vote.choice !== ballot.choice)
      fail(`a vote on ${proposal} of ${ballot.choice ?? 'nothing'} was told as ${vote.choice}`)
    // What was copied went past the node, which may have sent another one meanwhile.
    const later = own.slice(at + 1).some(({ isIn, copied }) => isIn && !copied)
    if (later) fail(`a replaced vote on ${proposal} is back`)
    world.count(vote.choice ? 'ballot: counted' : 'ballot: silent')
  }

  return {
    failures,
    fail,
    asked: (text, question) => void questions.set(text, question),
    ballot(proposal, of) {
      const ballot: Ballot = { ...of, isIn: false, isRefused: false }
      ballots.set(proposal, [...(ballots.get(proposal) ?? []), ballot])
      return ballot
    },
    known: (proposal, owner) =>
      (ballots.get(proposal) ?? []).filter(
        (ballot): ballot is KnownBallot =>
          ballot.nonce !== undefined &&
          ballot.choice !== undefined &&
          (owner === undefined || ballot.owner === owner),
      ),
    look,
    judge,
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
