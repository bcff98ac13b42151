/**
 * What a vote of members ought to come to, kept as plainly as possible and apart from the reducer: who may
 * vote, what each of them said last, and what was told of it. It knows what everybody had in mind, and so
 * what nobody may get by.
 */
import type { Choice } from '../../node-core/control/registry/index.ts'
import type { OwnerId } from '../../node-core/identity/index.ts'

export interface Mind {
  nonce: Uint8Array
  choice: Choice
}

interface Vote {
  /** Undefined of a commitment that was copied: nobody but its first author knows what it hides. */
  mind: Mind | undefined
  told?: Choice
}

export interface Question {
  /** On a clock that is right. */
  madeMs: number
  voteMs: number
  electors: ReadonlySet<OwnerId>
  votes: Map<OwnerId, Vote>
  /** Somebody's vote was told: nothing may be committed to any more. */
  isTold: boolean
  change: { name: string; value: string } | undefined
}

export class Model {
  readonly questions = new Map<number, Question>()
  readonly removed = new Set<OwnerId>()

  commit(proposal: number, owner: OwnerId, mind: Mind | undefined): string | undefined {
    const question = this.questions.get(proposal)
    if (!question?.electors.has(owner)) return 'a vote of who may not vote was taken'
    if (question.isTold) return 'a commitment was taken after a vote was told'
    question.votes.set(owner, { mind })
    return undefined
  }

  reveal(proposal: number, owner: OwnerId, told: Mind): string | undefined {
    const question = this.questions.get(proposal)
    const vote = question?.votes.get(owner)
    if (!question || !vote) return 'a vote was told that nobody had committed to'
    if (!vote.mind) return 'a copied vote was told by who copied it'
    const isSame = vote.mind.choice === told.choice && sameBytes(vote.mind.nonce, told.nonce)
    if (!isSame) return 'another vote was told than the one that was committed to'
    question.isTold = true
    vote.told = told.choice
    return undefined
  }

  result(proposal: number) {
    const { votes, electors } = this.questions.get(proposal) ?? {
      votes: new Map(),
      electors: new Set(),
    }
    const counts = { yes: 0, no: 0, silent: 0 }
    for (const [owner, { told }] of votes as Question['votes']) {
      if (!this.removed.has(owner)) counts[told ?? 'silent'] += 1
    }
    return { ...counts, passed: counts.yes * 2 > electors.size }
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}
