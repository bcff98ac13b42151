/** Founding, joining and leaving a network; invites, members, peers and nodes. */
import { z } from 'zod'
import { anyNodeId, empty, operation, time } from './base.ts'
import { consensus, labels, role } from './node.ts'
import { ownerGiven } from './owner.ts'
import { backbone, committeeRole } from './primary.ts'
import { reason } from './reason.ts'

export const permission = z.enum(['admin', 'invite', 'deploy', 'use'])
const nodeName = z.string().trim().min(1).max(63)

/** OwnerId, DID, the first digits of its id, or a name if unique. */
const anyOwner = z.string().min(1).max(128)

export const joined = z.object({
  nodeId: z.string(),
  peerId: z.string(),
  did: z.string(),
  networkId: z.string(),
  /** False while an admin has yet to approve (join by seed file). */
  admitted: z.boolean(),
})

/** Who joins need not know beforehand what it is that it joins, nor what it is called there. */
const joinedAs = joined.extend({ networkName: z.string(), nodeName: z.string() })

export const peer = z.object({
  id: z.string(),
  name: z.string(),
  addresses: z.array(z.string()),
  path: z.enum(['lan', 'direct', 'punched', 'relayed']),
  latencyMs: z.number().optional(),
  /** Of its owner, from 0 to 1; absent in a network without a registry. */
  reputation: z.number().optional(),
})

const capacity = z.object({
  cpuMillis: z.number().int(),
  memoryBytes: z.number().int(),
  diskBytes: z.number().int(),
  /** Graphics processors that its owner grants; absent where there are none. */
  gpus: z.number().int().optional(),
})

/**
 * `moving`: it goes on by itself. `waiting`: what is left needs room elsewhere, or more of its workload
 * to be there. `allButData`: all has gone that can, and the rest keeps what lies there. `done`: nothing is left.
 */
const drain = z.object({
  state: z.enum(['moving', 'waiting', 'allButData', 'done']),
  left: z.array(
    z.object({ instance: z.string(), workload: z.string(), index: z.number().int(), reason }),
  ),
})

export const clusterNode = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  status: z.enum(['Ready', 'NotReady', 'Cordoned', 'Draining', 'Asleep']),
  /** Why it is NotReady: silent, in doubt, or said goodbye. */
  liveness: z.enum(['alive', 'suspect', 'dead', 'left']),
  role,
  /** Absent where it neither votes nor is to, and where no copy of the registry tells. */
  backbone: backbone.optional(),
  owner: z.object({ id: z.string(), name: z.string() }),
  labels,
  /** Of its owner, from 0 to 1; absent in a network without a registry. */
  reputation: z.number().optional(),
  capacity,
  /** Capacity less what instances here have reserved. */
  allocatable: capacity,
  kinds: z.array(z.string()),
  /** Of these, what it runs for other owners too; absent on earlier releases, which run all. */
  strangers: z.array(z.string()).optional(),
  /** What runs there or is about to: 0 once a drained node is empty. */
  instances: z.number().int(),
  /** It said that it would sleep, and has not come back since; `until` where it says when. */
  asleep: z.object({ since: time, until: time.optional() }).optional(),
  /** Of one that drains or is about to sleep: how far it has come, and what is left there for which reason. */
  drain: drain.optional(),
  /** Nodes it has a live connection to, as it says itself: the edges of the topology. */
  links: z.array(z.object({ to: z.string(), latencyMs: z.number().optional() })),
  /** What an admin chose about its vote; absent where the network decides. */
  vote: z.enum(['always', 'never']).optional(),
  /** Of 100, under Simplex, of a node that was proven to have lied in the committee; else absent. */
  trust: z.number().int().optional(),
  /**
   * Its clock is off: how far ahead it is (below 0: behind) of what most show, or of this computer where no
   * most agree, so that either of them may be wrong. Absent where it is right, or could not be asked.
   */
  clock: z.object({ aheadSeconds: z.number().int(), of: z.enum(['most', 'here']) }).optional(),
  /** Absent for a node outside the committee. */
  committee: z
    .object({
      role: committeeRole,
      /** Entries of the log that it is behind the leader; absent while nobody can tell. */
      lag: z.number().int().optional(),
      /** Its copy does not answer the leader, though the node may: damaged, full or gone. */
      silent: z.literal(true).optional(),
    })
    .optional(),
  /** How far its copy of the registry has come; absent where it does not say so at once. */
  copy: z
    .object({
      height: z.number().int(),
      /** Entries behind the one that has come furthest. */
      behind: z.number().int(),
    })
    .optional(),
  version: z.string(),
  self: z.boolean(),
})
export type ClusterNode = z.infer<typeof clusterNode>

