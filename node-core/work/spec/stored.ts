/**
 * What the shared state holds of workloads and instances. Values come from other nodes: their shape
 * is checked here, and whoever reads them ignores what does not parse.
 *
 * A workload with a field that this release does not know does not parse (docs/adr/0020): run without
 * it, it would be less than was asked for (root for a user, open for closed), and written again by a
 * change it would have lost it. What runs of it stays, and it is changed by who knows it.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import { type Digest, parseDigest } from '../../storage/blobs/index.ts'
import { storedAutoscale } from './autoscale.ts'
import { DEFAULT_GRACE_MS, DEFAULT_RESTART } from './defaults.ts'
import { storedDisruption } from './disruption.ts'
import { storedEdge } from './edge-rules.ts'
import { storedEgress } from './egress.ts'
import * as field from './fields.ts'
import { foldFiles, storedFile, unfoldFiles } from './files.ts'
import type { DesiredWorkload, Instance, Workload } from './index.ts'
import {
  CPU_MILLIS_MAX,
  CPU_MILLIS_MIN,
  DISK_BYTES_MAX,
  DISK_BYTES_MIN,
  FILES_MAX,
  GPUS_MAX,
  MEMORY_BYTES_MAX,
  MEMORY_BYTES_MIN,
  MOUNTS_MAX,
  PARTS_MAX,
  PORTS_MAX,
  REASON_LENGTH_MAX,
  REPLICAS_MAX,
  SCRATCH_BYTES_MAX,
  SCRATCH_BYTES_MIN,
  SCRATCH_MAX,
  USES_MAX,
  VOLUME_BYTES_MAX,
  VOLUME_BYTES_MIN,
  VOLUMES_MAX,
} from './limits.ts'
import { storedPaused } from './paused.ts'
import { storedPriority } from './priority.ts'
import { foldRestarted, unfoldRestarted } from './restarted.ts'
import { storedRollout } from './rollout-rules.ts'
import { stopSignal } from './stop-signal.ts'
import { user } from './user.ts'
import { ifLost, mountPath } from './volumes.ts'
import { workingDirectory } from './working-directory.ts'

export const WORKLOAD_PREFIX = 'net/workload/'

export function workloadKey(name: string): string {
  return `${WORKLOAD_PREFIX}${name}`
}

export function instanceKey(node: NodeId, id: string): string {
  return `node/${node}/instance/${id}`
}

/** The node and the instance that a key names; undefined for any other key. */
export function parseInstanceKey(key: string): { node: NodeId; id: string } | undefined {
  const match = /^node\/([0-9a-f]{64})\/instance\/([a-z0-9-]{1,90})$/.exec(key)
  const node = parseNodeId(match?.[1] ?? '')
  return node && match?.[2] !== undefined ? { node, id: match[2] } : undefined
}

const digest = z.string().transform((text, context): Digest => {
  const parsed = parseDigest(text)
  if (parsed) return parsed
  context.addIssue({ code: 'custom', message: 'Not a digest.' })
  return z.NEVER
})

const port = z.strictObject({
  containerPort: field.portNumber,
  hostPort: field.portNumber.exactOptional(),
  protocol: field.protocol,
})

const containerSource = z.strictObject({
  image: field.image,
  imageId: z.string().max(128).exactOptional(),
  exposes: z.array(port).max(PORTS_MAX).exactOptional(),
  command: field.command.exactOptional(),
  args: field.args.exactOptional(),
})

const probeTimes = {
  periodMs: field.periodMs,
  timeoutMs: field.timeoutMs,
  failures: field.probeFailures,
}
const probe = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    path: field.healthPath,
    port: field.portNumber,
    ...probeTimes,
  }),
  z.strictObject({ kind: z.literal('tcp'), port: field.portNumber, ...probeTimes }),
  z.strictObject({ kind: z.literal('command'), command: field.command.min(1), ...probeTimes }),
])

const amounts = z.strictObject({
  cpuMillis: z.number().int().min(CPU_MILLIS_MIN).max(CPU_MILLIS_MAX),
  memoryBytes: z.number().int().min(MEMORY_BYTES_MIN).max(MEMORY_BYTES_MAX),
})

const storedMount = z.strictObject({
  volume: field.volumeName,
  path: mountPath,
  readOnly: z.boolean(),
})
const part = z.strictObject({
  name: field.name,
  env: field.env,
  ports: z.array(port).max(PORTS_MAX),
  resources: z.strictObject({
    ...{ requests: amounts, limits: amounts },
    diskBytes: z.number().int().min(DISK_BYTES_MIN).max(DISK_BYTES_MAX).exactOptional(),
    gpus: z.number().int().min(1).max(GPUS_MAX).exactOptional(),
  }),
  probes: z.strictObject({
    startup: probe.exactOptional(),
    live: probe.exactOptional(),
    ready: probe.exactOptional(),
  }),
})
const mountsOf = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .array(z.union([shape, storedFile]))
    .max(MOUNTS_MAX + FILES_MAX)
    .exactOptional()
const scratch = z.strictObject({
  path: mountPath,
  sizeBytes: z.number().int().min(SCRATCH_BYTES_MIN).max(SCRATCH_BYTES_MAX),
})
const containerPart = part
  .extend({
    source: containerSource,
    mounts: mountsOf(storedMount),
    user: user.exactOptional(),
    workingDir: workingDirectory.exactOptional(),
    // Whoever does not know it would end it otherwise than it was told to: it cannot read such a workload.
    stopSignal: stopSignal.exactOptional(),
    readOnlyRoot: z.literal(true).exactOptional(),
    scratch: z.array(scratch).max(SCRATCH_MAX).exactOptional(),
  })
  .transform(unfoldFiles)
