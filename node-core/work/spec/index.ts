/**
 * The one model of what somebody wants to run, and of one running copy of it. Every door's input (REST
 * body, manifest text, form) becomes a `Workload` here, or is refused by the path of each wrong field.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Digest } from '../../storage/blobs/index.ts'
import type { Egress } from './egress-rules.ts'
import type { Ended, LastEnd } from './ends.ts'
import type { ConfigFile } from './files.ts'
import type { Paused } from './paused.ts'
import type { Autoscale, Canary, Rollout, Scaled } from './steered.ts'
import type { StopSignal } from './stop-signal.ts'
import type { Mount } from './volumes.ts'

export type WorkloadKind = 'container' | 'process'
/** What a lost node means for its instances while there is no quorum (architecture.md). */
export type OnPartition = 'heal' | 'keep' | 'stop'

export interface Workload {
  /** A DNS label: 1 to 63 of a-z, 0-9 and `-`, not at either end. Unique in the network. */
  name: string
  kind: WorkloadKind
  /** What every instance is made of (docs/adr/0020); a process has exactly one part. */
  parts: Parts
  replicas: number
  labels: Record<string, string>
  /** Only nodes with all of these labels. */
  nodeSelector: Record<string, string>
  placement: PlacementRules
  rollout: Rollout
  uses: Use[]
  /** Values of its own secrets, handed to every instance (docs/adr/0023). */
  secrets: SecretUse[]
  restart: Restart
  /** How long an ending instance may take: asked to end first, ended by force afterwards. */
  graceMs: number
  onPartition: OnPartition
  /** What it counts where there is not room for all; absent: 0. */
  priority?: number
  /** How much of it may be away on purpose. Absent: all of it. */
  disruption?: Disruption
  /** What outlives its instances: one of each for every slot. Absent when there is none. */
  volumes?: Volume[]
  /** Absent: HTTP by host name, for everybody, and no port of its own. */
  edge?: EdgeRules
  /** How many copies follow from what is measured (docs/adr/0038); it begins with `replicas`. */
  autoscale?: Autoscale
  /** What its instances may connect to outside of the network. Absent: nothing. */
  egress?: Egress
  /** It runs to its end instead of serving (docs/adr/0030); `replicas` is then how many slots it has. */
  job?: Job
  /** The generation at which somebody last had all of its copies started anew (docs/adr/0022). */
  restarted?: number
  /** Nothing of it is to run; `replicas` is 0 meanwhile (docs/adr/0056). */
  paused?: Paused
}

/** Slots that must go on serving, or that may be away, when something is moved, changed or displaced. */
export type Disruption = { minAvailable: number } | { maxUnavailable: number }

export interface Job {
  /** How many slots of a run must end well. */
  completions: number
  /** Of those, how many run at a time. */
  parallelism: number
  /** Attempts at a slot after the first, before the run has failed. */
  retries: number
  /** By the log's time, from the begin of a run; without end where absent. */
  deadlineMs?: number
  /** How long a node must be out of sight before what it began is attempted elsewhere. */
  lostAfterMs: number
  /** Without one there is one run for each version. */
  schedule?: Schedule
}

export interface Schedule {
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string
  /** A name of the IANA's. */
  timeZone: string
  /** A run that is due while one before it goes on: begins beside it, is left out, or takes its place. */
  overlap: 'allow' | 'forbid' | 'replace'
  /** One that could not begin so long after it was due is missed. */
  startWithinMs: number
  /** None is begun. */
  paused: boolean
}

/** Kept on the node that ran the slot (docs/adr/0033). */
export interface Volume {
  /** A DNS label of at most 32 letters, unique in the workload. */
  name: string
  /** Watched, not enforced: who is over it is told. */
  sizeBytes: number
  /** Where the node that has it is out of sight: the slot waits, or starts elsewhere with nothing. */
  ifLost: 'wait' | 'empty'
}

/** What a workload asks of every edge (docs/adr/0032). */
export interface EdgeRules {
  /** Who may use it: anybody who reaches an edge, the network's members, or some owners. */
  access: 'public' | 'members' | { owners: OwnerId[] }
  /** Requests of one client, at one edge. */
  rate?: { perMinute: number; burst: number }
  /** Declared ports under a number of their own at every edge. */
  tcp: { port: number; containerPort: number }[]
  /** How long it may think before its answer begins, and how long nothing may come of one. */
  answerMs: number
  idleMs: number
  /** Who comes without TLS is led to it, where an edge has it. */
  https?: 'redirect'
}

/** What becomes of an instance that has ended, or no longer passes its probes (docs/adr/0030). */
export interface Restart {
  /** `onFailure`: unless it ended with exit code 0. `never`: what has run stays ended. */
  when: 'always' | 'onFailure' | 'never'
  /** Restarts in a row before it is left as it is; without end where absent. */
  atMost?: number
  /** Before a restart, doubled with each failure in a row. What had served comes back at once. */
  backoffMs: number
  backoffMsMax: number
}