export const member = z.object({
  owner: z.string(),
  name: z.string(),
  state: z.enum(['member', 'waiting', 'removed']),
  permissions: z.array(permission),
  founder: z.boolean(),
  nodes: z.array(z.string()),
  since: time.optional(),
})

const nearbyNetwork = z.object({
  networkId: z.string(),
  name: z.string(),
  nodeName: z.string(),
  address: z.string(),
  members: z.number().int(),
})

export const network = {
  found: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'POST', path: '/api/network', summary: 'Found a network', successStatus: 201 })
    .input(
      z
        .object({
          networkName: z.string().trim().min(1).max(63),
          nodeName: nodeName.optional(),
          /** What you are called in it; else as the computer. */
          ownerName: nodeName.optional(),
          consensus: consensus.default('raft'),
          /**
           * Reads are answered by the leader alone while its lease lasts: faster, and after the end of a leader
           * the others wait for an election timeout. Under Raft alone, and for ever.
           */
          leaseReads: z.boolean().default(false),
          owner: ownerGiven.optional(),
        })
        .refine(({ consensus, leaseReads }) => !leaseReads || consensus === 'raft', {
          path: ['leaseReads'],
          error: 'Only Raft has a leader whose lease could answer.',
        }),
    )
    .output(joined),
  join: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'POST', path: '/api/network/join', summary: 'Join a network' })
    .input(
      z
        .object({
          /** `mycelium://join?…`. Exactly one of `invite`, `seedSpore` and `address` is needed. */
          invite: z.string().max(16_384).optional(),
          /** URL or file of a signed seed document. An admin has to approve. */
          seedSpore: z.string().max(4_096).optional(),
          /** Address of a node found nearby. An admin has to approve. */
          address: z.string().max(1_024).optional(),
          nodeName: nodeName.optional(),
          ownerName: nodeName.optional(),
          role: role.optional(),
          owner: ownerGiven.optional(),
        })
        .refine(
          ({ invite, seedSpore, address }) =>
            [invite, seedSpore, address].filter((way) => way !== undefined).length === 1,
          { path: ['invite'], error: 'Give one of: invite, seedSpore, address.' },
        ),
    )
    .output(joinedAs),
  inspectInvite: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'POST', path: '/api/network/inspect', summary: 'What an invite leads to' })
    .input(z.object({ invite: z.string().max(16_384) }))
    .output(
      z.object({
        networkId: z.string(),
        networkName: z.string(),
        issuer: z.string(),
        permissions: z.array(permission),
        role,
        expiresAt: time,
        addresses: z.array(z.string()),
      }),
    ),
  nearby: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/api/network/nearby', summary: 'Networks on this LAN' })
    .output(z.object({ networks: z.array(nearbyNetwork) })),
  // Of one whose parts do not start too; where an admin has yet to let this computer in, it asks no more.
  leave: operation({ permission: 'local', destructive: true, needsNetwork: false })
    .route({ method: 'POST', path: '/api/network/leave', summary: 'Leave the network' })
    // Even if it takes the registry along that others need.
    .input(z.object({ force: z.boolean().default(false) }).default({ force: false }))
    .output(
      z.object({
        /** What the others could not be told, so that it stays as it was: NOT_HEARD or STILL_REGISTERED. */
        stays: reason.optional(),
        /** Copies that could not be ended: the node goes on trying, and `degraded` names them (LEFTOVERS). */
        unended: z.object({ copies: z.array(z.string()), message: z.string() }).optional(),
      }),
    ),
  seed: operation({ permission: 'use' })
    .route({ method: 'GET', path: '/api/network/seed', summary: 'The signed seed document' })
    .output(z.record(z.string(), z.unknown())),
}

