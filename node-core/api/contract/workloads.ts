/** Workloads, their instances and logs, bundles and images. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { empty, operation, time } from './base.ts'
import { labels, reason } from './node.ts'

export const workloadName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'Use 1 to 63 of a-z, 0-9 and "-", not "-" at either end.',
})

export const port = z.object({
  containerPort: z.number().int().min(1).max(65_535),
  hostPort: z.number().int().min(1).max(65_535).optional(),
  protocol: z.enum(['tcp', 'udp']).optional(),
})

/** `500m` or `0.5`; a number means whole cores. */
export const cpu = z.union([z.string().max(16), z.number().positive()])
/** `256Mi`, `1Gi`, `512M`; a number means bytes. */
export const memory = z.union([z.string().max(16), z.number().positive()])
export const resources = z.object({ cpu: cpu.optional(), memory: memory.optional() })
export const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/),
  z.string().max(32_768),
)

export const container = z.object({
  name: z.string().min(1).max(63).optional(),
  image: z.string().min(1).max(512),
  command: z.array(z.string().max(4_096)).max(128).optional(),
  args: z.array(z.string().max(4_096)).max(128).optional(),
  env: env.optional(),
  ports: z.array(port).max(32).optional(),
  resources: resources.optional(),
})

export const replicas = z.number().int().min(1).max(1_000)

export const healthCheck = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('http'),
    path: z.string().startsWith('/').max(1_024).optional(),
    port: z.number().int().min(1).max(65_535).optional(),
  }),
  z.object({ kind: z.literal('tcp'), port: z.number().int().min(1).max(65_535).optional() }),
  z.object({ kind: z.literal('running') }),
])

/** One of `containers`, `bundle` and `manifest` says what to run. */
export const deployInput = z.object({
  name: workloadName.optional(),
  containers: z.array(container).min(1).max(1).optional(),
  bundle: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, { error: 'Not a digest: sha256: and 64 hex digits.' })
    .optional(),
  /** The same as JSON text, as the CLI's `-f FILE` sends it. */
  manifest: z.string().max(262_144).optional(),
  replicas: replicas.optional(),
  resources: resources.optional(),
  env: env.optional(),
  labels: labels.optional(),
  nodeSelector: labels.optional(),
  health: healthCheck.optional(),
  onPartition: z.enum(['heal', 'keep', 'stop']).optional(),
})
export type DeployInput = z.input<typeof deployInput>

export const instance = z.object({
  id: z.string(),
  index: z.number().int(),
  node: z.string(),
  nodeName: z.string(),
  status: z.enum(['Pending', 'Pulling', 'Starting', 'Running', 'Stopping', 'Stopped', 'Failed']),
  health: z.enum(['unknown', 'healthy', 'unhealthy']),
  endpoint: z.string().optional(),
  startedAt: time.optional(),
  restarts: z.number().int(),
  reason: reason.optional(),
  /** A real step of a start: `Pulling image, 41 of 120 MB`. */
  progress: z.string().optional(),
  /** The node that told this is out of sight; it may still run there. */
  lost: z.boolean(),
})

export const workload = z.object({
  name: z.string(),
  kind: z.enum(['container', 'process']),
  replicas: z.number().int(),
  running_instances: z.number().int(),
  status: z.enum(['Pending', 'Progressing', 'Running', 'Degraded', 'Failed', 'Deleting']),
  generation: z.number().int(),
  owner: z.object({ id: z.string(), name: z.string() }),
  image: z.string().optional(),
  bundle: z.string().optional(),
  ports: z.array(port),
  labels,
  resources: z.object({ cpuMillis: z.number().int(), memoryBytes: z.number().int() }),
  onPartition: z.enum(['heal', 'keep', 'stop']),
  /** Host-name address at this node's edge; absent when it declares no port. */
  url: z.string().optional(),
  instances: z.array(instance),
  conditions: z.array(reason),
})
export type WorkloadView = z.infer<typeof workload>
export type InstanceView = z.infer<typeof instance>

