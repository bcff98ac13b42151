/**
 * One instance of this node as a machine: what it is, and what each event makes of it. Pure; the
 * shell in `instance-driver.ts` runs what the phase asks for.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Running } from '../runners/index.ts'
import {
  type DesiredWorkload,
  type Ended,
  type Health,
  type Instance,
  type LastEnd,
  type Part,
  type Restart,
  templateOf,
  type WorkloadKind,
} from '../spec/index.ts'
import { backoffMs } from './backoff.ts'
import { exitText } from './exit-text.ts'
import { STABLE_AFTER_MS, UNFIT_AFTER_FAILURES } from './limits.ts'
import { OF_THE_COMPUTER } from './of-the-computer.ts'
import type { PacedProgress } from './pace.ts'
import { type Answer, answered, healthOf, type Probing, probingOf, troubleOf } from './probing.ts'
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
  /** Where they are; undefined: on loopback. */
  readonly address: string | undefined
  /** By the wall clock, for people. */
  readonly startedAtMs: number | undefined
  readonly restarts: number
  /** Failed starts, exits and failed checks in a row; what the backoff grows with. */
  readonly failures: number
  /** How its last run ended; undefined while it runs, and where it never ran. */
  readonly exit: Exit | undefined
  /** The same, kept beyond the next start. */
  readonly lastEnd: LastEnd | undefined
  readonly reason: Reason | undefined
  readonly progress: string | undefined
  /** What counts less is to give it its room, which goes on until this is `ready`. */
  readonly awaitsRoom: Instance['awaitsRoom']
}

export interface Exit {
  /** Undefined where nobody saw it. */
  readonly code: number | undefined
  /** By the wall clock, for people. */
  readonly atMs: number
}

export type Phase =
  /**
   * To be started at `untilMs`, which is `atMs` by the wall clock where it waits for having failed.
   * `leftover`: the runner still holds an exited one.
   */
  | { kind: 'waiting'; untilMs: number; leftover: boolean; atMs?: number }
  | { kind: 'starting'; pulling: boolean }
  | { kind: 'running'; sinceMs: number; probing: Probing; served: boolean }
  /** Its workload wants it to stay ended. */
  | { kind: 'over'; leftover: boolean }
  /** `stuck`: its engine could not end it; to be tried again when the engine is back. */
  | { kind: 'ending'; stuck: boolean }

export interface Claiming {
  index: number
  id: string
  /** When it may be started. */
  untilMs?: number
  awaitsRoom?: boolean
}

export function claimed(
  desired: DesiredWorkload,
  { index, id, untilMs = 0, awaitsRoom = false }: Claiming,
): LocalInstance {
  return {
    id,
    workload: desired.workload.name,
    kind: desired.workload.kind,
    index,
    generation: desired.generation,
    template: templateOf(desired.workload),
    inherited: false,
    phase: { kind: 'waiting', untilMs, leftover: false },
    health: 'unknown',
    ports: {},
    address: undefined,
    startedAtMs: undefined,
    restarts: 0,
    failures: 0,
    exit: undefined,
    lastEnd: undefined,
    reason: undefined,
    progress: undefined,
    awaitsRoom: awaitsRoom ? 'unready' : undefined,
  }
}

/** Told by a record or found running: what this node did before its last start. */
export function inherited(
  from: Pick<Instance, 'id' | 'workload' | 'kind' | 'index' | 'generation'>,
  record: Instance | undefined,
  reason: Reason | undefined,
): LocalInstance {
  const ended = record?.ended
  return {
    id: from.id,
    workload: from.workload,
    kind: from.kind,
    index: from.index,
    generation: from.generation,
    template: record?.template,
    inherited: true,
    phase: ended
      ? { kind: 'over', leftover: false }
      : { kind: 'waiting', untilMs: 0, leftover: false },
    health: 'unknown',
    ports: {},
    address: undefined,
    startedAtMs: record?.startedAt === undefined ? undefined : Date.parse(record.startedAt),
    restarts: record?.restarts ?? 0,
    // How often it may fail is compared with it for as long as it stays ended.
    failures: ended?.failures ?? 0,
    lastEnd: record?.lastEnd,
    exit: ended && { code: ended.exitCode, atMs: Date.parse(ended.at) },
    reason: ended ? record.reason : reason,
    progress: undefined,
    // What it had at hand may be gone.
    awaitsRoom: record?.awaitsRoom && 'unready',
  }
}

/** What has run is started again: it counts now, and not when it ends, since it may stay so. It lacks no secret any more. */
export function starting(local: LocalInstance): LocalInstance {
  const restarts = local.restarts + (local.exit ? 1 : 0)
  const failures = local.awaitsRoom ? 0 : local.failures
  const fresh = { exit: undefined, awaitsRoom: undefined }
  const reason = local.reason?.code.startsWith('SECRET_') ? undefined : local.reason
  return { ...preparing(local), health: 'unknown', restarts, failures, reason, ...fresh }
}

