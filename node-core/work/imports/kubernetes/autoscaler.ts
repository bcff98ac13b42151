/** HorizontalPodAutoscalers: between which numbers of copies a workload is scaled, and by what. */
import { sayAmount } from '../amounts.ts'
import { labelOf } from '../draft.ts'
import type { Manifest } from '../manifest.ts'
import type { Report, Scope } from '../report.ts'
import { say, sayOf, within } from '../rules.ts'
import {
  byRules,
  each,
  field,
  fieldsOf,
  isEmpty,
  type Rules,
  type Tree,
  textOf,
  wholeNumber,
} from '../tree.ts'
import { ledElsewhereText } from './namespaces.ts'
import type { KubeObject } from './object.ts'
import type { Kube } from './rule.ts'

type Autoscale = NonNullable<Manifest['autoscale']>

interface Scaling {
  scope: Scope
  rules: Partial<Autoscale>
  to: Kube | undefined
  /** Why there is none, where that is known. */
  none: string | undefined
  /** By something that there is here. */
  scales: boolean
}
type Rule = (at: Tree, scaling: Scaling) => void

const WINDOW_SECONDS_MAX = 86_400

/** What one scales: by what its workload is called here. */
export function targetOf({ at, namespace }: KubeObject): string {
  const name = textOf(field(at, 'spec', 'scaleTargetRef', 'name')) ?? ''
  return `${namespace}/${labelOf(name) ?? ''}`
}

/** By nothing that there is here it is not scaled at all. */
export function scales({ at }: KubeObject): boolean {
  const spec = field(at, 'spec')
  const metrics = field(spec, 'metrics')
  const percents = [
    wholeNumber(field(spec, 'targetCPUUtilizationPercentage')),
    ...(metrics ? each(metrics).map(processorPercent) : []),
  ]
  return percents.some((percent) => percent !== undefined)
}

export function takeAutoscaler(object: KubeObject, workloads: readonly Kube[], report: Report) {
  const target = targetOf(object)
  const to = workloads.find((one) => `${one.namespace}/${one.draft.name}` === target)
  const scope = report.scope(to?.draft.name)
  const rules: Partial<Autoscale> = {}
  const same = workloads.filter(({ draft }) => target.endsWith(`/${draft.name}`))
  const there = to ? [] : same.map(({ namespace }) => namespace)
  const where = { kind: 'HorizontalPodAutoscaler', there, here: object.namespace }
  const none = ledElsewhereText(where, 'What it is to scale')
  const into = { scope, rules, to, none, scales: scales(object) }
  byRules(object.at, OBJECT, { into, scope })
  const { max, cpuPercent, ...rest } = rules
  if (to && max !== undefined && cpuPercent !== undefined) {
    to.draft.autoscale = { ...rest, max, cpuPercent }
  }
}

const number = (key: 'min' | 'max' | 'cpuPercent'): Rule => {
  return (at, { scope, rules, scales }) => {
    const value = wholeNumber(at)
    if (value !== undefined) rules[key] = value
    sayAmount(at, { read: value, form: 'count', ...(!scales && { code: 'no-scaling' }) }, scope)
  }
}

const windowOf = (key: 'upAfterMs' | 'downAfterMs'): Rules<Scaling> =>
  new Map<string, Rule>([
    [
      'stabilizationWindowSeconds',
      (at, { scope, rules }) => {
        const seconds = wholeNumber(at)
        if (seconds !== undefined) rules[key] = Math.min(seconds, WINDOW_SECONDS_MAX) * 1_000
        sayAmount(at, { read: seconds, form: 'seconds' }, scope)
      },
    ],
    ...sayOf('no-scaling', 'policies', 'selectPolicy', 'tolerance'),
  ])
const UP = windowOf('upAfterMs')
const DOWN = windowOf('downAfterMs')

const BEHAVIOR: Rules<Scaling> = new Map<string, Rule>([
  ['scaleUp', within(() => UP)],
  ['scaleDown', within(() => DOWN)],
])

const SPEC: Rules<Scaling> = new Map<string, Rule>([
  ['scaleTargetRef', say('kept')],
  ['minReplicas', number('min')],
  ['maxReplicas', number('max')],
  ['targetCPUUtilizationPercentage', number('cpuPercent')],
  ['metrics', takeMetrics],
  ['behavior', within(() => BEHAVIOR)],
])

const OBJECT: Rules<Scaling> = new Map<string, Rule>([
  ['apiVersion', say('kept')],
  ['kind', say('kept')],
  ['metadata', say('kept')],
  ['status', say('not-used')],
  [
    'spec',
    (at, scaling) => {
      if (scaling.to) byRules(at, SPEC, { into: scaling, scope: scaling.scope })
      else for (const value of partsOf(at)) scaling.scope.say(value, 'not-used', scaling.none)
    },
  ],
])

function partsOf(at: Tree): Iterable<Tree> {
  return at.kind === 'map' && !isEmpty(at) ? fieldsOf(at).values() : [at]
}

function takeMetrics(at: Tree, scaling: Scaling): void {
  for (const metric of each(at)) takeMetric(metric, scaling)
}

function takeMetric(at: Tree, { scope, rules }: Scaling): void {
  const percent = processorPercent(at)
  if (percent !== undefined) rules.cpuPercent = percent
  scope.say(at, percent === undefined ? 'no-scaling' : 'kept')
}

/** The processor, as a share of what is requested; memory does not fall when copies are added. */
function processorPercent(at: Tree): number | undefined {
  const isProcessor =
    textOf(field(at, 'type')) === 'Resource' && textOf(field(at, 'resource', 'name')) === 'cpu'
  return isProcessor
    ? wholeNumber(field(at, 'resource', 'target', 'averageUtilization'))
    : undefined
}
