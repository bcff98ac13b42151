/** startupProbe, livenessProbe and readinessProbe as the three roles that there are here. */
import { PROBE_BOUNDS } from '../../spec/index.ts'
import { sayAmount } from '../amounts.ts'
import { addPort, type ProbeTimes } from '../draft.ts'
import type { ManifestProbe } from '../manifest.ts'
import { clampTimes, startupOf } from '../probe-times.ts'
import type { Scope } from '../report.ts'
import { say, sayOf } from '../rules.ts'
import { byRules, field, itemsOf, type Rules, type Tree, textOf, wholeNumber } from '../tree.ts'
import type { ContainerRule, KubeContainer } from './rule.ts'

interface Asked {
  scope: Scope
  container: KubeContainer
  times: ProbeTimes
  delay?: { at: Tree; ms: number }
  question?: Question
}
type Question =
  | { kind: 'http'; path: string; port: number }
  | { kind: 'tcp'; port: number }
  | { kind: 'command'; command: string[] }

export function takeProbe(role: 'startup' | 'live' | 'ready'): ContainerRule {
  return (at, container) => {
    const { scope, part } = container
    // What Kubernetes takes where nothing is said.
    const times = { periodMs: 10_000, timeoutMs: 1_000, failures: 3 }
    const asked: Asked = { scope, container, times }
    byRules(at, PROBE, { into: asked, scope })
    if (!asked.question) return
    const probe: ManifestProbe = { ...asked.question, ...clampTimes(asked.times, at, scope) }
    if (probe.kind !== 'command') addPort(part, { containerPort: probe.port })
    part.probes[role] = probe
    takeDelay(role, asked, { probe, container })
  }
}

const PROBE: Rules<Asked> = new Map<string, (at: Tree, asked: Asked) => void>([
  ['httpGet', takeHttp],
  ['tcpSocket', takeTcp],
  ['exec', takeExec],
  ['periodSeconds', seconds('periodMs', 1_000)],
  ['timeoutSeconds', seconds('timeoutMs', 1_000)],
  ['failureThreshold', seconds('failures', 1)],
  ['grpc', say('no-probe-detail')],
  ['initialDelaySeconds', readDelay],
  ...sayOf('no-probe-detail', 'successThreshold'),
  ...sayOf('no-probe-detail', 'terminationGracePeriodSeconds'),
])

function seconds(into: keyof ProbeTimes, factor: number) {
  return (at: Tree, { times, scope }: Asked): void => {
    const number = wholeNumber(at)
    if (number !== undefined && number > 0) times[into] = number * factor
    sayAmount(at, { read: number, form: 'count' }, scope)
  }
}

/** Spoken of once the role and the other times are known. */
function readDelay(at: Tree, asked: Asked): void {
  const seconds = wholeNumber(at)
  if (seconds === undefined) asked.scope.say(at, 'wrong-form')
  else asked.delay = { at, ms: seconds * 1_000 }
}

/** Here a start is asked from its beginning: what would not have been asked counts as failures more. */
function takeDelay(
  role: 'startup' | 'live' | 'ready',
  { delay }: Asked,
  { probe, container }: { probe: ManifestProbe; container: KubeContainer },
): void {
  if (role === 'live') container.liveDelayMs = delay?.ms ?? 0
  if (!delay) return
  if (role !== 'startup' || delay.ms === 0) {
    container.scope.say(delay.at, 'asked-at-once')
    return
  }
  const [, most] = PROBE_BOUNDS.failures
  probe.failures = Math.min(most, probe.failures + Math.ceil(delay.ms / probe.periodMs))
  const message = `Asked from the start, and ${probe.failures} failures count: as long as with this delay.`
  container.scope.say(delay.at, 'probe-times', message)
}

/** Once all of a container was read: a start may take as long as its liveness probe lets it. */
export function settleStart(at: Tree, { part, scope, liveDelayMs = 0 }: KubeContainer): void {
  const { live, startup } = part.probes
  if (!live || startup) return
  const withinMs = liveDelayMs + live.periodMs * live.failures
  const longer = startupOf(live, { withinMs, everyMs: 1_000 })
  if (!longer) return
  part.probes.startup = longer
  const seconds = Math.round(withinMs / 1_000)
  const message = `Its start may take ${seconds} seconds, as there: a startup probe asks the same every ${longer.periodMs} ms.`
  scope.say(at, 'probe-times', message)
}

function takeHttp(at: Tree, asked: Asked): void {
  const { scope } = asked
  const port = portOf(field(at, 'port'), asked.container)
  if (port === undefined) {
    scope.say(at, 'wrong-form')
    return
  }
  const scheme = field(at, 'scheme')
  if (scheme && textOf(scheme)?.toUpperCase() !== 'HTTP') {
    scope.say(at, 'no-probe-detail', 'Asked whether it listens instead: probes do not speak TLS.')
    asked.question = { kind: 'tcp', port }
    return
  }
  const path = textOf(field(at, 'path')) ?? '/'
  asked.question = { kind: 'http', path: path.startsWith('/') ? path : `/${path}`, port }
  for (const name of ['host', 'httpHeaders']) {
    const detail = field(at, name)
    if (detail) scope.say(detail, 'no-probe-detail')
  }
  scope.say(at, 'kept')
}

function takeTcp(at: Tree, asked: Asked): void {
  const port = portOf(field(at, 'port'), asked.container)
  if (port !== undefined) asked.question = { kind: 'tcp', port }
  asked.scope.say(at, port === undefined ? 'wrong-form' : 'kept')
}

function takeExec(at: Tree, asked: Asked): void {
  const command = itemsOf(field(at, 'command')).map((word) => textOf(word) ?? '')
  if (command.length > 0) asked.question = { kind: 'command', command }
  asked.scope.say(at, command.length === 0 ? 'wrong-form' : 'kept')
}

/** A number, or what a port of the pod is called. */
function portOf(at: Tree | undefined, { kube }: KubeContainer): number | undefined {
  return wholeNumber(at) ?? kube.portNames.get(textOf(at) ?? '')
}
