/** Workloads, their instances, versions and logs. */
import { z } from 'zod'
import { empty, operation } from './base.ts'
import { edgeRules } from './edge.ts'
import { egress } from './egress-shapes.ts'
import { changedFiles, files } from './file-shapes.ts'
import { job, jobRun } from './jobs.ts'
import { workloadLogs } from './logs.ts'
import { labels } from './node.ts'
import { port } from './port-shapes.ts'
import { command, healthCheck, probes } from './probes.ts'
import { cpu, memory } from './quantity-shapes.ts'
import { reason } from './reason.ts'
import { autoscale, rollout } from './steering.ts'
import { workloadUsage } from './usage.ts'
import { mounts, volumes } from './volume-shapes.ts'
import { workloadName } from './workload-name.ts'
import {
  disruption,
  graceMs,
  placementRules,
  priority,
  restart,
  secretUses,
} from './workload-rules.ts'
import { deployed, differences, pastVersion, workload } from './workload-views.ts'

const amounts = { cpu: cpu.optional(), memory: memory.optional() }
/** What is reserved for each copy; `limits` is what it may take where that is more. */
export const resources = z.strictObject({
  ...amounts,
  /** What it may write outside of volumes, such as "2Gi". */
  disk: memory.optional(),
  /** Graphics processors, leased whole: only containers, where the computer's owner grants them. */
  gpus: z.number().int().min(0).max(16).optional(),
  limits: z.strictObject(amounts).optional(),
})
export const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/),
  z.string().max(32_768),
)

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, { error: 'Not a digest: sha256: and 64 hex digits.' })

export const replicas = z.number().int().min(1).max(1_000)

/** Folders in memory, empty at every start, such as "/tmp"; 64 MiB each unless said. */
const scratch = z
  .array(z.strictObject({ path: z.string().max(1_024), size: memory.optional() }))
  .max(8)

const stopSignal = z.enum([
  ...(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const),
  ...(['SIGABRT', 'SIGKILL', 'SIGWINCH', 'SIGPWR', 'SIGRTMIN+3'] as const),
])

export const container = z.strictObject({
  name: workloadName.optional(),
  image: z.string().min(1).max(512),
  command: command.optional(),
  args: command.optional(),
  env: env.optional(),
  ports: z.array(port).max(32).optional(),
  resources: resources.optional(),
  probes: probes.optional(),
  /** Where it sees volumes of the workload. */
  mounts: mounts.optional(),
  /** Who runs in it, such as "1000:1000"; the image's own user unless said. */
  user: z.string().max(65).optional(),
  /** The folder that its command starts in; the image's own unless said. */
  workingDir: z.string().max(1_024).optional(),
  /** What it is asked to end by, such as "SIGQUIT"; the image's own, or SIGTERM, unless said. */
  stopSignal: stopSignal.optional(),
  /** It writes to volumes and scratch alone. */
  readOnlyRoot: z.boolean().optional(),
  scratch: scratch.optional(),
  files: files.optional(),
})
/** All of them run side by side in each copy and share one network. */
const containers = z.array(container).min(1).max(8)

/** Absent: as it is. null: as if it had never been said. */
const nullable = <Shape extends z.ZodType>(shape: Shape) => shape.nullable().optional()
const changedContainer = container.extend({
  image: container.shape.image.optional(),
  command: nullable(command),
  args: nullable(command),
  env: nullable(env),
  ports: nullable(z.array(port).max(32)),
  resources: nullable(resources),
  probes: nullable(probes),
  mounts: nullable(mounts),
  user: nullable(z.string().max(65)),
  workingDir: nullable(z.string().max(1_024)),
  stopSignal: nullable(stopSignal),
  readOnlyRoot: nullable(z.boolean()),
  scratch: nullable(scratch),
  files: nullable(changedFiles),
})
const changedContainers = z
  .array(changedContainer)
  .min(1)
  .max(8)
  .describe(
    'All containers; one that is not named here goes. Each is found by its name (the only one also ' +
      'without); a new one needs an image. A field that is absent stays as it is, also where it is not ' +
      'shown (env, command, args, contents of files); null is as if it had never been said, and an empty list or object ' +
      'is none. A file without content keeps the content that lies at its path.',
  )

const hostName = z.string().min(1).max(253)
/** Other workloads of the same owner that each copy finds under a host name: its own, or `as`. */
const uses = z
  .array(z.union([workloadName, z.strictObject({ name: workloadName, as: hostName.optional() })]))
  .max(16)

const manifest = z.string().max(262_144)

/** Said of a workload as a whole, when it is deployed and when it is changed. */
const ofTheWorkload = {
  labels: labels.optional(),
  nodeSelector: labels.optional(),
  volumes: volumes.optional(),
  placement: placementRules.optional(),
  rollout: rollout.optional(),
  autoscale: autoscale.optional(),
  uses: uses.optional(),
  secrets: secretUses.optional(),
  restart: restart.optional(),
  graceMs: graceMs.optional(),
  job: job.optional(),
  onPartition: z.enum(['heal', 'keep', 'stop']).optional(),
  priority: priority.optional(),
  disruption: disruption.optional(),
  edge: edgeRules.optional(),
  egress: egress.optional(),
}

/**
 * One of `containers`, `bundle` and `manifest` says what to run. Unknown fields are refused, so that
 * a mistyped one is not silently left out.
 */
