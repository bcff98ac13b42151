/** When a committee has lost its majority for good: what would be lost, going on, and what was late. */
import { z } from 'zod'
import { empty, operation, time } from './base.ts'
import { reason } from './reason.ts'

const era = z.number().int().min(0)
const index = z.number().int()

const plan = z.object({
  /** Of the committee that would be overruled. */
  era,
  voters: z.array(z.string()),
  /** Not in reach: what they alone hold is reported when they return. */
  missing: z.array(z.string()),
  /** This node did not vote: its copy is of what it followed. */
  follows: z.boolean(),
  /** This node's log was put back from a copy, or nothing says what it is: what it promised later is not in it. */
  forgets: z.boolean(),
  /** The last entry of this node's copy, and how far it is known to be committed. */
  last: index,
  committed: index,
  /** Nodes in reach whose copies hold more: recover on one of them. */
  later: z.array(z.string()),
  /** Nodes in reach that say so and do not show it: under Simplex one may lie. */
  unproven: z.array(z.string()),
  /** Whether those not in reach are enough to have acknowledged writes that nobody here knows of. */
  mayLose: z.boolean(),
  /** The same, where as many of those in reach as may lie hide what they decided with them (Simplex). */
  mayBeHidden: z.boolean(),
})

const reportHead = z.object({
  era,
  /** Hex of the mandate's hash. */
  overruledBy: z.string(),
  at: time,
  /** The last entry that both copies had. */
  common: index,
  /** What the log had forgotten shows in `rows` alone. */
  compacted: z.boolean(),
  unreadable: z.boolean(),
  /** What was gone on from is not what this node's copy was then: under Simplex that shows. */
  altered: z.boolean(),
  commands: z.number().int(),
  rows: z.number().int(),
})

const lateCommand = z.object({
  index,
  /** Whether its author was told that it is done. */
  committed: z.boolean(),
  kind: z.string(),
  author: z.string(),
  incarnation: z.number().int(),
  number: z.number().int(),
  at: time,
  subject: z.string(),
  /** Bytes are `{ "base64": … }`. */
  body: z.unknown(),
})
const lateRow = z.object({ key: z.string(), modRevision: z.number().int(), value: z.base64() })

export const recovery = {
  show: operation()
    .route({ method: 'GET', path: '/api/recovery', summary: 'What recovering would mean' })
    .output(
      z.object({
        plan: plan.optional(),
        /** Why there is nothing to recover. */
        refused: reason.optional(),
        reports: z.array(reportHead),
      }),
    ),
  start: operation({ permission: 'admin', destructive: true })
    .route({
      method: 'POST',
      path: '/api/recovery',
      summary: 'Overrule the committee: this node alone goes on with what its copy holds',
    })
    .input(
      z.object({
        /** As the plan says, so that nothing is overruled that nobody has looked at. */
        era,
        anyway: z.boolean().default(false),
        withoutWitness: z.boolean().default(false),
      }),
    )
    .output(z.object({ era })),
  // Whoever may read keys may read these.
  report: operation({ permission: 'use' })
    .route({
      method: 'GET',
      path: '/api/recovery/reports/{era}',
      summary: 'Late writes, one by one',
    })
    .input(
      z.object({
        era: z.coerce.number().int().min(0),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
      }),
    )
    .output(z.object({ commands: z.array(lateCommand), rows: z.array(lateRow) })),
  // What lies in this home is its owner's to put away.
  discard: operation({ permission: 'local', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/recovery/reports/{era}',
      summary: 'Forget late writes that were seen to',
    })
    .input(z.object({ era: z.coerce.number().int().min(0) }))
    .output(empty),
}
