/**
 * One instance of this node as a machine: what it is, and what each event makes of it. Pure; the
 * shell in `instance-driver.ts` runs what the phase asks for.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Running, StartProgress } from '../runners/index.ts'
import type { DesiredWorkload, Health, HealthCheck, Instance, WorkloadKind } from '../spec/index.ts'
import { templateOf } from '../spec/index.ts'
import { backoffMs } from './backoff.ts'
import {
  EAGER_PROBES_MS,
  FIRST_PROBE_MS_MAX,
  FIRST_PROBE_MS_MIN,
  HEALTHY_WITHIN_MS,
  PROBE_FAILURES_MAX,
  RETRY_PROBE_MS,
  STABLE_AFTER_MS,
} from './limits.ts'
import { progressText } from './progress.ts'

export interface Reason {
  code: string
  message: string
}

export interface LocalInstance {
  readonly id: string
  readonly workload: string
  /** Undefined when a record of an older version tells of it. */
  readonly kind: WorkloadKind | undefined
  readonly index: number
  readonly generation: number
  /** Undefined when it was found running and no record tells. */
  readonly template: string | undefined
  /** Known from before this node's last start. Peers may have replaced it meanwhile. */
  readonly inherited: boolean
  readonly phase: Phase
  readonly health: Health
  readonly ports: Readonly<Record<string, number>>
  /** By the wall clock, for people. */
  readonly startedAtMs: number | undefined
  readonly restarts: number
  /** Failed starts, exits and failed checks in a row; what the backoff grows with. */
  readonly failures: number
  readonly reason: Reason | undefined
  readonly progress: string | undefined
}

export type Phase =
  /** To be started at `untilMs`. `leftover`: the runner still holds an exited one. */
  | { kind: 'waiting'; untilMs: number; leftover: boolean }
  | { kind: 'starting'; pulling: boolean }
  | { kind: 'running'; sinceMs: number; probes: Probes }
  /** `stuck`: its engine could not end it; to be tried again when the engine is back. */
  | { kind: 'ending'; stuck: boolean }

export interface Probes {
  /** Milliseconds until the next check. */
  nextInMs: number
  failures: number
  succeeded: boolean
}

export function claimed(desired: DesiredWorkload, index: number, id: string): LocalInstance {
  return {
    id,
    workload: desired.workload.name,
    kind: desired.workload.kind,
    index,
    generation: desired.generation,
    template: templateOf(desired.workload),
    inherited: false,
    phase: { kind: 'waiting', untilMs: 0, leftover: false },
    health: 'unknown',
    ports: {},
    startedAtMs: undefined,
    restarts: 0,
    failures: 0,
    reason: undefined,
    progress: undefined,
  }
}

/** Told by a record or found running: what this node did before its last start. */
export function inherited(
  from: Pick<Instance, 'id' | 'workload' | 'kind' | 'index' | 'generation'>,
  record: Instance | undefined,
  reason: Reason | undefined,
): LocalInstance {
  return {
    id: from.id,
    workload: from.workload,
    kind: from.kind,
    index: from.index,
    generation: from.generation,
    template: record?.template,
    inherited: true,
    phase: { kind: 'waiting', untilMs: 0, leftover: false },
    health: 'unknown',
    ports: {},
    startedAtMs: undefined,
    restarts: record?.restarts ?? 0,
    failures: 0,
    reason,
    progress: undefined,
  }
}

export function starting(local: LocalInstance): LocalInstance {
  const phase: Phase = { kind: 'starting', pulling: false }
  return { ...local, phase, health: 'unknown', progress: undefined }
}

export function progressed(local: LocalInstance, progress: StartProgress): LocalInstance {
  if (local.phase.kind !== 'starting') return local
  const phase: Phase = { kind: 'starting', pulling: progress.step === 'pulling' }
  return { ...local, phase, progress: progressText(progress) }
}

export function started(local: LocalInstance, running: Running, nowMs: number): LocalInstance {
  const probes = { nextInMs: 0, failures: 0, succeeded: false }
  return {
    ...local,
    phase: { kind: 'running', sinceMs: nowMs, probes },
    health: 'unknown',
    ports: running.ports,
    startedAtMs: running.startedAtMs,
    reason: undefined,
    progress: undefined,
  }
}

