import { ORPCError } from '@orpc/server'
import { makeProposal } from '../scenarios/proposals.ts'
import { type Fake, noPrimary, os } from './fake.ts'

/** Votes are in at once where a majority is in reach, and kept where not. */
export function proposalsOf({ scenario }: Fake) {
  const { status, proposals } = scenario
  return {
    proposals: {
      list: os.proposals.list.handler(() => ({ proposals })),
      make: os.proposals.make.handler(({ input: { text, change } }) => {
        if (!status.primary?.inForce) return noPrimary()
        const made = makeProposal({
          ...{ id: proposals.length + 1, text, members: scenario.members.length },
          ...(change && { change }),
        })
        proposals.push(made)
        return made
      }),
      vote: os.proposals.vote.handler(({ input: { id } }) => {
        const found = proposals.find((each) => each.id === id)
        if (!found) throw new ORPCError('NOT_FOUND', { message: `There is no proposal ${id}.` })
        if (found.own === 'none') found.votes += 1
        found.own = status.primary?.inForce ? 'committed' : 'kept'
        return found
      }),
    },
  }
}
