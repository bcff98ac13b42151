/** How a part is asked whether it is well: what was said, filled up, and what its kind has otherwise. */
import {
  DEFAULT_HEALTH_PATH,
  DEFAULT_PROBE_FAILURES,
  DEFAULT_PROBE_PERIOD_MS,
  DEFAULT_PROBE_TIMEOUT_MS,
} from './defaults.ts'
import type { WrongField } from './errors.ts'
import type { Part, Port, Probe, Probes, WorkloadKind } from './index.ts'
import {
  PROBE_FAILURES_MAX,
  PROBE_PERIOD_MS_MAX,
  PROBE_PERIOD_MS_MIN,
  PROBE_TIMEOUT_MS_MAX,
  PROBE_TIMEOUT_MS_MIN,
} from './limits.ts'
import type { HealthBody, ProbeBody, ProbesBody } from './part-body.ts'

/** Least and most of what a probe may be told. */
export const PROBE_BOUNDS = {
  periodMs: [PROBE_PERIOD_MS_MIN, PROBE_PERIOD_MS_MAX],
  timeoutMs: [PROBE_TIMEOUT_MS_MIN, PROBE_TIMEOUT_MS_MAX],
  failures: [1, PROBE_FAILURES_MAX],
} as const

const ROLES = ['startup', 'live', 'ready'] as const

/** What a part says of its probes; `health` is short for `probes.live`. */
export interface AskedProbes {
  probes?: ProbesBody | undefined
  health?: HealthBody | undefined
}

/** The port that is asked unless told otherwise: the first one declared for TCP. */
function probedPort(ports: readonly Port[]): number | undefined {
  return ports.find((port) => port.protocol === 'tcp')?.containerPort
}

export function toProbes(asked: AskedProbes, ports: readonly Port[], kind: WorkloadKind): Probes {
  if (asked.health?.kind === 'running') return {}
  const probes = asked.health ? { live: asked.health } : asked.probes
  if (probes === undefined) return probesOfKind(ports, kind)
  const filled: Probes = {}
  for (const role of ROLES) {
    const body = probes[role]
    const probe = body && toProbe(body, ports, kind)
    if (probe) filled[role] = probe
  }
  return filled
}

/**
 * Without a word: bundles promise `GET /health`; a container with a TCP port is asked whether it
 * listens, since not every server speaks HTTP; anything else must run.
 */
function probesOfKind(ports: readonly Port[], kind: WorkloadKind): Probes {
  const live = toProbe({ kind: kind === 'process' ? 'http' : 'tcp' }, ports, kind)
  return live ? { live } : {}
}

function toProbe(asked: ProbeBody, ports: readonly Port[], kind: WorkloadKind): Probe | undefined {
  const times = {
    periodMs: asked.periodMs ?? DEFAULT_PROBE_PERIOD_MS,
    timeoutMs: asked.timeoutMs ?? DEFAULT_PROBE_TIMEOUT_MS,
    failures: asked.failures ?? DEFAULT_PROBE_FAILURES,
  }
  if (asked.kind === 'command') return { kind: 'command', command: asked.command, ...times }
  const port = asked.port ?? probedPort(ports)
  if (port === undefined) return undefined
  if (asked.kind === 'tcp') return { kind: 'tcp', port, ...times }
  const path = asked.path ?? (kind === 'process' ? DEFAULT_HEALTH_PATH : '/')
  return { kind: 'http', path, port, ...times }
}

/** A probe must go to a declared port of its part, unless it is a command. */
export function wrongProbes(asked: AskedProbes, ports: readonly Port[], at: string): WrongField[] {
  const wrong: WrongField[] = []
  if (asked.health && asked.probes) {
    wrong.push({ path: `${at}health`, message: `Already said in ${at}probes.` })
  }
  const said = asked.health && asked.health.kind !== 'running' ? asked.health : undefined
  if (said) wrong.push(...wrongPort(said, ports, `${at}health`))
  for (const role of ROLES) {
    const probe = asked.probes?.[role]
    if (probe) wrong.push(...wrongPort(probe, ports, `${at}probes.${role}`))
  }
  return wrong
}

function wrongPort(probe: ProbeBody, ports: readonly Port[], at: string): WrongField[] {
  if (probe.kind === 'command') return []
  const port = probe.port ?? probedPort(ports)
  if (port === undefined) {
    return [{ path: `${at}.port`, message: 'This is needed: no TCP port is declared.' }]
  }
  if (ports.some((one) => one.containerPort === port && one.protocol === 'tcp')) return []
  return [{ path: `${at}.port`, message: 'Must be one of the declared TCP ports.' }]
}

/**
 * The probes of a part whose ports have changed: its own, but where nobody had said any, or where a port
 * that they ask is declared no more, those of its kind. A first port is therefore asked from then on.
 */
export function probesAfter(
  { ports, probes }: Pick<Part, 'ports' | 'probes'>,
  next: readonly Port[],
  kind: WorkloadKind,
): Probes {
  const silent = probesOfKind(ports, kind)
  const unsaid = ROLES.every((role) => isSame(probes[role], silent[role]))
  return unsaid || !declares(next, probes) ? probesOfKind(next, kind) : probes
}

function isSame(one: Probe | undefined, other: Probe | undefined): boolean {
  const [a, b] = [one, other].map((probe) => Object.entries(probe ?? {}).sort())
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Whether every port that is asked is among those declared. */
function declares(ports: readonly Port[], probes: Probes): boolean {
  return Object.values(probes).every((probe) => {
    if (probe.kind === 'command') return true
    return ports.some((one) => one.containerPort === probe.port && one.protocol === 'tcp')
  })
}
