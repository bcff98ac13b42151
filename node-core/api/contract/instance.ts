/**
 * What one instance of a workload may ask of the node it runs on: keys, leases, locks and secrets of its
 * own workload's namespace, and what it is. It is served at the instances' own doors and nowhere else.
 */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { operation } from './base.ts'
import { kv, leases } from './kv.ts'
import { locks } from './locks.ts'
import { secretName } from './secrets.ts'

const ownConfig = z.object({
  /** Also the namespace: every key, lease and lock begins with it and `/`. */
  workload: z.string(),
  /** Of this copy alone. */
  instance: z.string(),
  /** Which of the replicas it is, from 0. */
  index: z.int(),
  generation: z.int(),
  replicas: z.int().optional(),
  node: z.string(),
  /** Of the first container, or of the program. */
  env: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  ports: z.array(z.object({ containerPort: z.int(), protocol: z.enum(['tcp', 'udp']) })),
})
export type OwnConfig = z.infer<typeof ownConfig>

/** Another workload that this one uses, or a host outside that it may connect to, under the host name `as`. */
const lead = z.object({
  name: z.string(),
  as: z.string(),
  /** On the instance's own loopback, for containers. */
  address: z.string(),
  /** TCP ports that are open there; also by `CONNECT as:port` at this door. */
  ports: z.array(z.int()),
  /** Out of the network, to a host that `egress` names. */
  outside: z.literal(true).optional(),
  /** A code, where it leads nowhere. */
  why: z.string().optional(),
})

export const instanceContract = {
  self: {
    show: operation({ permission: 'local', needsNetwork: false })
      .route({ method: 'GET', path: '/api/self', summary: 'What this instance is' })
      .output(ownConfig),
    uses: operation({ permission: 'local', needsNetwork: false })
      .route({
        method: 'GET',
        path: '/api/self/uses',
        summary: 'What the names of other workloads lead to, anew whenever that changes',
      })
      .output(eventIterator(z.array(lead))),
  },
  secrets: {
    open: operation({ permission: 'local', needsNetwork: false })
      .route({
        method: 'GET',
        path: '/api/secrets/{+name}',
        summary: 'The value of a secret of its workload, as it is now',
      })
      .input(z.object({ name: secretName }))
      .output(z.object({ name: z.string(), version: z.int(), value: z.base64() })),
  },
  kv,
  leases,
  locks,
}
