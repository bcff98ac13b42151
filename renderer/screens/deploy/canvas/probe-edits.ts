import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { type Bodies, type Container, changeBody, changeContainer, without } from './bodies.ts'
import { isAlone } from './part-edits.ts'
import { declaredPorts } from './ports.ts'

type Probes = NonNullable<Container['probes']>
type Role = keyof Probes
export type Probe = NonNullable<Probes[Role]>

export const PROBE_ROLES = ['startup', 'live', 'ready'] as const satisfies readonly Role[]
export type ProbeRole = (typeof PROBE_ROLES)[number]
/** `usual`: nothing is said of probes, and the node asks what fits. */
export type ProbeKind = Probe['kind'] | 'usual' | 'none'

/** What is said of a part's probes, wherever it is; `health` is short for `live`. */
function probesOf(body: DeployInput, part: number): Probes | undefined {
  const { health, probes } = isAlone(body) ? body : {}
  if (health) return health.kind === 'running' ? {} : { live: health }
  return body.containers?.[part]?.probes ?? probes
}

export function probeOf(body: DeployInput, part: number, role: ProbeRole): Probe | undefined {
  return probesOf(body, part)?.[role]
}

export function kindOf(body: DeployInput, part: number, role: ProbeRole): ProbeKind {
  const probes = probesOf(body, part)
  return probes?.[role]?.kind ?? (!probes && role === 'live' ? 'usual' : 'none')
}

/** What can be asked; as usual only where nothing else is said. */
export function kindsFor(body: DeployInput, part: number, role: ProbeRole): ProbeKind[] {
  const { startup, ready } = probesOf(body, part) ?? {}
  const isUsual = role === 'live' && !startup && !ready
  return [
    ...(isUsual ? (['usual'] as const) : []),
    ...(['none', 'http', 'tcp', 'command'] as const),
  ]
}

export function setProbeKind(
  bodies: Bodies,
  index: number,
  { part, role }: { part: number; role: ProbeRole },
  kind: ProbeKind,
): Bodies {
  return changeBody(bodies, index, (body) => {
    if (kind === 'usual') return withProbes(body, part, undefined)
    const before = probeOf(body, part, role)
    return withProbe(body, { part, role }, kind === 'none' ? undefined : ofKind(before, kind))
  })
}

/** Of a probe that is there. */
export function changeProbe(
  bodies: Bodies,
  index: number,
  at: { part: number; role: ProbeRole },
  to: (probe: Probe) => Probe,
): Bodies {
  return changeBody(bodies, index, (body) => {
    const probe = probeOf(body, at.part, at.role)
    return probe ? withProbe(body, at, to(probe)) : body
  })
}

/** How often it is asked, and where, stays as it was said. */
function ofKind(before: Probe | undefined, kind: Probe['kind']): Probe {
  const { kind: _, ...said } = before ?? { kind }
  const { command = [], path, port, ...times } = { ...NOTHING_SAID, ...said }
  const at = port === undefined ? {} : { port }
  switch (kind) {
    case 'http':
      return { kind, ...(path !== undefined && { path }), ...at, ...times }
    case 'tcp':
      return { kind, ...at, ...times }
    case 'command':
      return { kind, command, ...times }
  }
}

const NOTHING_SAID: { command?: string[]; path?: string; port?: number } = {}

function withProbe(
  body: DeployInput,
  { part, role }: { part: number; role: ProbeRole },
  probe: Probe | undefined,
): DeployInput {
  const before = probesOf(body, part) ?? (role === 'live' ? {} : usualOf(body, part))
  const { [role]: _, ...others } = before
  return withProbes(body, part, probe ? { ...before, [role]: probe } : others)
}

/** What a node asks where nothing is said: in words as soon as something else is said beside it. */
function usualOf(body: DeployInput, part: number): Probes {
  if (!body.containers) return { live: { kind: 'http' } }
  const own = declaredPorts(body).filter((port) => port.part === part)
  return own.some(({ protocol }) => protocol === 'tcp') ? { live: { kind: 'tcp' } } : {}
}

/** Written where something was said already; short where it was short and still can be. */
function withProbes(body: DeployInput, part: number, probes: Probes | undefined): DeployInput {
  const { health, probes: top } = isAlone(body) ? body : {}
  const isOnTop = body.containers === undefined || health !== undefined || top !== undefined
  const bare = isOnTop ? without(without(body, 'health'), 'probes') : body
  if (!isOnTop) {
    return changeContainer(bare, part, ({ probes: _, ...rest }) => {
      return probes ? { ...rest, probes } : rest
    })
  }
  if (!probes) return bare
  const { live, ...others } = probes
  if (!health || Object.keys(others).length > 0) return { ...bare, probes }
  return { ...bare, health: live ?? { kind: 'running' } }
}