export const peers = {
  list: operation()
    .route({ method: 'GET', path: '/api/peers', summary: 'Live connections of this node' })
    .output(z.object({ peers: z.array(peer) })),
}

export const nodes = {
  list: operation()
    .route({ method: 'GET', path: '/api/cluster/nodes', summary: 'All nodes of the network' })
    .output(z.object({ nodes: z.array(clusterNode) })),
  resync: operation()
    .route({ method: 'POST', path: '/api/cluster/resync', summary: 'Full anti-entropy round' })
    .output(z.object({ started: z.literal(true) })),
  // The owner of the node or an admin: the handler knows whose node it is.
  cordon: operation()
    .route({ method: 'POST', path: '/api/nodes/{id}/cordon', summary: 'No new work there' })
    .input(z.object({ id: anyNodeId }))
    .output(clusterNode),
  uncordon: operation()
    .route({ method: 'DELETE', path: '/api/nodes/{id}/cordon', summary: 'New work again' })
    .input(z.object({ id: anyNodeId }))
    .output(clusterNode),
  drain: operation({ destructive: true })
    .route({ method: 'POST', path: '/api/nodes/{id}/drain', summary: 'Move work away' })
    .input(z.object({ id: anyNodeId }))
    .output(clusterNode),
  // This node's own word: what it runs goes elsewhere at once, and nothing new comes.
  sleep: operation({ permission: 'local' })
    .route({ method: 'POST', path: '/api/node/sleep', summary: 'This computer is about to sleep' })
    .input(z.object({ forSeconds: z.number().int().min(1).max(2_592_000).optional() }).default({}))
    .output(clusterNode),
  wake: operation({ permission: 'local' })
    .route({ method: 'DELETE', path: '/api/node/sleep', summary: 'This computer is awake' })
    .output(clusterNode),
}

export const invites = {
  create: operation({ permission: 'invite' })
    .route({ method: 'POST', path: '/api/invites', summary: 'Make an invite', successStatus: 201 })
    .input(
      z.object({
        role: role.default('rhizomorph'),
        permissions: z.array(permission).min(1).default(['deploy', 'use']),
        uses: z.number().int().min(1).max(1_000).default(1),
        expiresInSeconds: z
          .number()
          .int()
          .min(60)
          .max(90 * 86_400)
          .default(86_400),
      }),
    )
    .output(z.object({ invite: z.string(), expiresAt: time, uses: z.number().int() })),
}

export const members = {
  list: operation()
    .route({ method: 'GET', path: '/api/members', summary: 'Owners, and who waits to be let in' })
    .output(z.object({ members: z.array(member) })),
  approve: operation({ permission: 'admin' })
    .route({ method: 'POST', path: '/api/members/{owner}/approve', summary: 'Let an owner in' })
    .input(
      z.object({
        owner: anyOwner,
        permissions: z.array(permission).min(1).default(['deploy', 'use']),
      }),
    )
    .output(member),
  grant: operation({ permission: 'admin' })
    .route({ method: 'PATCH', path: '/api/members/{owner}', summary: 'Change permissions' })
    .input(
      z.object({
        owner: anyOwner,
        permissions: z.array(permission).min(1),
        /** What becomes of those it has: they are replaced, added to, or these are taken away. */
        how: z.enum(['set', 'add', 'take']).default('set'),
      }),
    )
    .output(member),
  remove: operation({ permission: 'admin', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/members/{owner}',
      summary: 'Remove an owner for good, or turn away one who waits',
      successStatus: 204,
    })
    .input(
      z.object({
        owner: anyOwner,
        /** Only if the owner still waits to be let in: it may ask again, and no member is removed. */
        ifState: z.literal('waiting').optional(),
      }),
    )
    .output(empty),
}
