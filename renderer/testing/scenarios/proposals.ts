import type { ProposalView } from '../../../node-core/api/contract/index.ts'
import { minutesAgo } from '../shapes.ts'

const ADA = { id: 'did:key:z6MkAda', name: 'Ada' }
const BEN = { id: 'did:key:z6MkBen', name: 'Ben' }

export function makeProposal(part: Partial<ProposalView> & { id: number; text: string }) {
  const proposal: ProposalView = {
    ...{ by: ADA, madeAt: minutesAgo(120), state: 'voting', mayVote: true },
    ...{ closesAt: minutesAgo(-1_320), endsAt: minutesAgo(-2_760) },
    ...{ members: 5, votes: 0, own: 'none' },
    ...part,
  }
  return proposal
}

/** A proposal of each kind that there is, and what may have become of one's own vote. */
export function communityProposals(): ProposalView[] {
  const ended = { state: 'rejected', mayVote: false, closesAt: minutesAgo(4_000) } as const
  return [
    makeProposal({
      ...{ id: 1, text: 'Shall every computer keep copies of the library’s scans?', ...ended },
      ...{ votes: 4, yes: 2, no: 1, silent: 1, own: 'silent', endsAt: minutesAgo(3_000) },
    }),
    makeProposal({
      ...{ id: 2, text: 'Shall the library’s file decide who goes on?', ...ended },
      change: { setting: 'recovery/witness', value: 'https://library.example/elm.spore' },
      ...{ state: 'passed', votes: 4, yes: 3, no: 1, silent: 0, own: 'revealed', by: BEN },
      endsAt: minutesAgo(2_000),
    }),
    makeProposal({
      ...{ id: 3, text: 'Shall we ask the school in?', state: 'revealing', mayVote: false },
      ...{ votes: 4, yes: 2, no: 0, own: 'revealed', closesAt: minutesAgo(3) },
    }),
    makeProposal({ id: 4, text: 'Shall Ben’s shop move in with its till?', votes: 2, by: BEN }),
    makeProposal({
      ...{ id: 5, text: 'Shall phones give nothing at night?', votes: 3, own: 'committed' },
    }),
    makeProposal({
      ...{ id: 6, text: 'Shall new members be let in by two?', votes: 1, mayVote: false },
    }),
  ]
}

/** Made when there was a majority; what was said since lies here and waits. */
export function brokenProposals(): ProposalView[] {
  return [
    makeProposal({ id: 7, text: 'Shall we buy a second disk?', own: 'kept' }),
    makeProposal({ id: 8, text: 'Shall Dan be let in again?', own: 'elsewhere', votes: 1 }),
  ]
}
