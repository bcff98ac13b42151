/** How a workload is reached: what it asks of every edge, and what became of it at this one. */
import { z } from 'zod'
import { operation, time } from './base.ts'
import { reason } from './reason.ts'

const portNumber = z.number().int().min(1).max(65_535)

const ownerId = z.string().regex(/^[0-9a-f]{64}$/, { error: 'Not an owner’s id: 64 hex digits.' })
const access = z.union([
  z.enum(['public', 'members']),
  z.strictObject({ owners: z.array(ownerId).min(1).max(128) }),
])
const rate = z.strictObject({
  perMinute: z.number().int().min(1).max(6_000_000),
  /** At once; a second's worth where it is not said. */
  burst: z.number().int().min(1).max(100_000).optional(),
})

/** Who may use it and how often, ports of its own at every edge, and how long answers may take. */
export const edgeRules = z.strictObject({
  access: access.optional(),
  /** Of each client at each edge; `null` takes it away again. */
  rate: rate.nullable().optional(),
  tcp: z
    .array(z.strictObject({ port: portNumber, containerPort: portNumber }))
    .max(16)
    .optional(),
  answerMs: z.number().int().positive().optional(),
  idleMs: z.number().int().positive().optional(),
  /** Whether a request by host name that comes without TLS is led to it. */
  https: z.enum(['offer', 'redirect']).optional(),
})

/** Ports of its own at this node's edge, and why one is not listened for. */
export const published = z.array(
  z.object({
    port: portNumber,
    containerPort: portNumber,
    address: z.string().optional(),
    reason: reason.optional(),
  }),
)

export const edgeRulesView = z.object({
  access,
  rate: rate.required().optional(),
  tcp: z.array(z.object({ port: portNumber, containerPort: portNumber })),
  answerMs: z.number(),
  idleMs: z.number(),
  https: z.literal('redirect').optional(),
})

/** What this node's edge took in for it since the node started; absent while that is nothing. */
export const traffic = z.object({
  requests: z.number().int(),
  /** Answers of 5xx. */
  errors: z.number().int(),
  /** Bounds under which half, and all but a hundredth, of the answers stayed. */
  p50Ms: z.number(),
  p99Ms: z.number(),
})

const request = z.object({
  at: time,
  workload: z.string(),
  /** Absent where the edge answered itself. */
  instance: z.string().optional(),
  method: z.string(),
  /** Without its query. */
  path: z.string(),
  status: z.number().int(),
  tookMs: z.number(),
  bytes: z.number().int(),
  client: z.string(),
  /** The owner whose pass came with it. */
  member: z.string().optional(),
})
export type EdgeRequestView = z.infer<typeof request>

/** The network's own authority for TLS. */
const authority = z.object({
  /** PEM. */
  certificate: z.string(),
  /** Hex in pairs, of SHA-256 over its public key: the same on each of the founder's computers. */
  fingerprint: z.string(),
  /** Below these it is good, and for nothing else. */
  zones: z.array(z.string()),
  validUntil: time,
})

/** The port of the edge that takes TLS. */
export const tls = z.object({
  /** Absent while it is not open; `degraded` says why. */
  port: portNumber.optional(),
  zones: z.array(z.string()),
})

export const edge = {
  authority: operation({ permission: 'local' })
    .route({
      method: 'GET',
      path: '/api/edge/authority',
      summary: 'The certificate of the network’s own authority, to be trusted by browsers',
    })
    .output(authority),
  requests: operation({ permission: 'local' })
    .route({
      method: 'GET',
      path: '/api/edge/requests',
      summary: 'The last requests that this node’s edge took in, the latest last',
    })
    .input(
      z.object({
        workload: z.string().max(63).optional(),
        limit: z.coerce.number().int().min(0).max(2_000).default(100),
      }),
    )
    .output(z.object({ requests: z.array(request) })),
  pass: operation({ permission: 'local' })
    .route({
      method: 'POST',
      path: '/api/workloads/{name}/pass',
      summary: 'A pass for this node’s owner to a workload that is not for everybody',
    })
    .input(z.object({ name: z.string().min(1).max(63) }))
    .output(z.object({ pass: z.string(), expiresAt: time, url: z.string().optional() })),
}
