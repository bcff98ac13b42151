/** Workloads and their instances as they are answered. */
import { z } from 'zod'
import { time } from './base.ts'
import { edgeRulesView, published, traffic } from './edge.ts'
import { egressView } from './egress-shapes.ts'
import { filesView } from './file-shapes.ts'
import { jobView } from './jobs.ts'
import { labels } from './node.ts'
import { port } from './port-shapes.ts'
import { probes } from './probes.ts'
import { reason } from './reason.ts'
import { autoscaleView, canaryView, rolloutView } from './steering.ts'
import { mount, volumeClaim } from './volume-shapes.ts'
import { disruption, graceMs, placementRules, restart, secretUses } from './workload-rules.ts'

export const instance = z.object({
  id: z.string(),
  index: z.number().int(),
  node: z.string(),
  nodeName: z.string(),
  status: z.enum(['Pending', 'Pulling', 'Starting', 'Running', 'Stopping', 'Stopped', 'Failed']),
  health: z.enum(['unknown', 'healthy', 'unhealthy']),
  /** Host and port, reached on its node alone: of its loopback, or of a network of its engine. */
  endpoint: z.string().optional(),
  startedAt: time.optional(),
  restarts: z.number().int(),
  /** It was started from what was wanted before. */
  earlier: z.literal(true).optional(),
  /** Of a job: which attempt, at its slot in which run. */
  turn: z.object({ run: z.number().int(), attempt: z.number().int() }).optional(),
  /** While it waits for its next start, since it failed. */
  startsAt: time.optional(),
  /** It is ready, and counts for the change from then on (`rollout.warmUpMs`). */
  warmsUntil: time.optional(),
  /** How it last ended, also when it runs again; the exit code is absent where nobody saw it. */
  lastEnd: reason.extend({ at: time, exitCode: z.number().int().optional() }).optional(),
  /** It has run to its end and is not started again; the exit code is absent where nobody saw it. */
  ended: z.object({ at: time, exitCode: z.number().int().optional() }).optional(),
  reason: reason.optional(),
  /** A real step of a start: `Pulling image, 41 of 120 MB`. */
  progress: z.string().optional(),
  /** The node that told this is out of sight; it may still run there. */
  lost: z.boolean(),
  /**
   * Another node was to run it, and nothing else says that this one does: it counts for nothing, and no
   * command goes there.
   */
  unassigned: z.literal(true).optional(),
})

const amountsView = z.object({ cpuMillis: z.number().int(), memoryBytes: z.number().int() })

/** One container, or the program. */
const part = z.object({
  name: z.string(),
  image: z.string().optional(),
  bundle: z.string().optional(),
  ports: z.array(port),
  resources: z.object({
    ...{ requests: amountsView, limits: amountsView },
    diskBytes: z.number().int().optional(),
    gpus: z.number().int().optional(),
  }),
  probes,
  mounts: z.array(mount).optional(),
  user: z.string().optional(),
  workingDir: z.string().optional(),
  stopSignal: z.string().optional(),
  readOnlyRoot: z.boolean().optional(),
  scratch: z.array(z.object({ path: z.string(), sizeBytes: z.number().int() })).optional(),
  files: filesView.optional(),
})

export const workload = z.object({
  name: z.string(),
  kind: z.enum(['container', 'process']),
  replicas: z.number().int(),
  running_instances: z.number().int(),
  status: z.enum([
    'Pending',
    'Progressing',
    'Running',
    'Degraded',
    'Failed',
    'Succeeded',
    'Scheduled',
    'Asleep',
    'Paused',
    'Deleting',
  ]),
  generation: z.number().int(),
  owner: z.object({ id: z.string(), name: z.string() }),
  /** What its owner may call it, where another owner has that name. */
  shortName: z.string().optional(),
  /** What means it here, where `name` by itself means a workload of this node's owner. */
  longName: z.string().optional(),
  /** Of the first part, as `bundle`. */
  image: z.string().optional(),
  bundle: z.string().optional(),
  /** What the bundle says that it is; absent where it is not published any more. */
  program: z.object({ name: z.string(), version: z.string() }).optional(),
  parts: z.array(part),
  /** Of all parts, and what all of them together have reserved in one copy. */
  ports: z.array(port),
  labels,
  resources: amountsView,
  /** Only nodes with all of these labels; absent where any will do. */
  nodeSelector: labels.optional(),
  placement: placementRules.required(),
  rollout: rolloutView,
  /** Nothing of it runs until it is resumed: since when, by whom, and how many copies there are then. */
  paused: z
    .object({
      at: time,
      by: z.object({ id: z.string(), name: z.string() }),
      copies: z.number().int(),
    })
    .optional(),
  canary: canaryView.optional(),
  autoscale: autoscaleView.optional(),
  uses: z.array(z.object({ name: z.string(), as: z.string() })),
  secrets: secretUses,
  restart: restart.required().partial({ atMost: true }),
  graceMs,
  onPartition: z.enum(['heal', 'keep', 'stop']),
  priority: z.number().int(),
  disruption: disruption.optional(),
  job: jobView.optional(),
  volumes: z.array(volumeClaim).optional(),
  /** Host-name address at this node's edge; absent when it declares no port. */
  url: z.string().optional(),
  /** The same over TLS; absent while this node has no certificate for it. */
  secureUrl: z.string().optional(),
  edge: edgeRulesView,
  egress: egressView,
  traffic: traffic.optional(),
  published,
  instances: z.array(instance),
  conditions: z.array(reason),
})
/** What a deploy answers. */
export const deployed = workload.extend({
  /** It was there already, just as it was asked for, and stays as it was. */
  existed: z.boolean().optional(),
})
export type WorkloadView = z.infer<typeof workload>
export type InstanceView = z.infer<typeof instance>

const fieldChange = z.object({
  path: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
})

/** What a workload was before. */
export const pastVersion = z.object({
  generation: z.number().int(),
  image: z.string().optional(),
  bundle: z.string().optional(),
  parts: z.array(part),
  /** Who wrote it. */
  by: z.object({ id: z.string(), name: z.string() }),
  /** When something else took its place. */
  until: time,
  /**
   * What was changed then, field by field, without what makes no version; and whether copies were
   * replaced for it. Absent where it was ended then.
   */
  changed: z.object({ changes: z.array(fieldChange), replaces: z.boolean() }).optional(),
  /** Why it was taken back by itself, where it was the latest that was. */
  takenBack: z.string().optional(),
})

export type PastVersion = z.infer<typeof pastVersion>

/** Field by field, from which version on. Variables and contents of files are not shown. */
export const differences = z.object({
  generation: z.number().int(),
  changes: z.array(fieldChange),
  /** Others take the place of the copies that run. */
  replaces: z.boolean(),
})