export const deployInput = z.strictObject({
  /** Where an editor finds the schema; heeded by nobody else. */
  $schema: z.string().max(2_048).optional(),
  name: workloadName.optional(),
  containers: containers.optional(),
  bundle: digest.optional(),
  /** The same as JSON text, as the CLI's `-f FILE` sends it. */
  manifest: manifest.optional(),
  replicas: replicas.optional(),
  /** Of the only container or the program, as the next five; with several each says its own. */
  ports: z.array(port).max(32).optional(),
  resources: resources.optional(),
  probes: probes.optional(),
  health: healthCheck.optional(),
  /** Where the only part sees volumes: a program below "/work/". */
  mounts: mounts.optional(),
  files: files.optional(),
  /** Of every container. */
  env: env.optional(),
  ...ofTheWorkload,
})
export type DeployInput = z.input<typeof deployInput>

/** A manifest as JSON Schema, for editors and other programs. */
export function workloadSchema(): Record<string, unknown> {
  const { manifest: _, ...fields } = deployInput.shape
  const title = { title: 'Mycelium workload' }
  return { ...z.toJSONSchema(z.strictObject(fields), { io: 'input' }), ...title }
}

const byName = z.object({ name: z.string().min(1).max(300) })
const change = z.strictObject({
  name: z.string().min(1).max(300),
  /** As it was read: CONFLICT with CHANGED_SINCE where it is another one by now. */
  generation: z.number().int().positive().optional(),
  /** All that there is to say, as for a deploy: what it leaves out goes back to what it is unless said. */
  manifest: manifest.optional(),
  replicas: replicas.optional(),
  containers: changedContainers.optional(),
  image: z.string().min(1).max(512).optional(),
  bundle: digest.optional(),
  command: command.optional(),
  args: command.optional(),
  ports: z.array(port).max(32).optional(),
  env: env.optional(),
  resources: resources.optional(),
  probes: probes.optional(),
  health: healthCheck.optional(),
  mounts: mounts.optional(),
  files: changedFiles.optional(),
  ...ofTheWorkload,
})

export type ChangeInput = z.output<typeof change>

/** For each slot: where it is or would be placed, and what each other node says against it. */
const placementPreview = z.object({
  slots: z.array(
    z.object({
      index: z.number().int(),
      node: z.string().optional(),
      nodeName: z.string().optional(),
      /** Why that one, and no other. */
      because: reason.optional(),
      /** It is to be replaced, or to leave that node, and this is why it is not. */
      stays: reason.optional(),
      /** Copies that count less, such as `batch/0`, and give it their room there. */
      displaces: z.array(z.string()).optional(),
      refused: z.array(z.object({ node: z.string(), nodeName: z.string(), reason })),
    }),
  ),
})

/** With what else is to be known of it. */
const placementAndWords = placementPreview.extend({ conditions: z.array(reason) })

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
    .output(deployed),
  schema: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/api/schemas/workload', summary: 'JSON Schema of a manifest' })
    .output(z.record(z.string(), z.unknown())),
  preview: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/workloads/preview', summary: 'Where it would run' })
    .input(deployInput)
    .output(placementAndWords.extend({ name: z.string() })),
  change: operation({ permission: 'deploy' })
    .route({ method: 'PATCH', path: '/api/workloads/{name}', summary: 'Scale or change' })
    .input(change)
    .output(workload),
  differences: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/workloads/{name}/differences',
      summary: 'What a change would change',
    })
    .input(change)
    .output(differences),
  delete: operation({ permission: 'deploy', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/workloads/{name}',
      summary: 'End it',
      successStatus: 204,
    })
    .input(byName)
    .output(empty),
  versions: operation()
    .route({
      method: 'GET',
      path: '/api/workloads/{name}/versions',
      summary: 'What it was before, the latest first',
    })
    .input(byName)
    .output(z.object({ versions: z.array(pastVersion) })),
  /** An ended workload comes back by it as well. */
  rollback: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/workloads/{name}/rollback',
      summary: 'Take back to an earlier version',
    })
    .input(
      byName.extend({
        generation: z.number().int().positive().optional(),
        /** Only a change that has not taken over yet; CONFLICT with NOTHING_UNDER_WAY otherwise. */
        underWay: z.boolean().optional(),
      }),
    )
    .output(workload),
  /** Of a canary: its next step now, or all of the requests. */
  promote: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/workloads/{name}/promote', summary: 'Next share now' })
    .input(
      byName.extend({
        all: z.boolean().optional(),
        /** Of `rollout.steps`, from 1: nothing where it has come as far by itself. The next one unless said. */
        step: z.number().int().min(1).max(100).optional(),
      }),
    )
    .output(workload),
  /** The same as another version, which takes over as `rollout` says; CONFLICT with IS_JOB for a job. */
  restart: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/workloads/{name}/restart',
      summary: 'Start all copies anew',
    })
    .input(byName)
    .output(workload),
  /** Nothing of it runs until it is resumed; all else of it stays. As it is where it is paused already. */
  pause: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/workloads/{name}/pause', summary: 'Pause a workload' })
    .input(byName)
    .output(workload),
  resume: operation({ permission: 'deploy' })
    .route({ method: 'POST', path: '/api/workloads/{name}/resume', summary: 'Let it go on' })
    .input(byName)
    .output(workload),
  runs: operation()
    .route({
      method: 'GET',
      path: '/api/workloads/{name}/runs',
      summary: 'Runs of a job, the latest first',
    })
    .input(byName)
    .output(z.object({ runs: z.array(jobRun) })),
  run: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/workloads/{name}/runs',
      summary: 'Run a job now',
      successStatus: 201,
    })
    .input(byName)
    .output(z.object({ run: z.number().int() })),
  why: operation()
    .route({ method: 'GET', path: '/api/workloads/{name}/why', summary: 'Why here, why not there' })
    .input(byName)
    .output(placementAndWords),
  ...workloadLogs,
  ...workloadUsage,
}
