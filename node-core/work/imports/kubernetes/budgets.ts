/** PodDisruptionBudgets: how much of the workloads that they lead to may be away. */
import type { Draft } from '../draft.ts'
import type { Report, Scope } from '../report.ts'
import { say, within } from '../rules.ts'
import { byRules, field, type Rules, type Tree, textOf } from '../tree.ts'
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
  const selector = labelsOf(field(object.at, 'spec', 'selector', 'matchLabels'))
  const matching = workloads.filter(
    ({ podLabels, draft }) =>
      selector.size > 0 &&
      draft.job === undefined &&
      [...selector].every(([key, value]) => podLabels.get(key) === value),
  )
  const to = matching.filter(({ namespace }) => namespace === object.namespace)
  const there = to.length > 0 ? [] : matching.map(({ namespace }) => namespace)
  const where = { kind: 'PodDisruptionBudget', there, here: object.namespace }
  const none = ledElsewhereText(where, 'What its selector names')
  const into = { scope, to: to.map(({ draft }) => draft), none }
  byRules(object.at, OBJECT, { into, scope })
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