const processPart = part
  .extend({
    source: z.strictObject({ bundle: digest }),
    mounts: mountsOf(storedMount.extend({ kind: z.literal('process') })),
  })
  .transform(unfoldFiles)

const common = {
  name: field.name,
  // None of one that is asleep, where it is kept as it is wanted now.
  replicas: z.number().int().min(0).max(REPLICAS_MAX),
  labels: field.labels,
  nodeSelector: field.labels,
  placement: z.strictObject({
    spread: field.spread,
    apart: field.neighbours,
    near: field.neighbours,
  }),
  rollout: storedRollout,
  autoscale: storedAutoscale.exactOptional(),
  uses: z.array(field.use).max(USES_MAX).default([]),
  secrets: field.secretUses.default([]),
  // Earlier releases wrote none of these.
  restart: z
    .strictObject({
      when: field.restartWhen,
      atMost: field.restarts.exactOptional(),
      backoffMs: field.backoffMs,
      backoffMsMax: field.backoffMs,
    })
    .default(DEFAULT_RESTART),
  graceMs: field.graceMs.default(DEFAULT_GRACE_MS),
  onPartition: field.onPartition,
  volumes: z
    .array(
      z.strictObject({
        name: field.volumeName,
        sizeBytes: z.number().int().min(VOLUME_BYTES_MIN).max(VOLUME_BYTES_MAX),
        ifLost,
      }),
    )
    .max(VOLUMES_MAX)
    .exactOptional(),
  paused: storedPaused.exactOptional(),
  priority: storedPriority.exactOptional(),
  disruption: storedDisruption.exactOptional(),
  edge: storedEdge.exactOptional(),
  egress: storedEgress.exactOptional(),
  job: z
    .strictObject({
      completions: field.replicas,
      parallelism: field.replicas,
      retries: field.retries,
      deadlineMs: field.deadlineMs.exactOptional(),
      lostAfterMs: field.lostAfterMs,
      schedule: z
        .strictObject({
          cron: field.cron,
          timeZone: field.timeZone,
          overlap: field.overlap,
          startWithinMs: field.startWithinMs,
          paused: z.boolean(),
        })
        .exactOptional(),
    })
    .exactOptional(),
}

const workload = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('container'),
    parts: z.tuple([containerPart], containerPart).refine((parts) => parts.length <= PARTS_MAX),
    ...common,
  }),
  z.strictObject({ kind: z.literal('process'), parts: z.tuple([processPart]), ...common }),
])

export function parseStoredWorkload(value: unknown): Workload | undefined {
  const parsed = workload.safeParse(value)
  return parsed.success ? unfoldRestarted(parsed.data) : undefined
}

/** The workload that a live record of `net/workload/<name>` asks for. */
export function desiredOf(record: StateRecord): DesiredWorkload | undefined {
  const parsed = parseStoredWorkload(record.value)
  if (!parsed || record.key !== workloadKey(parsed.name)) return undefined
  // An admin may change what another owner runs; it stays that owner's.
  const owner = record.claim ?? record.owner
  return { workload: parsed, owner, generation: record.generation }
}

const storedInstance = z.object({
  workload: field.name,
  kind: z.string().max(32).exactOptional(),
  index: z.number().int().min(0).max(999_999),
  generation: z.number().int().min(0),
  template: z.string().max(64).exactOptional(),
  status: z.enum(['Pending', 'Pulling', 'Starting', 'Running', 'Stopping', 'Stopped', 'Failed']),
  health: z.enum(['unknown', 'healthy', 'unhealthy']),
  ports: z.record(z.string().regex(/^\d{1,5}$/), field.portNumber),
  address: z.ipv4().exactOptional(),
  startedAt: z.iso.datetime().exactOptional(),
  restarts: z.number().int().min(0),
  startsAt: z.iso.datetime().exactOptional(),
  ended: z
    .object({
      at: z.iso.datetime(),
      exitCode: z.number().int().exactOptional(),
      failures: z.number().int().min(0).exactOptional(),
    })
    .exactOptional(),
  lastEnd: z
    .object({
      at: z.iso.datetime(),
      exitCode: z.number().int().exactOptional(),
      code: z.string().max(64),
      message: z.string().max(REASON_LENGTH_MAX),
    })
    .exactOptional(),
  warmsUntil: z.iso.datetime().exactOptional(),
  reason: z
    .object({ code: z.string().max(64), message: z.string().max(REASON_LENGTH_MAX) })
    .exactOptional(),
  progress: z.string().max(REASON_LENGTH_MAX).exactOptional(),
  unfit: z.literal(true).exactOptional(),
  awaitsRoom: z.enum(['unready', 'ready']).exactOptional(),
})

/**
 * The instance that a record tells of. Its id and node are taken from the key, which the state has
 * checked against the author, so nobody can speak for another node.
 */
export function instanceOf(record: StateRecord): Instance | undefined {
  const key = parseInstanceKey(record.key)
  const parsed = storedInstance.safeParse(record.value)
  if (!key || !parsed.success) return undefined
  const { kind, ...told } = parsed.data
  const instance: Instance = { ...told, id: key.id, node: key.node }
  // A kind that only a newer version knows is no reason not to see the instance.
  return kind === 'container' || kind === 'process' ? { ...instance, kind } : instance
}

/** What is written for a workload or an instance: the same without absent fields. */
export function storedForm(subject: Partial<Workload> | Instance): Plain {
  const plain: Plain = JSON.parse(JSON.stringify(folded(subject)))
  return plain
}

function folded(subject: Partial<Workload> | Instance): object {
  if (!('parts' in subject) || !subject.parts) return subject
  const { restarted, ...rest } = subject
  return { ...rest, parts: foldRestarted(subject.parts.map(foldFiles), restarted) }
}
