/** Services and Ingresses: which ports of which workload are meant to be reached. */
import { messageFor } from '../codes.ts'
import { addPort, type Draft, labelOf } from '../draft.ts'
import type { Report, Scope } from '../report.ts'
import { all, say, sayOf } from '../rules.ts'
import { byRules, field, itemsOf, type Rules, type Tree, textOf, wholeNumber } from '../tree.ts'
import { ledElsewhereText } from './namespaces.ts'
import type { KubeObject } from './object.ts'
import type { Kube } from './rule.ts'
import { selects, severalText } from './service-names.ts'

interface Leading {
  scope: Scope
  /** Why it leads to none, where that can be told. */
  none: string | undefined
  /** The workloads that it leads to. */
  to: Kube[]
}
type Rule = (at: Tree, leading: Leading) => void

/** Whoever uses the Service uses the workload that it leads to. */
export function takeServiceObject(object: KubeObject, workloads: readonly Kube[], report: Report) {
  const scope = report.scope()
  const matching = workloads.filter(({ podLabels }) => selects(object.at, podLabels))
  const to = matching.filter(({ namespace }) => namespace === object.namespace)
  const there = to.length > 0 ? [] : matching.map(({ namespace }) => namespace)
  const where = { kind: 'Service', there, here: object.namespace }
  const none = ledElsewhereText(where, 'What its selector names')
  byRules(object.at, SERVICE, { into: { scope, to, none }, scope })
  const [only, second] = to
  for (const { draft, namespace } of workloads) {
    if (namespace === object.namespace) leadOn(draft, object.name, second ? undefined : only?.draft)
  }
}

/** Names of the Service become names of the workload; those that lead to none, or to itself, go. */
function leadOn(draft: Draft, service: string, to: Draft | undefined): void {
  for (const [as, name] of draft.uses) {
    if (name !== labelOf(service) || as.split('.')[0] !== service) continue
    if (to && to !== draft) draft.uses.set(as, to.name)
    else draft.uses.delete(as)
  }
}

const SPEC: Rules<Leading> = new Map<string, Rule>([
  ['ports', all(takePort)],
  ['selector', saySelector],
  ['type', takeType],
  ...sayOf('no-networks', 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'),
  ...sayOf('no-networks', 'externalIPs', 'loadBalancerIP', 'loadBalancerClass'),
  ...sayOf('no-networks', 'loadBalancerSourceRanges', 'externalTrafficPolicy'),
  ...sayOf('no-networks', 'internalTrafficPolicy', 'trafficDistribution'),
  ...sayOf('no-networks', 'sessionAffinity', 'sessionAffinityConfig', 'healthCheckNodePort'),
  ...sayOf('no-networks', 'publishNotReadyAddresses', 'allocateLoadBalancerNodePorts'),
  ...sayOf('no-names', 'externalName'),
])

const SERVICE: Rules<Leading> = new Map<string, Rule>([
  ['apiVersion', say('kept')],
  ['kind', say('kept')],
  ['metadata', say('kept')],
  ['status', say('not-used')],
  ['spec', (at, leading) => byRules(at, SPEC, { into: leading, scope: leading.scope })],
])

/** One that leads to several gives its ports to each, and its name to none. */
function saySelector(at: Tree, { scope, to, none }: Leading): void {
  if (to.length > 1) scope.say(at, 'no-names', severalText(to.map(({ draft }) => draft.name)))
  else scope.say(at, to.length > 0 ? 'kept' : 'not-used', none)
}

function takeType(at: Tree, { scope }: Leading): void {
  scope.say(at, textOf(at) === 'ClusterIP' ? 'kept' : 'edge-names')
}

/** Where one of its ports leads to: a number, or the name of a port of the pod. */
function targetOf(port: Tree): Tree | undefined {
  return field(port, 'targetPort') ?? field(port, 'port')
}

export function containerPortOf(port: Tree, { portNames }: Kube): number | undefined {
  const target = targetOf(port)
  return wholeNumber(target) ?? portNames.get(textOf(target) ?? '')
}

function takePort(at: Tree, { scope, to, none }: Leading): void {
  const target = targetOf(at)
  const protocol = (textOf(field(at, 'protocol')) ?? 'TCP').toLowerCase()
  if (!target || (protocol !== 'tcp' && protocol !== 'udp')) {
    scope.say(at, 'wrong-form')
    return
  }
  const numbers: number[] = []
  let added = false
  for (const kube of to) {
    const { draft } = kube
    const containerPort = containerPortOf(at, kube)
    const [first] = draft.parts
    if (containerPort !== undefined) numbers.push(containerPort)
    const there = draft.parts.some(({ ports }) =>
      ports.some(
        (one) => one.containerPort === containerPort && (one.protocol ?? 'tcp') === protocol,
      ),
    )
    if (containerPort === undefined || !first || there) continue
    added = addPort(first, { containerPort, protocol })
  }
  if (numbers.length === 0) {
    if (to.length === 0) scope.say(at, 'not-used', none)
    else scope.say(at, 'not-used', 'No container that it leads to has a port of this name.')
    return
  }
  // What is found by its name is found at the ports that it declares itself (docs/adr/0034).
  const moved = numbers.find((number) => number !== wholeNumber(field(at, 'port')))
  if (moved === undefined) scope.say(at, added ? 'ports-joined' : 'kept')
  else scope.say(at, 'answers-at-target', `${messageFor('answers-at-target')} It is ${moved}.`)
}

const INGRESS: Rules<{ scope: Scope }> = new Map<
  string,
  (at: Tree, into: { scope: Scope }) => void
>([
  ['apiVersion', say('kept')],
  ['kind', say('kept')],
  ['metadata', say('kept')],
  ['status', say('not-used')],
  [
    'spec',
    (at, { scope }) => {
      const rules = itemsOf(field(at, 'rules'))
      scope.say(at, 'edge-names')
      for (const rule of rules) scope.say(rule, 'edge-names')
    },
  ],
])

export function takeIngress({ at }: KubeObject, report: Report): void {
  const scope = report.scope()
  byRules(at, INGRESS, { into: { scope }, scope })
}
