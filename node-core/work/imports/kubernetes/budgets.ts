/** PodDisruptionBudgets: how much of the workloads that they lead to may be away. */
import type { Draft } from '../draft.ts'
import type { Report, Scope } from '../report.ts'
import { say, within } from '../rules.ts'
import { byRules, field, itemsOf, type Rules, type Tree, textOf } from '../tree.ts'
import { ledElsewhereText } from './namespaces.ts'
import type { KubeObject } from './object.ts'
import { labelsOf } from './pod.ts'
import type { Kube } from './rule.ts'

interface Budgeted {
  scope: Scope
  to: Draft[]
  /** Why it leads to none, where that is known. */
  none: string | undefined
}
type Rule = (at: Tree, budgeted: Budgeted) => void

export function takeBudget(object: KubeObject, workloads: readonly Kube[], report: Report): void {
  const scope = report.scope()
  const selector = field(object.at, 'spec', 'selector')
  const matching = workloads.filter(
    ({ podLabels, draft }) => draft.job === undefined && selects(selector, podLabels),
  )
  const to = matching.filter(({ namespace }) => namespace === object.namespace)
  const there = to.length > 0 ? [] : matching.map(({ namespace }) => namespace)
  const where = { kind: 'PodDisruptionBudget', there, here: object.namespace }
  const none = ledElsewhereText(where, 'What its selector names')
  const into = { scope, to: to.map(({ draft }) => draft), none }
  byRules(object.at, OBJECT, { into, scope })
}

/** All that it says has to hold; one that says nothing leads to nothing. */
function selects(selector: Tree | undefined, labels: ReadonlyMap<string, string>): boolean {
  const equal = [...labelsOf(field(selector, 'matchLabels'))]
  const expressions = itemsOf(field(selector, 'matchExpressions'))
  if (equal.length + expressions.length === 0) return false
  return (
    equal.every(([key, value]) => labels.get(key) === value) &&
    expressions.every((one) => holds(one, labels))
  )
}

function holds(expression: Tree, labels: ReadonlyMap<string, string>): boolean {
  const value = labels.get(textOf(field(expression, 'key')) ?? '')
  const isListed = () => itemsOf(field(expression, 'values')).some((one) => textOf(one) === value)
  switch (textOf(field(expression, 'operator'))) {
    case 'In':
      return value !== undefined && isListed()
    case 'NotIn':
      return value === undefined || !isListed()
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

const OBJECT: Rules<Budgeted> = new Map<string, Rule>([
  ['apiVersion', say('kept')],
  ['kind', say('kept')],
  ['metadata', say('kept')],
  ['status', say('not-used')],
  ['spec', within(() => SPEC)],
])

const SPEC: Rules<Budgeted> = new Map<string, Rule>([
  [
    'selector',
    (at, { scope, to, none }) => scope.say(at, to.length > 0 ? 'kept' : 'not-used', none),
  ],
  ['minAvailable', amount('minAvailable')],
  ['maxUnavailable', amount('maxUnavailable')],
  // What does not serve may always be replaced.
  [
    'unhealthyPodEvictionPolicy',
    (at, { scope }) => scope.say(at, textOf(at) === 'AlwaysAllow' ? 'always-so' : 'no-tuning'),
  ],
])

function amount(name: 'minAvailable' | 'maxUnavailable'): Rule {
  return (at, { scope, to, none }) => {
    const [, digits, share] = /^(\d{1,6})(%)?$/.exec(textOf(at) ?? '') ?? []
    if (digits === undefined) {
      scope.say(at, 'wrong-form')
      return
    }
    for (const draft of to) {
      const count = share ? ((draft.replicas ?? 1) * Number(digits)) / 100 : Number(digits)
      draft.disruption = { [name]: Math.min(1_000, Math.ceil(count)) }
    }
    if (to.length === 0) scope.say(at, 'not-used', none)
    else scope.say(at, share ? 'share-counted' : 'kept')
  }
}
