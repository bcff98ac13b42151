/** Proposals of members, on which the members vote: hidden until the voting has closed. */
import { z } from 'zod'
import { operation, time } from './base.ts'
import { count, key } from './key-shapes.ts'

const choice = z.enum(['yes', 'no'])
const seconds = z.number().int().min(1).max(2_592_000)
const id = z.coerce.number().int().min(1)

const proposal = z.object({
  id: z.number().int(),
  text: z.string(),
  /** The setting that is changed once it has passed. */
  change: z.object({ setting: z.string(), value: z.unknown() }).optional(),
  by: z.object({ id: z.string(), name: z.string() }),
  madeAt: time,
  /** `revealing`: the voting has closed, and what was voted is being told. */
  state: z.enum(['voting', 'revealing', 'passed', 'rejected']),
  /** On the clock of the network; absent for the moment until a majority of the committee has told its time. */
  closesAt: time.optional(),
  /** Votes that are not revealed by then count for nothing. Without any that are waited for it ends sooner. */
  endsAt: time.optional(),
  /** How many members may vote: more than half of them have to say yes. */
  members: count,
  /** How many have voted. */
  votes: count,
  /** What they voted, as far as it is revealed; absent until the voting has closed. */
  yes: count.optional(),
  no: count.optional(),
  /** Of one that has ended: votes that were not revealed. */
  silent: count.optional(),
  /** Why the setting was not changed though it passed. */
  refused: z.string().optional(),
  /** Whether this node's owner may vote now: it was a member when it was made, and the voting is open. */
  mayVote: z.boolean(),
  /**
   * The vote of this node's owner. kept: on this computer, and sent once a majority of the committee is
   * in reach. elsewhere: another computer of the owner reveals it. missed: it came too late. silent: it was
   * not revealed in time.
   */
  own: z.enum(['none', 'kept', 'committed', 'elsewhere', 'revealed', 'missed', 'silent']),
})
export type ProposalView = z.infer<typeof proposal>

export const proposals = {
  list: operation()
    .route({ method: 'GET', path: '/api/proposals', summary: 'Proposals, and how they stand' })
    .output(z.object({ proposals: z.array(proposal) })),
  make: operation()
    .route({
      method: 'POST',
      path: '/api/proposals',
      summary: 'Put a proposal to the members',
      successStatus: 201,
    })
    .input(
      z.object({
        text: z.string().trim().min(1).max(1_000),
        /** By an admin alone. */
        change: z.object({ setting: key, value: z.unknown() }).optional(),
        closesInSeconds: seconds.default(86_400),
        /** How long votes may be revealed after that. */
        revealSeconds: seconds.default(86_400),
      }),
    )
    .output(proposal),
  vote: operation()
    .route({
      method: 'POST',
      path: '/api/proposals/{id}/vote',
      summary: 'Vote, in place of what was voted before',
    })
    .input(z.object({ id, choice }))
    .output(proposal),
}
