/** startupProbe, livenessProbe and readinessProbe as the three roles that there are here. */
import { sayAmount } from '../amounts.ts'
import { addPort, type ProbeTimes } from '../draft.ts'
import type { ManifestProbe } from '../manifest.ts'
import { clampTimes } from '../probe-times.ts'
import type { Scope } from '../report.ts'
import { say, sayOf } from '../rules.ts'
import { byRules, field, itemsOf, type Rules, type Tree, textOf, wholeNumber } from '../tree.ts'
import type { ContainerRule, KubeContainer } from './rule.ts'

interface Asked {
  scope: Scope
  container: KubeContainer
  times: ProbeTimes
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
  ...sayOf('no-probe-detail', 'initialDelaySeconds', 'successThreshold'),
  ...sayOf('no-probe-detail', 'terminationGracePeriodSeconds'),
])

function seconds(into: keyof ProbeTimes, factor: number) {
  return (at: Tree, { times, scope }: Asked): void => {
    const number = wholeNumber(at)
    if (number !== undefined && number > 0) times[into] = number * factor
    sayAmount(at, { read: number, form: 'count' }, scope)
  }
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
