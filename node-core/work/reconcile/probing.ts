/**
 * What the probes of one running instance have said so far, and which is to be asked when. Pure; the
 * shell in `instance-driver.ts` asks.
 */
import type { Health, Part, Probe, ProbeRole } from '../spec/index.ts'
import {
  EAGER_PROBES_MS,
  FIRST_PROBE_MS_MAX,
  FIRST_PROBE_MS_MIN,
  HEALTHY_WITHIN_MS,
  RETRY_PROBE_MS,
} from './limits.ts'

/** One probe of one part. */
export interface Watched {
  readonly part: string
  readonly role: ProbeRole
  readonly probe: Probe
  /** Milliseconds on the monotonic clock; never for a `startup` probe that has passed. */
  readonly dueMs: number
  /** In a row. */
  readonly failures: number
  readonly passes: boolean
  /** Since this start. */
  readonly passedOnce: boolean
  /** Another one of its part must pass first. */
  readonly waits: boolean
}

export type Probing = readonly Watched[]

export function probingOf(parts: readonly Part[], nowMs: number): Probing {
  return parts.flatMap(({ name, probes }) =>
    (['startup', 'live', 'ready'] as const).flatMap((role): Watched[] => {
      const probe = probes[role]
      if (!probe) return []
      const waits = role !== 'startup' && probes.startup !== undefined
      const fresh = { failures: 0, passes: false, passedOnce: false, waits }
      return [{ part: name, role, probe, dueMs: nowMs, ...fresh }]
    }),
  )
}

/** Those to be asked now. */
export function due(probing: Probing, nowMs: number): Watched[] {
  return probing.filter(({ waits, dueMs }) => !waits && dueMs <= nowMs)
}

/** When the next one is to be asked. Infinity when none ever is. */
export function nextDueMs(probing: Probing): number {
  return Math.min(...probing.map(({ waits, dueMs }) => (waits ? Number.POSITIVE_INFINITY : dueMs)))
}

export interface Answer {
  part: string
  role: ProbeRole
  ok: boolean
}

/** `failed`: the instance must be started again. `sinceMs`: when it was started. */
export function answered(
  probing: Probing,
  answers: readonly Answer[],
  { nowMs, sinceMs }: { nowMs: number; sinceMs: number },
): Probing | 'failed' {
  let failed = false
  const next = probing.map((watched) => {
    const answer = answers.find(({ part, role }) => part === watched.part && role === watched.role)
    if (!answer) return watched
    const told = answer.ok ? passed(watched, nowMs) : refused(watched, nowMs, nowMs - sinceMs)
    failed ||= told === 'failed'
    return told === 'failed' ? watched : told
  })
  if (failed) return 'failed'
  return next.map((watched) => {
    const holds = next.some(({ part, role, passedOnce }) => {
      return part === watched.part && role === 'startup' && !passedOnce
    })
    return watched.waits && !holds ? { ...watched, waits: false, dueMs: nowMs } : watched
  })
}

function passed(watched: Watched, nowMs: number): Watched {
  const isOver = watched.role === 'startup'
  const dueMs = isOver ? Number.POSITIVE_INFINITY : nowMs + watched.probe.periodMs
  return { ...watched, dueMs, failures: 0, passes: true, passedOnce: true }
}

function refused(watched: Watched, nowMs: number, ageMs: number): Watched | 'failed' {
  const { role, probe, passedOnce } = watched
  const failures = watched.failures + 1
  const again = (afterMs: number, passes: boolean): Watched => {
    return { ...watched, failures, passes, dueMs: nowMs + afterMs }
  }
  if (role === 'startup') {
    return failures >= probe.failures ? 'failed' : again(probe.periodMs, false)
  }
  if (!passedOnce) {
    // What is still starting is asked eagerly; how long it may take is said by a `startup` probe.
    if (role === 'live' && ageMs > HEALTHY_WITHIN_MS) return 'failed'
    const eagerMs = Math.min(FIRST_PROBE_MS_MAX, FIRST_PROBE_MS_MIN + watched.failures * 15)
    return again(ageMs > EAGER_PROBES_MS ? RETRY_PROBE_MS : eagerMs, false)
  }
  const counts = failures >= probe.failures
  if (role === 'live' && counts) return 'failed'
  const retryMs = counts ? probe.periodMs : Math.min(probe.periodMs, RETRY_PROBE_MS)
  return again(retryMs, watched.passes && !counts)
}

/** Healthy when all pass; unhealthy when one that had passed does no longer. */
export function healthOf(probing: Probing): Health {
  if (probing.every(({ passes }) => passes)) return 'healthy'
  return probing.some(({ passes, passedOnce }) => passedOnce && !passes) ? 'unhealthy' : 'unknown'
}

export interface ProbeTrouble {
  code: 'NOT_HEALTHY_YET' | 'UNHEALTHY'
  message: string
}

/** What keeps it from being healthy, for people; nothing yet of one that has just started. */
export function troubleOf(probing: Probing, ageMs: number): ProbeTrouble | undefined {
  const fails = (one: Watched): boolean => !one.passes && !one.waits && one.failures > 0
  const lost = probing.find((one) => one.passedOnce && fails(one))
  const late = ageMs > EAGER_PROBES_MS ? probing.find(fails) : undefined
  const watched = lost ?? late
  if (!watched) return undefined
  return { code: lost ? 'UNHEALTHY' : 'NOT_HEALTHY_YET', message: textOf(watched, probing) }
}

/** Why it was given up, by which answer. */
export function whyGivenUp(probing: Probing, answer: Answer | undefined): ProbeTrouble {
  const watched = probing.find(({ part, role }) => part === answer?.part && role === answer.role)
  const message = watched ? textOf(watched, probing) : 'It no longer passed its probe.'
  return { code: 'UNHEALTHY', message }
}

/** Which part is said where there are several. */
function textOf({ part, role, probe, passedOnce }: Watched, probing: Probing): string {
  const isOne = probing.every((one) => one.part === part)
  const whose = isOne ? `its ${role} probe` : `the ${role} probe of “${part}”`
  const fails = passedOnce ? `It no longer passes ${whose}` : `It has never passed ${whose}`
  return `${fails}: ${questionText(probe)}.`
}

function questionText(probe: Probe): string {
  switch (probe.kind) {
    case 'http':
      return `GET ${probe.path} on port ${probe.port} does not succeed`
    case 'tcp':
      return `nothing answers on TCP port ${probe.port}`
    case 'command':
      // Only its name: what follows may be a password.
      return `its command ${probe.command[0] ?? ''} does not succeed in time`
  }
}