/** Where new instances go (docs/adr/0029); what runs stays where it is. */
export interface PlacementRules {
  /** What the replicas are spread over first. Within it they go to distinct nodes. */
  spread: 'node' | 'site' | 'owner'
  /** Workloads that none of it may share a node with. */
  apart: string[]
  /** Workloads whose nodes are preferred. */
  near: string[]
}

/** Another workload of the same owner, as every instance finds it (docs/adr/0034). */
export interface Use {
  name: string
  /** The host name that leads to it. */
  as: string
}

/** A secret of this workload's, as a variable, a file, or both; one of them at least. */
export interface SecretUse {
  /** `<workload>/…`. */
  name: string
  /** The variable that holds it. */
  env?: string
  /** The name of the file that holds it, in the instance's folder for them. */
  file?: string
}

export type Parts = [Part, ...Part[]]

/** One container, or one program. All parts of an instance share one network. */
export interface Part {
  /** A DNS label, unique in the workload. */
  name: string
  source: ContainerSource | BundleSource
  env: Record<string, string>
  ports: Port[]
  resources: Resources
  probes: Probes
  /** Absent when there is none. */
  mounts?: Mount[]
  /** Of a container: who runs in it, where that is not the image’s to say. */
  user?: string
  /** Of a container: the folder that its command starts in, where that is not the image’s to say. */
  workingDir?: string
  /** Of a container: what it is asked to end by, where that is not the image’s to say. */
  stopSignal?: StopSignal
  /** Of a container: it writes to volumes and scratch alone (docs/adr/0036). */
  readOnlyRoot?: true
  /** Of a container. Absent when there is none. */
  scratch?: Scratch[]
  /** Absent when there is none. */
  files?: ConfigFile[]
}

/** A folder in memory, empty at every start; what is in it counts as the container's memory. */
export interface Scratch {
  path: string
  sizeBytes: number
}

export interface Amounts {
  cpuMillis: number
  memoryBytes: number
}

export interface Resources {
  /** What placement reserves. */
  requests: Amounts
  /** What the runner enforces: at least what is requested. */
  limits: Amounts
  /** What it may write outside of volumes; 4 GiB where absent. */
  diskBytes?: number
  /** Graphics processors, each leased whole; absent for none. */
  gpus?: number
}

export interface ContainerSource {
  image: string
  /** Set when the image was fixed to its content at deploy, so every node runs the same. */
  imageId?: string
  /** What that content says it listens on. */
  exposes?: Port[]
  command?: string[]
  args?: string[]
}

export interface BundleSource {
  bundle: Digest
}

export interface Port {
  containerPort: number
  /** Published on the host's loopback under this number; any free one otherwise. */
  hostPort?: number
  protocol: 'tcp' | 'udp'
}

/** None at all: the part is well while it runs. */
export interface Probes {
  /** Until it has passed once the others are not asked. */
  startup?: Probe
  /** The instance is ended and started again when it fails. */
  live?: Probe
  /** The edge leaves the instance out while it fails. */
  ready?: Probe
}
export type ProbeRole = keyof Probes
export type Probe = ProbeQuestion & {
  periodMs: number
  timeoutMs: number
  /** In a row, before it counts. */
  failures: number
}
export type ProbeQuestion =
  /** Passes with a status from 200 to 399. */
  | { kind: 'http'; path: string; port: number }
  /** Passes when a connection is accepted and kept. */
  | { kind: 'tcp'; port: number }
  /** Run inside the part; passes with exit code 0. */
  | { kind: 'command'; command: string[] }

/** `net/workload/<name>` holds a Workload; its record gives owner and generation. */
export interface DesiredWorkload {
  /** Its `replicas` are as many as are wanted now. */
  workload: Workload
  owner: OwnerId
  generation: number
  /** What was decided last of how many there are to be. */
  scaled?: Scaled
  /** How far a change of it has come that was to take over by shares. */
  canary?: Canary
}

/** `<workload>/<index>`: the n-th replica wanted. One slot runs on one node at a time. */
export type Slot = string & { readonly __brand: 'Slot' }
export type InstanceStatus =
  | 'Pending'
  | 'Pulling'
  | 'Starting'
  | 'Running'
  | 'Stopping'
  | 'Stopped'
  | 'Failed'