export const logLine = z.object({
  at: time,
  instance: z.string(),
  node: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  line: z.string(),
})

const byName = z.object({ name: z.string().min(1).max(300) })
const change = z.object({
  name: z.string().min(1).max(300),
  replicas: replicas.optional(),
  image: z.string().min(1).max(512).optional(),
  bundle: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  env: env.optional(),
  resources: resources.optional(),
  labels: labels.optional(),
})

/** For each slot: where it is or would be placed, and what each other node says against it. */
export const placementPreview = z.object({
  slots: z.array(
    z.object({
      index: z.number().int(),
      node: z.string().optional(),
      nodeName: z.string().optional(),
      refused: z.array(z.object({ node: z.string(), nodeName: z.string(), reason })),
    }),
  ),
})

export const workloads = {
  list: operation()
    .route({ method: 'GET', path: '/api/workloads', summary: 'All workloads' })
    .output(z.object({ workloads: z.array(workload) })),
  get: operation()
    .route({ method: 'GET', path: '/api/workloads/{name}', summary: 'One workload' })
    .input(byName)
    .output(workload),
  deploy: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/workloads', summary: 'Deploy', successStatus: 201 })
    .input(deployInput)
    .output(workload),
  preview: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/workloads/preview', summary: 'Where it would run' })
    .input(deployInput)
    .output(placementPreview),
  change: operation({ permission: 'deploy' })
    .route({ method: 'PATCH', path: '/api/workloads/{name}', summary: 'Scale or change' })
    .input(change)
    .output(workload),
  delete: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/workloads/{name}',
      summary: 'End it',
      successStatus: 204,
    })
    .input(byName)
    .output(empty),
  why: operation()
    .route({ method: 'GET', path: '/api/workloads/{name}/why', summary: 'Why here, why not there' })
    .input(byName)
    .output(placementPreview.extend({ conditions: z.array(reason) })),
  /** Over HTTP this is `GET /api/workloads/:name/logs` with text lines (see `doors/http`). */
  logs: operation()
    .input(
      z.object({
        name: z.string().min(1).max(300),
        /** Only this instance. */
        instance: z.string().max(128).optional(),
        tail: z.coerce.number().int().min(0).max(10_000).default(200),
        follow: z.coerce.boolean().default(false),
      }),
    )
    .output(eventIterator(logLine)),
}

export const bundle = z.object({
  digest: z.string(),
  name: z.string(),
  version: z.string(),
  publisher: z.string(),
  trusted: z.boolean(),
  sizeBytes: z.number().int(),
})

export const bundles = {
  list: operation()
    .route({ method: 'GET', path: '/api/bundles', summary: 'Published bundles' })
    .output(z.object({ bundles: z.array(bundle) })),
  publish: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/bundles', summary: 'Publish', successStatus: 201 })
    .input(z.object({ file: z.file().max(536_870_912) }))
    .output(bundle),
  publishers: operation()
    .route({ method: 'GET', path: '/api/publishers', summary: 'Trusted publisher keys' })
    .output(z.object({ publishers: z.array(z.object({ key: z.string(), since: time })) })),
  trust: operation({ permission: 'admin' })
    .route({ method: 'POST', path: '/api/publishers', summary: 'Trust a publisher key' })
    .input(z.object({ key: z.string().min(32).max(128) }))
    .output(empty),
  untrust: operation({ permission: 'admin', destructive: true })
    .route({ method: 'DELETE', path: '/api/publishers', summary: 'Trust it no more' })
    .input(z.object({ key: z.string().min(32).max(128) }))
    .output(empty),
}

export const images = {
  list: operation({ permission: 'local' })
    .route({ method: 'GET', path: '/api/images', summary: 'Container images on this computer' })
    .output(
      z.object({
        images: z.array(
          z.object({ id: z.string(), tags: z.array(z.string()), sizeBytes: z.number() }),
        ),
      }),
    ),
}