/** It gets what it needs besides its room. */
export function preparing(local: LocalInstance): LocalInstance {
  return { ...local, phase: { kind: 'starting', pulling: false }, progress: undefined }
}

/** All but the room is there; or is to be looked for anew, by the next life of this node. */
export function waitsForRoom(
  local: LocalInstance,
  awaitsRoom: NonNullable<Instance['awaitsRoom']>,
): LocalInstance {
  const phase: Phase = { kind: 'waiting', untilMs: 0, leftover: false }
  if (awaitsRoom === 'unready') return { ...local, phase, awaitsRoom, progress: undefined }
  return { ...local, phase, awaitsRoom, failures: 0, reason: undefined, progress: undefined }
}

export function progressed(local: LocalInstance, progress: PacedProgress): LocalInstance {
  if (local.phase.kind !== 'starting') return local
  const phase: Phase = { kind: 'starting', pulling: progress.step === 'pulling' }
  return { ...local, phase, progress: progressText(progress) }
}

/** `parts`: as it was started from, where that is known; until then nobody can say how it is. */
export function started(
  local: LocalInstance,
  running: Running,
  { parts, nowMs }: { parts: readonly Part[] | undefined; nowMs: number },
): LocalInstance {
  const probing = probingOf(parts ?? [], nowMs)
  const health = parts ? healthOf(probing) : 'unknown'
  return {
    ...local,
    phase: { kind: 'running', sinceMs: nowMs, probing, served: health === 'healthy' },
    health,
    ports: running.ports,
    address: running.address,
    startedAtMs: running.startedAtMs,
    exit: undefined,
    reason: undefined,
    progress: undefined,
    awaitsRoom: undefined,
  }
}

/** Nothing was ever asked of its engine, so that nothing of it can be there. */
export function isUnstarted({ phase, inherited: was, exit, startedAtMs }: LocalInstance): boolean {
  return phase.kind === 'waiting' && !phase.leftover && !was && !exit && startedAtMs === undefined
}

/** What it was started from has become known: its probes begin, and it is as healthy as they say. */
export function watched(
  local: LocalInstance,
  parts: readonly Part[],
  nowMs: number,
): LocalInstance {
  const { phase } = local
  if (phase.kind !== 'running') return local
  const probing = probingOf(parts, nowMs)
  const health = healthOf(probing)
  const served = phase.served || health === 'healthy'
  return { ...local, phase: { ...phase, probing, served }, health }
}

export interface Failure {
  nowMs: number
  /** By the wall clock, for people. */
  wallMs: number
  leftover: boolean
  /** Of what had run. */
  exit?: Exit
  backoff: Pick<Restart, 'backoffMs' | 'backoffMsMax'>
}

/** A start failed, it exited, or it no longer answers: it is started again after a while. */
export function failed(local: LocalInstance, reason: Reason, options: Failure): LocalInstance {
  const { phase } = local
  const ran = phase.kind === 'running'
  const stable = ran && options.nowMs - phase.sinceMs >= STABLE_AFTER_MS
  const failures = (stable ? 0 : local.failures) + 1
  const waitMs = backoffMs(failures, ran && phase.served, options.backoff)
  const untilMs = options.nowMs + waitMs
  const atMs = waitMs > 0 && { atMs: options.wallMs + waitMs }
  const exit = options.exit ?? (ran ? { code: undefined, atMs: options.wallMs } : undefined)
  return {
    ...local,
    phase: { kind: 'waiting', untilMs, leftover: options.leftover, ...atMs },
    health: ran ? 'unhealthy' : 'unknown',
    ports: {},
    address: undefined,
    failures,
    exit,
    lastEnd: exit ? lastEndOf(exit, reason) : local.lastEnd,
    reason,
    progress: undefined,
  }
}

/** It ran before this node knew of it, or while this node was away, and has ended. */
export function foundEnded(local: LocalInstance, exit: Exit): LocalInstance {
  const { phase } = local
  if (phase.kind !== 'waiting') return local
  const found = { ...local, phase: { ...phase, leftover: true } }
  if (local.exit) return found
  const message = `It ended${exitText(exit.code)} while its node or its engine was away.`
  return { ...found, exit, lastEnd: lastEndOf(exit, { code: 'EXITED', message }) }
}

function lastEndOf({ code: exitCode, atMs }: Exit, { code, message }: Reason): LastEnd {
  const at = new Date(atMs).toISOString()
  return { at, ...(exitCode !== undefined && { exitCode }), code, message }
}