export type Health = 'unknown' | 'healthy' | 'unhealthy'
/** `node/<NodeId>/instance/<id>`: one running copy, as the node that runs it tells it. */
export interface Instance {
  /** `<workload>-<index>-<6 random>`; also the container's name. */
  id: string
  workload: string
  /** Outlives the workload's record, so that what is on its way out can be shown. */
  kind?: WorkloadKind
  index: number
  /** Generation of the workload that it was started from. */
  generation: number
  /** `templateOf` what it was started from; where no record tells it, the generation decides. */
  template?: string
  node: NodeId
  status: InstanceStatus
  health: Health
  /** Container port to port on its node's loopback, or at `address`: IPv4, reached there alone. */
  ports: Record<string, number>
  address?: string
  /** ISO 8601: when it started; when it does so next, while it waits since it failed. */
  startedAt?: string
  startsAt?: string
  restarts: number
  ended?: Ended
  /** How it last ended, also when it runs again; it was started again since, or will be. */
  lastEnd?: LastEnd
  /** ISO 8601: ready, and not yet as long as `rollout.warmUpMs` says. Its node takes this back then. */
  warmsUntil?: string
  /** Why it is not running, for people. With a code that does not change. */
  reason?: { code: string; message: string }
  /** It was tried often enough: something of its computer is in its way, and another may have it. */
  unfit?: true
  awaitsRoom?: 'unready' | 'ready' // It has yet to get what it needs, or only its room.
  /** Real steps of a start: `Pulling image, 41 of 120 MB`. */
  progress?: string
}

export { keepingCopies, restartedFrom, withoutRestarts } from './anew.ts'
export { boundsOf, copiesOf, maySleep, withAutoscale } from './autoscale.ts'
export { type Needs, type NeedsOf, needsFrom } from './bundle-needs.ts'
export { isWarm, mayTakeOver, shareOf, stepOf } from './canary-share.ts'
export { applyChange } from './change.ts'
export { latestDue, nextDue } from './cron.ts'
export {
  BUNDLE_PORT,
  DEFAULT_CPU_MILLIS,
  DEFAULT_GRACE_MS,
  DEFAULT_MEMORY_BYTES,
  DEFAULT_RESTART,
} from './defaults.ts'
export { type Difference, differencesOf } from './differences.ts'
export { spareOf } from './disruption.ts'
export { edgeOf } from './edge-rules.ts'
export { parseStoredEgress, storedEgress } from './egress.ts'
export type { AddressRule, Egress, EgressRule, HostRule } from './egress-rules.ts'
export { type Ended, goesOn, type LastEnd } from './ends.ts'
export {
  type SpecErrorCode,
  type ValidationError,
  validationError,
  type WrongField,
} from './errors.ts'
export { image as imageReference } from './fields.ts'
export { bytesOf, type ConfigFile, modeText, sizeOf } from './files.ts'
export { awayMark, givenUpSetting } from './given-up.ts'
export { beforeAndBegin, goneBack, staying } from './going-back.ts'
export { laneOf, lanesOf } from './job.ts'
export {
  EGRESS_PORTS_MAX,
  EGRESS_RULES_MAX,
  FILES_MAX,
  GRACE_MS_MAX,
  PORTS_MAX,
  REPLICAS_MAX,
  RESTARTS_MAX,
  SECRETS_MAX,
  WARM_UP_MS_MAX,
} from './limits.ts'
export { parseDeploy, parseWorkload } from './parse-workload.ts'
export {
  amountsOf,
  comesAlone,
  diskBytesOf,
  gpusOf,
  listeningOf,
  listensUntold,
  portsOf,
} from './parts.ts'
export { hasSlot, type Paused, pausedFrom, resumedFrom } from './paused.ts'
export { PRIORITY_CLASSES, type Rank, rankOf } from './priority.ts'
export { PROBE_BOUNDS } from './probes.ts'
export { provenOf, servedBefore } from './proven.ts'
export {
  formatCpuMillis,
  formatMemoryBytes,
  parseCpuMillis,
  parseMemoryBytes,
} from './quantities.ts'
export { mayRestart } from './restart.ts'
export { copyName, isIdOf, parseSlot, slotOf } from './slots.ts'
export type { Autoscale, Canary, CanaryStep, Rollout, Scaled } from './steered.ts'
export { parseStopSignal, type StopSignal } from './stop-signal.ts'
export {
  desiredOf,
  instanceKey,
  instanceOf,
  parseInstanceKey,
  parseStoredWorkload,
  storedForm,
  WORKLOAD_PREFIX,
  workloadKey,
} from './stored.ts'
export { isSameVersion, takenBack, versionDifferences } from './taking-back.ts'
export { isCurrent, templateOf, versionOf } from './template.ts'
export { jobInstanceId, type Turn, turnOf } from './turns.ts'
export { CAPABILITIES, isUser } from './user.ts'
export {
  isOfKind,
  isProgramVolume,
  type KeptVolume,
  keptVolumeOf,
  parseVolumeKey,
  type VolumeName,
  volumeIdOf,
  volumeKey,
} from './volume-record.ts'
export { keepsData, waitsForData } from './volumes.ts'
export { isWorkingDirectory } from './working-directory.ts'
