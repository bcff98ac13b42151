/** The committee that keeps the registry: who is in it, who leads, how far each has come. */
import { z } from 'zod'
import { anyNodeId, operation } from './base.ts'

/** What a node is to the committee. */
export const committeeRole = z.enum(['leader', 'voter', 'learner'])

/**
 * Of the backbone (Sclerotia), whatever role its owner gives it. dedicated: it votes while it stands.
 * dynamic: it votes now, and the network may take its vote back.
 */
export const backbone = z.enum(['dedicated', 'dynamic'])

export const primaryView = z.object({
  /** What this node is to the committee. */
  role: z.enum(['leader', 'voter', 'learner', 'none']),
  /** Whether a majority is in reach: without one nothing can be written. */
  inForce: z.boolean(),
  voters: z.array(z.string()),
  learners: z.array(z.string()),
  leader: z.string().optional(),
  /** What the leader is called. */
  leaderName: z.string().optional(),
  /** How many of those that vote may fall silent before nothing can be written. */
  mayFail: z.number().int(),
  /** How many of those that vote cannot be reached; absent where all can. */
  silent: z.number().int().optional(),
  /** moreComputers: it could bear nobody's loss. even: one voter less would bear as much. */
  advice: z.enum(['moreComputers', 'even']).optional(),
  /**
   * Under Simplex what holds now. byzantine: all agree though `mayLie` of those that vote lie.
   * honest-only: while nobody lies. void: more than that lied, and nothing is promised any more.
   */
  guarantee: z.enum(['byzantine', 'honest-only', 'void']).optional(),
  mayLie: z.number().int().optional(),
  /** Raft's term; Simplex's epoch: how many committees there were before in this era. */
  term: z.number().int(),
  /**
   * Simplex's view, one leader's turn, as a node of the committee has it; absent elsewhere. Where it
   * climbs and `height` does not, the committee goes from turn to turn and agrees on nothing.
   */
  view: z.number().int().optional(),
  /** How often a committee was overruled; absent where none ever was. */
  era: z.number().int().optional(),
  /** The last entry that this node's copy has applied. */
  height: z.number().int().optional(),
  /** The node by which this one follows the log; absent in the committee, and while there is none. */
  follows: z.string().optional(),
  /** What that node is called. */
  followsName: z.string().optional(),
})
export type PrimaryView = z.infer<typeof primaryView>

const demoted = primaryView.extend({
  /** What those are called that were silent, and went too so that the others have a majority. */
  alsoOut: z.array(z.string()).optional(),
})

export const primary = {
  promote: operation({ permission: 'admin' })
    .route({
      method: 'POST',
      path: '/api/nodes/{id}/promote',
      summary: 'Into the committee, to stay: first to learn, then with a vote',
    })
    .input(z.object({ id: anyNodeId }))
    .output(primaryView),
  demote: operation({ permission: 'admin', destructive: true })
    .route({
      method: 'POST',
      path: '/api/nodes/{id}/demote',
      summary: 'Out of the committee, until it is promoted or released',
    })
    .input(z.object({ id: anyNodeId }))
    .output(demoted),
  release: operation({ permission: 'admin' })
    .route({
      method: 'POST',
      path: '/api/nodes/{id}/release',
      summary: 'The network decides again whether this node votes',
    })
    .input(z.object({ id: anyNodeId }))
    .output(primaryView),
  transfer: operation({ permission: 'admin' })
    .route({
      method: 'POST',
      path: '/api/nodes/{id}/transfer',
      summary: 'The lead of the committee to this node, which votes',
    })
    .input(z.object({ id: anyNodeId }))
    .output(primaryView),
}