/** A start failed, it exited, or it no longer answers: it is started again after a while. */
export function failed(
  local: LocalInstance,
  reason: Reason,
  options: { nowMs: number; leftover: boolean },
): LocalInstance {
  const { phase } = local
  const ran = phase.kind === 'running'
  const stable = ran && options.nowMs - phase.sinceMs >= STABLE_AFTER_MS
  const failures = (stable ? 0 : local.failures) + 1
  const untilMs = options.nowMs + backoffMs(failures, ran && phase.probes.succeeded)
  return {
    ...local,
    phase: { kind: 'waiting', untilMs, leftover: options.leftover },
    health: ran ? 'unhealthy' : 'unknown',
    ports: {},
    restarts: local.restarts + (ran ? 1 : 0),
    failures,
    reason,
    progress: undefined,
  }
}

/** Its engine does not answer: nobody knows, and nothing is its own fault. */
export function unreachable(local: LocalInstance, reason: Reason): LocalInstance {
  const phase: Phase = { kind: 'waiting', untilMs: 0, leftover: true }
  return { ...local, phase, health: 'unknown', ports: {}, reason, progress: undefined }
}

export function ending(local: LocalInstance): LocalInstance {
  return { ...local, phase: { kind: 'ending', stuck: false }, progress: undefined }
}

export function stuck(local: LocalInstance, reason: Reason): LocalInstance {
  return { ...local, phase: { kind: 'ending', stuck: true }, reason }
}

/** One health check has answered. `failed` when it must be started again. */
export function probed(
  local: LocalInstance,
  ok: boolean,
  check: HealthCheck,
  nowMs: number,
): LocalInstance | 'failed' {
  const { phase } = local
  if (phase.kind !== 'running') return local
  const { probes } = phase
  const periodMs = check.kind === 'running' ? RETRY_PROBE_MS : check.periodMs
  const next = (probed: Probes, health: Health): LocalInstance => ({
    ...local,
    phase: { ...phase, probes: probed },
    health,
    // The failures before this start are over once it has served for a while.
    failures: ok && nowMs - phase.sinceMs >= STABLE_AFTER_MS ? 0 : local.failures,
  })
  if (ok) return next({ nextInMs: periodMs, failures: 0, succeeded: true }, 'healthy')
  if (!probes.succeeded) {
    const sinceMs = nowMs - phase.sinceMs
    if (sinceMs > HEALTHY_WITHIN_MS) return 'failed'
    const eagerMs = Math.min(FIRST_PROBE_MS_MAX, FIRST_PROBE_MS_MIN + probes.failures * 15)
    const nextInMs = sinceMs > EAGER_PROBES_MS ? RETRY_PROBE_MS : eagerMs
    return next({ nextInMs, failures: probes.failures + 1, succeeded: false }, 'unknown')
  }
  const failures = probes.failures + 1
  if (failures >= PROBE_FAILURES_MAX) return 'failed'
  const nextInMs = Math.min(periodMs, RETRY_PROBE_MS)
  return next({ nextInMs, failures, succeeded: true }, local.health)
}

/** As others are told of it. */
export function toInstance(local: LocalInstance, node: NodeId): Instance {
  const { startedAtMs } = local
  return {
    id: local.id,
    workload: local.workload,
    ...(local.kind !== undefined && { kind: local.kind }),
    index: local.index,
    generation: local.generation,
    ...(local.template !== undefined && { template: local.template }),
    node,
    status: statusOf(local),
    health: local.health,
    ports: { ...local.ports },
    ...(startedAtMs !== undefined && { startedAt: new Date(startedAtMs).toISOString() }),
    restarts: local.restarts,
    ...(local.reason && { reason: local.reason }),
    ...(local.progress !== undefined && { progress: local.progress }),
  }
}

function statusOf({ phase, failures }: LocalInstance): Instance['status'] {
  switch (phase.kind) {
    case 'waiting':
      return failures > 0 ? 'Failed' : 'Pending'
    case 'starting':
      return phase.pulling ? 'Pulling' : 'Starting'
    case 'running':
      return 'Running'
    case 'ending':
      return 'Stopping'
  }
}
