/** Restarts and ends, as Docker and Kubernetes write them, within what the model takes. */
import { GRACE_MS_MAX, RESTARTS_MAX } from '../spec/index.ts'
import { sayAmount } from './amounts.ts'
import { type Draft, setRestart } from './draft.ts'
import type { Scope } from './report.ts'
import { byRules, type Rules, type Tree, textOf, wholeNumber } from './tree.ts'
import { parseDurationMs } from './units.ts'

interface Into {
  draft: Draft
  scope: Scope
}

/** `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`. */
export function takeRestart(at: Tree, { draft, scope }: Into): void {
  const [, rule, bound] = /^(no|always|unless-stopped|on-failure)(?::(\d{1,9}))?$/.exec(
    textOf(at) ?? '',
  ) ?? ['', undefined, undefined]
  if (rule === undefined || (bound !== undefined && rule !== 'on-failure')) {
    scope.say(at, 'wrong-form')
    return
  }
  // Docker takes 0 as no bound.
  const atMost = bound === undefined || Number(bound) === 0 ? undefined : Number(bound)
  if (rule === 'on-failure') setRestart(draft, { when: 'onFailure', ...within(atMost) })
  else if (rule === 'no') setRestart(draft, { when: 'never' })
  scope.say(at, 'kept')
}

/** A service's `deploy.restart_policy`. */
export function takeRestartPolicy(at: Tree, into: Into): void {
  byRules(at, POLICY, { into, scope: into.scope })
}

const POLICY: Rules<Into> = new Map([
  ['condition', takeCondition],
  [
    'max_attempts',
    (at: Tree, { draft, scope }: Into) => {
      const atMost = wholeNumber(at)
      if (atMost !== undefined && atMost > 0) setRestart(draft, within(atMost))
      sayAmount(at, { read: atMost, form: 'count' }, scope)
    },
  ],
  [
    'delay',
    (at: Tree, { draft, scope }: Into) => {
      const delayMs = parseDurationMs(textOf(at) ?? '')
      const fits = delayMs !== undefined && delayMs >= 100 && delayMs <= 3_600_000
      if (fits) setRestart(draft, { backoffMs: delayMs })
      scope.say(at, fits ? 'kept' : 'no-restart-window')
    },
  ],
  ['window', (at: Tree, { scope }: Into) => scope.say(at, 'no-restart-window')],
])

function takeCondition(at: Tree, { draft, scope }: Into): void {
  const rule = textOf(at)
  if (rule === 'none') setRestart(draft, { when: 'never' })
  else if (rule === 'on-failure') setRestart(draft, { when: 'onFailure' })
  else if (rule !== 'any') {
    scope.say(at, 'wrong-form')
    return
  }
  scope.say(at, 'kept')
}

/** `1m30s`; a number alone is seconds. */
export function takeGrace(at: Tree, { draft, scope }: Into): void {
  const seconds = wholeNumber(at)
  const graceMs = seconds === undefined ? parseDurationMs(textOf(at) ?? '') : seconds * 1_000
  if (graceMs !== undefined) draft.graceMs = Math.min(graceMs, GRACE_MS_MAX)
  const code = draft.graceMs === graceMs ? 'kept' : 'shorter-grace'
  sayAmount(at, { read: graceMs, form: 'duration', code }, scope)
}

function within(atMost: number | undefined): { atMost?: number } {
  return atMost === undefined ? {} : { atMost: Math.min(atMost, RESTARTS_MAX) }
}
