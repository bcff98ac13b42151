/** What people send to deploy: the body of `POST /api/workloads`, and the same as manifest text. */
import { z } from 'zod'
import { autoscaleBody } from './autoscale.ts'
import { disruption } from './disruption.ts'
import { edgeBody } from './edge-rules.ts'
import { egress } from './egress.ts'
import {
  args,
  backoffMs,
  bundle,
  command,
  cron,
  deadlineMs,
  env,
  graceMs,
  image,
  labels,
  lostAfterMs,
  name,
  neighbours,
  onPartition,
  overlap,
  replicas,
  restarts,
  restartWhen,
  retries,
  secretUses,
  spread,
  startWithinMs,
  timeZone,
  uses,
} from './fields.ts'
import { changedFiles, files } from './files.ts'
import { MANIFEST_LENGTH_MAX, PARTS_MAX, SCHEMA_LENGTH_MAX } from './limits.ts'
import { changedContainer, container, health, ports, probes, resources } from './part-body.ts'
import { priority } from './priority.ts'
import { rolloutBody } from './rollout-rules.ts'
import { mounts, volumes } from './volumes.ts'

export const manifestText = z.string().max(MANIFEST_LENGTH_MAX)

const containersOf = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .array(shape)
    .min(1, { error: 'Name at least one container.' })
    .max(PARTS_MAX, { error: `Name at most ${PARTS_MAX} containers.` })

/** Said of the only part; `env` of every part. */
const ofThePart = {
  ports: ports.optional(),
  resources: resources.optional(),
  env: env.optional(),
  probes: probes.optional(),
  health: health.optional(),
  mounts: mounts.optional(),
  files: files.optional(),
}

const ofTheWorkload = {
  volumes: volumes.optional(),
  replicas: replicas.optional(),
  labels: labels.optional(),
  nodeSelector: labels.optional(),
  placement: z
    .strictObject({
      spread: spread.exactOptional(),
      apart: neighbours.exactOptional(),
      near: neighbours.exactOptional(),
    })
    .optional(),
  rollout: rolloutBody.optional(),
  autoscale: autoscaleBody.optional(),
  uses: uses.optional(),
  secrets: secretUses.optional(),
  restart: z
    .strictObject({
      when: restartWhen.exactOptional(),
      atMost: restarts.exactOptional(),
      backoffMs: backoffMs.exactOptional(),
      backoffMsMax: backoffMs.exactOptional(),
    })
    .optional(),
  graceMs: graceMs.optional(),
  onPartition: onPartition.optional(),
  job: z
    .strictObject({
      completions: replicas.exactOptional(),
      parallelism: replicas.exactOptional(),
      retries: retries.exactOptional(),
      deadlineMs: deadlineMs.exactOptional(),
      lostAfterMs: lostAfterMs.exactOptional(),
      schedule: z
        .strictObject({
          cron: cron.exactOptional(),
          timeZone: timeZone.exactOptional(),
          overlap: overlap.exactOptional(),
          startWithinMs: startWithinMs.exactOptional(),
          paused: z.boolean().exactOptional(),
        })
        .exactOptional(),
    })
    .optional(),
  priority: priority.optional(),
  disruption: disruption.optional(),
  edge: edgeBody.optional(),
  egress: egress.optional(),
}

export const deployBody = z.strictObject({
  /** For editors. */
  $schema: z.string().max(SCHEMA_LENGTH_MAX).optional(),
  name: name.optional(),
  containers: containersOf(container).optional(),
  bundle: bundle.optional(),
  ...ofThePart,
  ...ofTheWorkload,
})
export type DeployBody = z.output<typeof deployBody>

/** What may be changed of a workload that exists: the body of `PATCH /api/workloads/:name`. */
export const changeBody = z.strictObject({
  /** All of them, in place of those that were; each takes from the one of its name what it does not say. */
  containers: containersOf(changedContainer).optional(),
  image: image.optional(),
  bundle: bundle.optional(),
  command: command.optional(),
  args: args.optional(),
  ...ofThePart,
  files: changedFiles.optional(),
  ...ofTheWorkload,
})
export type ChangeBody = z.output<typeof changeBody>
