/**
 * Reads: what is final here is shown once it is known to be all that anybody knew to be final when the
 * question came. The reader asks every voter for its horizon: the highest view that it has voted to
 * finalise, or knows to be below the last final block. It answers when a quorum's horizons, each told
 * after the question, lie at or below the view of its own last final block.
 *
 * Proof of linearizability. Let W be a write that somebody knew to be committed before the question:
 * its block was final by a certificate of a view v, so voters of the weight q had voted to finalise v.
 * Two quorums share more than f of the weight, so an honest voter h of those is among the q whose
 * horizons are counted. Its vote was said before the question, and was on disk before it was said, so
 * its horizon was v at least, over restarts too (who has lost its votes does not vote in that epoch, and
 * tells none). So the last final block here has a view of v at least. Blocks that are final are on one
 * chain, in which views go up; so W's block is that block or an ancestor of it, and W is below the index
 * that the answer names. Were W of a later epoch than the reader's, then v could be that of the last
 * block of the reader's epoch, certified by the same committee: the reader would be past it, and in the
 * next epoch, where what it was told before no longer counts.
 *
 * What a liar says moves nothing: a horizon too low is one of f that the proof does without, one too
 * high is not counted, and q voters are honest. Nor does a read wait for ever for an honest horizon: the
 * view is open there until a block of it or of a later view is final. Nothing is signed or written,
 * since the reader believes no voter's word about another's.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { ReadId, Verdict } from '../index.ts'
import { PENDING_TICKS_MAX, QUESTIONS_MAX, RETRY_TICKS } from './limits.ts'
import { epochOf, type Machine, mayVote } from './machine.ts'
import type { Message } from './messages.ts'
import { nextView, toHex, type View } from './numbering.ts'
import type { Question } from './question.ts'
import { isMember, quorumWeight, weightOf, weightOfAll } from './quorum.ts'
import { ask } from './standpoint.ts'

export function takeRead(machine: Machine, id: ReadId): void {
  const { config, committee, questions, outbox, ticks } = machine
  const last = questions.at(-1)
  if (last && !last.told && last.bornTick === ticks) {
    last.reads.push(id)
  } else if (!isMember(committee, config.self) || questions.length >= QUESTIONS_MAX) {
    outbox.loseSight([], [id])
  } else {
    const nonce = toHex(config.random.bytes(16))
    const epoch = epochOf(machine)
    const question = { nonce, bornTick: ticks, reads: [id], epoch, told: false }
    questions.push({ ...question, horizons: new Map() })
  }
}

/** Asks what was not asked yet, and answers what can be answered. */
export function pursueQuestions(machine: Machine): void {
  const { config, committee, chain, outbox, dissent } = machine
  if (machine.questions.length === 0) return
  if (!isMember(committee, config.self)) {
    // Nobody here will be able to answer.
    for (const { reads } of machine.questions) outbox.loseSight([], reads)
    machine.questions = []
    return
  }
  const voters = committee.voters.map((voter) => voter.node)
  for (const question of machine.questions) {
    if (question.epoch !== committee.epoch) {
      question.epoch = committee.epoch
      question.horizons.clear()
      question.told = false
    }
    if (!question.told) outbox.sendNow(voters, { kind: 'ask', nonce: question.nonce })
    question.told = true
  }
  if (!machine.hasState || dissent.isForked()) return
  const own = horizonOf(machine)
  machine.questions = machine.questions.filter(({ horizons, reads }) => {
    if (own !== undefined) horizons.set(config.self, own)
    const below = [...horizons].filter(([, view]) => view <= chain.tip.view)
    const weight = weightOfAll(
      committee,
      below.map(([voter]) => voter),
    )
    if (weight < quorumWeight(committee)) return true
    outbox.answer(reads, chain.tip.index)
    return false
  })
}

/** Messages get lost, and horizons that lie ahead here may be those of views that came to nothing. */
export function passQuestionsTick(machine: Machine): void {
  const { ticks } = machine
  const age = ({ bornTick }: Question): number => ticks - bornTick
  const late = machine.questions.filter((question) => age(question) >= PENDING_TICKS_MAX)
  machine.questions = machine.questions.filter((question) => age(question) < PENDING_TICKS_MAX)
  for (const { reads } of late) machine.outbox.loseSight([], reads)
  for (const question of machine.questions) {
    if (age(question) % RETRY_TICKS === 0) question.told = false
  }
}

export function hearAsk(machine: Machine, from: NodeId, nonce: string): Verdict {
  const horizon = horizonOf(machine)
  if (horizon === undefined) return { verdict: 'ignore', code: 'NOT_A_VOTER' }
  if (!isMember(machine.committee, from)) return { verdict: 'ignore', code: 'NOT_A_MEMBER' }
  // A lower bound of what may be final: too much of it, from votes that are not on disk yet, is no harm.
  const answer = { nonce, epoch: epochOf(machine), view: horizon }
  machine.outbox.sendNow([from], { kind: 'horizon', ...answer })
  return { verdict: 'accept' }
}

export function hearHorizon(
  machine: Machine,
  from: NodeId,
  { nonce, epoch, view }: Extract<Message, { kind: 'horizon' }>,
): Verdict {
  const question = machine.questions.find((one) => one.nonce === nonce)
  if (!question) return { verdict: 'ignore', code: 'UNASKED' }
  if (epoch > epochOf(machine) || view > machine.view) ask(machine, from)
  if (epoch !== epochOf(machine) || question.epoch !== epoch) {
    return { verdict: 'ignore', code: 'OTHER_EPOCH' }
  }
  if (weightOf(machine.committee, from) === 0) return { verdict: 'ignore', code: 'NOT_A_VOTER' }
  question.horizons.set(from, view)
  return { verdict: 'accept' }
}

/** Undefined for whoever has no vote to remember, or may have forgotten one. */
function horizonOf(machine: Machine): View | undefined {
  if (!mayVote(machine)) return undefined
  const { views, chain, config } = machine
  const voted = views
    .from(nextView(chain.tip.view))
    .findLast(({ votes }) => votes.finalise.has(config.self))
  return voted?.view ?? chain.tip.view
}
