/** Data that instances keep: where it lies, how much it is, and what becomes of it. */
import { z } from 'zod'
import { anyNodeId, empty, operation, time } from './base.ts'

const volumeView = z.object({
  /** `<workload>.<slot>.<volume>.<owner>`; any beginning of it that fits no other will do. */
  id: z.string(),
  workload: z.string(),
  index: z.number().int(),
  volume: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  node: z.string(),
  nodeName: z.string(),
  /** What it may hold; more is told, not prevented. */
  sizeBytes: z.number().int(),
  /** As it was last counted; absent before. */
  usedBytes: z.number().int().optional(),
  createdAt: time,
  /**
   * used: a workload that is wanted has it, or a copy that still runs (it stands in for another, or is of an
   * earlier version). kept: none has, and it stays. deleted: it goes for good at
   * `untilAt`. out of sight: its node is, and was as `deletedAt` says. left: its node has said goodbye, and
   * the data is with it.
   */
  state: z.enum(['used', 'kept', 'deleted', 'out of sight', 'left']),
  deletedAt: time.optional(),
  untilAt: time.optional(),
})
export type VolumeView = z.infer<typeof volumeView>

const leftView = z.object({
  /** `<volume>@<beginning of the network>`; any beginning of it that fits no other will do. */
  id: z.string(),
  /** The name is known where this computer said goodbye to it. */
  network: z.object({ id: z.string(), name: z.string().optional() }),
  workload: z.string(),
  index: z.number().int(),
  volume: z.string(),
  sizeBytes: z.number().int(),
  createdAt: time,
  /** When it goes by itself; absent where it stays until somebody deletes it. */
  untilAt: time.optional(),
})
export type LeftVolumeView = z.infer<typeof leftView>

const which = z.object({
  id: z.string().min(1).max(200),
  /** Which node, where several have one of this name. */
  node: anyNodeId.optional(),
})

export const volumes = {
  list: operation()
    .route({ method: 'GET', path: '/api/volumes', summary: 'Data that instances keep' })
    .output(z.object({ volumes: z.array(volumeView) })),
  delete: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/volumes/{id}',
      summary: 'Delete data; it can be had back for 30 days',
      successStatus: 204,
    })
    .input(
      which.extend({
        forGood: z.stringbool().or(z.boolean()).optional(),
        /** By an admin, of a node that is away: nobody waits for its data, until it is back. */
        giveUp: z.stringbool().or(z.boolean()).optional(),
      }),
    )
    .output(empty),
  restore: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/volumes/{id}/restore', summary: 'Have data back' })
    .input(which)
    .output(empty),
  listLeft: operation({ permission: 'local', needsNetwork: false })
    .route({
      method: 'GET',
      path: '/api/left-volumes',
      summary: 'Data here of networks that this computer has left',
    })
    .output(z.object({ volumes: z.array(leftView) })),
  deleteLeft: operation({ permission: 'local', destructive: true, needsNetwork: false })
    .route({
      method: 'DELETE',
      path: '/api/left-volumes/{id}',
      summary: 'Delete such data for good',
      successStatus: 204,
    })
    .input(which.pick({ id: true }))
    .output(empty),
}
