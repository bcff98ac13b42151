/** This node: health, status, what it says of itself, its diagnostics. */
import { z } from 'zod'
import { empty, operation, time } from './base.ts'
import { tls } from './edge.ts'
import { backbone, primaryView } from './primary.ts'
import { reason } from './reason.ts'

export const role = z.enum(['sclerotia', 'rhizomorph', 'hypha'])
export const consensus = z.enum(['raft', 'simplex'])
export const labels = z.record(z.string().min(1).max(63), z.string().max(255))

export const health = z.object({ status: z.literal('ok'), version: z.string(), node: z.string() })

export const status = z.object({
  node: z.object({
    id: z.string(),
    name: z.string(),
    peerId: z.string(),
    did: z.string(),
    owner: z.object({ id: z.string(), name: z.string() }),
    permissions: z.array(z.enum(['admin', 'invite', 'deploy', 'use'])),
    addresses: z.array(z.string()),
    labels,
    kinds: z.array(
      z.object({
        kind: z.string(),
        ok: z.boolean(),
        reason: reason.optional(),
        /** What this computer cannot keep such work to, for people. */
        notes: z.array(z.string()).optional(),
      }),
    ),
    home: z.string(),
  }),
  /** Absent until a network was founded or joined. */
  network: z
    .object({
      ...{ id: z.string(), name: z.string(), consensus, createdAt: time },
      /** Present where the leader answers reads by its lease. */
      leaseReads: z.literal(true).optional(),
    })
    .optional(),
  /** The network that this node is in and whose parts are starting or have yet to: its name. */
  starting: z.string().optional(),
  /** Set while an admin has not yet approved a join by seed file; `refused` once it asks no more. */
  awaitingApproval: z
    .object({ network: z.string(), name: z.string(), since: time, refused: reason.optional() })
    .optional(),
  role,
  /**
   * What its owner chose, while the registry holds another: for a moment, and `sclerotia` of whoever is no
   * admin for good. It is taken for a vote before others then, and keeps none of its own accord.
   */
  roleAsked: role.optional(),
  /** As in the list of nodes: absent where it neither votes nor is to. */
  backbone: backbone.optional(),
  peers: z.number().int(),
  uptimeSeconds: z.number(),
  versions: z.object({ mycelium: z.string(), node: z.string(), electron: z.string().optional() }),
  discoveryTier: z.enum(['primary', 'seed', 'latent', 'none']),
  /** Absent where no committee is known. */
  primary: primaryView.optional(),
  edge: z.string().optional(),
  /** Absent unless the owner wants the edge to take TLS. */
  tls: tls.optional(),
  api: z.string().optional(),
  degraded: z.array(reason),
})
export type Status = z.infer<typeof status>

export const node = {
  health: operation({ permission: 'none', needsNetwork: false })
    .route({ method: 'GET', path: '/health', summary: 'Is the node up' })
    .output(health),
  livez: operation({ permission: 'none', needsNetwork: false })
    .route({ method: 'GET', path: '/livez', summary: 'Is the process alive' })
    .output(health),
  readyz: operation({ permission: 'none', needsNetwork: false })
    .route({ method: 'GET', path: '/readyz', summary: 'Can the node serve' })
    .output(health),
  status: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/api/status', summary: 'This node and its network' })
    .output(status),
  change: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'PATCH', path: '/api/node', summary: 'Change what this node says of itself' })
    .input(
      z.object({
        name: z.string().trim().min(1).max(63).optional(),
        role: role.optional(),
        labels: labels.optional(),
      }),
    )
    .output(status),
  stop: operation({ permission: 'local', needsNetwork: false, destructive: true })
    .route({ method: 'POST', path: '/api/node/stop', summary: 'Stop the node in order' })
    .output(empty),
  debugState: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/debug/state', summary: 'State summary, without secrets' })
    .output(z.record(z.string(), z.unknown())),
}
