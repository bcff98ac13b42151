/** Affinity by labels: to computers, and to or away from workloads of the same text, once all were read. */
import type { ReportCode } from '../codes.ts'
import type { Scope } from '../report.ts'
import { all, say, within } from '../rules.ts'
import { byRules, field, fieldsOf, itemsOf, type Rules, type Tree, textOf } from '../tree.ts'
import { selectNodes } from './node-labels.ts'
import { labelsOf } from './pod.ts'
import type { Kube } from './rule.ts'

interface Placed {
  scope: Scope
  kube: Kube
  /** Those that its rules may speak of, itself among them. */
  near: readonly Kube[]
}
type Rule = (at: Tree, placed: Placed) => void

export function takeAffinity(kube: Kube, workloads: readonly Kube[]): void {
  const { affinity, scope, namespace } = kube
  if (!affinity) return
  const near = workloads.filter((one) => one.namespace === namespace)
  byRules(affinity, AFFINITY, { into: { scope, kube, near }, scope })
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

const AFFINITY: Rules<Placed> = new Map<string, Rule>([
  [
    'nodeAffinity',
    within(
      () =>
        new Map<string, Rule>([
          [REQUIRED, takeNodes],
          [PREFERRED, all(say('no-placement'))],
        ]),
    ),
  ],
  ['podAffinity', within(() => towards(takeNear))],
  ['podAntiAffinity', within(() => towards(takeApart))],
])

/** Rules stand bare, wishes have a weight beside them. */
function towards(take: (term: Term, placed: Placed) => ReportCode | undefined) {
  const rule =
    (isRule: boolean): Rule =>
    (at, placed) => {
      const term = termOf(isRule ? at : field(at, 'podAffinityTerm'), isRule, placed)
      const code = term && take(term, placed)
      placed.scope.say(at, code ?? (isRule ? 'place-not-kept' : 'no-placement'))
    }
  return new Map<string, Rule>([
    [REQUIRED, all(rule(true))],
    [PREFERRED, all(rule(false))],
  ])
}

interface Term {
  isRule: boolean
  over: string | undefined
  self: boolean
  /** Names of the others that it selects. */
  others: string[]
}

/** Undefined where it says more than labels of pods in its own namespace. */
function termOf(at: Tree | undefined, isRule: boolean, { kube, near }: Placed): Term | undefined {
  const said = [...fieldsOf(at).keys()]
  const labels = selectorOf(field(at, 'labelSelector'))
  if (!labels || said.some((name) => name !== 'labelSelector' && name !== 'topologyKey')) {
    return undefined
  }
  const to = near.filter(({ podLabels }) => {
    return [...labels].every(([key, value]) => podLabels.get(key) === value)
  })
  const others = to.filter((one) => one !== kube).map(({ draft }) => draft.name)
  return { isRule, over: textOf(field(at, 'topologyKey')), self: to.includes(kube), others }
}

/** Labels with one value each; undefined where it selects in another way, or everything. */
function selectorOf(at: Tree | undefined): Map<string, string> | undefined {
  const labels = labelsOf(field(at, 'matchLabels'))
  for (const expression of itemsOf(field(at, 'matchExpressions'))) {
    const [key, value, more] = [
      textOf(field(expression, 'key')),
      ...itemsOf(field(expression, 'values')).map(textOf),
    ]
    const isOne = textOf(field(expression, 'operator')) === 'In' && more === undefined
    if (key === undefined || value === undefined || !isOne) return undefined
    labels.set(key, value)
  }
  return labels.size === 0 ? undefined : labels
}

const NODE = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

/** Copies of one workload are spread anyhow; by a rule, not by a wish, workloads are kept apart. */
function takeApart({ over, self, others, isRule }: Term, { kube: { draft } }: Placed) {
  if (others.length > 0 && (!isRule || over !== NODE)) return undefined
  if (self && over === ZONE) {
    draft.overSites = true
    return 'spread-over-sites'
  }
  if (over !== NODE || (!self && others.length === 0)) return undefined
  for (const name of others) draft.apart.add(name)
  if (!isRule) return 'always-so'
  if (self) draft.apart.add(draft.name)
  return 'kept'
}

function takeNear({ over, self, others, isRule }: Term, { kube: { draft } }: Placed) {
  if (over !== NODE || self || others.length === 0) return undefined
  for (const name of others) draft.near.add(name)
  return isRule ? 'near-as-a-wish' : 'kept'
}

/** Of several terms one is enough in Kubernetes: that is not to be had here. */
function takeNodes(at: Tree, { kube, scope }: Placed): void {
  const [term, second] = itemsOf(field(at, 'nodeSelectorTerms'))
  const expressions = itemsOf(field(term, 'matchExpressions'))
  if (!term || second || fieldsOf(term).size !== 1 || expressions.length === 0) {
    scope.say(at, 'place-not-kept')
    return
  }
  for (const expression of expressions) {
    const [key, operator] = [field(expression, 'key'), field(expression, 'operator')].map(textOf)
    const [value, more] = itemsOf(field(expression, 'values')).map(textOf)
    if (key === undefined || value === undefined || operator !== 'In' || more !== undefined) {
      scope.say(expression, 'place-not-kept')
    } else selectNodes(expression, { key, value }, kube)
  }
}