/** It stays as it is, whatever its end was. */
export function over(local: LocalInstance): LocalInstance {
  const { phase, exit } = local
  if (phase.kind !== 'waiting') return local
  const why = local.reason?.message ?? ''
  const reason = {
    code: exit?.code === 0 ? 'ENDED' : 'GAVE_UP',
    message: `${why} It is not started again.`.trim(),
  }
  return { ...local, phase: { kind: 'over', leftover: phase.leftover }, health: 'unknown', reason }
}

/** Its attempt is given up and nothing of it is left: it stays until that is told, and is not tried again. */
export function ceded(local: LocalInstance, reason: Reason, atMs: number): LocalInstance {
  const exit: Exit = { code: undefined, atMs }
  const lastEnd = local.startedAtMs === undefined ? local.lastEnd : lastEndOf(exit, reason)
  return {
    ...local,
    phase: { kind: 'over', leftover: false },
    health: 'unknown',
    ports: {},
    address: undefined,
    exit,
    lastEnd,
    reason,
    progress: undefined,
  }
}

/** Its engine does not answer: nobody knows, and nothing is its own fault. */
export function unreachable(local: LocalInstance, reason: Reason): LocalInstance {
  const phase: Phase = { kind: 'waiting', untilMs: 0, leftover: true }
  return { ...local, phase, health: 'unknown', ports: {}, reason, progress: undefined }
}

/** Something that it needs is on its way: nothing has been started, and it is tried again soon. */
export function held(local: LocalInstance, reason: Reason, untilMs: number): LocalInstance {
  const phase: Phase = { kind: 'waiting', untilMs, leftover: false }
  return { ...local, phase, health: 'unknown', ports: {}, reason, progress: undefined }
}

export function ending(local: LocalInstance): LocalInstance {
  return { ...local, phase: { kind: 'ending', stuck: false }, progress: undefined }
}

export function stuck(local: LocalInstance, reason: Reason): LocalInstance {
  return { ...local, phase: { kind: 'ending', stuck: true }, reason }
}

/** Probes have answered. `failed` when it must be started again. */
export function probed(
  local: LocalInstance,
  answers: readonly Answer[],
  nowMs: number,
): LocalInstance | 'failed' {
  const { phase } = local
  if (phase.kind !== 'running') return local
  const { sinceMs } = phase
  const probing = answered(phase.probing, answers, { nowMs, sinceMs })
  if (probing === 'failed') return 'failed'
  const health = healthOf(probing)
  return {
    ...local,
    phase: { ...phase, probing, served: phase.served || health === 'healthy' },
    health,
    reason: troubleOf(probing, nowMs - sinceMs),
    // The failures before this start are over once it has served for a while.
    failures: health === 'healthy' && nowMs - sinceMs >= STABLE_AFTER_MS ? 0 : local.failures,
  }
}

/** As others are told of it. */
export function toInstance(local: LocalInstance, node: NodeId): Instance {
  const { startedAtMs, phase } = local
  const startsAtMs = phase.kind === 'waiting' ? phase.atMs : undefined
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
    ...(local.address !== undefined && { address: local.address }),
    ...(startedAtMs !== undefined && { startedAt: new Date(startedAtMs).toISOString() }),
    restarts: local.restarts,
    ...(startsAtMs !== undefined && { startsAt: new Date(startsAtMs).toISOString() }),
    ...(local.phase.kind === 'over' && { ended: endedOf(local) }),
    ...(local.lastEnd && { lastEnd: local.lastEnd }),
    ...(isUnfit(local) && { unfit: true }),
    ...(local.awaitsRoom && { awaitsRoom: local.awaitsRoom }),
    ...(local.reason && { reason: local.reason }),
    ...(local.progress !== undefined && { progress: local.progress }),
  }
}

/** Until it runs, so that another try here changes nobody's mind; of an attempt also when it is given up. */
function isUnfit({ phase, failures, reason }: LocalInstance): boolean {
  const isTried = ['waiting', 'starting', 'over'].includes(phase.kind)
  if (!isTried || failures < UNFIT_AFTER_FAILURES) return false
  return reason !== undefined && OF_THE_COMPUTER.has(reason.code)
}

function endedOf({ exit, failures }: LocalInstance): Ended {
  const { code, atMs } = exit ?? { code: undefined, atMs: 0 }
  return {
    at: new Date(atMs).toISOString(),
    ...(code !== undefined && { exitCode: code }),
    ...(failures > 0 && { failures }),
  }
}

function statusOf({ phase, failures, exit }: LocalInstance): Instance['status'] {
  switch (phase.kind) {
    case 'waiting':
      return failures > 0 ? 'Failed' : 'Pending'
    case 'starting':
      return phase.pulling ? 'Pulling' : 'Starting'
    case 'running':
      return 'Running'
    case 'over':
      return exit?.code === 0 ? 'Stopped' : 'Failed'
    case 'ending':
      return 'Stopping'
  }
}
