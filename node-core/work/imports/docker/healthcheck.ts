/** Docker's health check, as the probes it comes to here. */

import { PROBE_BOUNDS } from '../../spec/index.ts'
import { sayAmount } from '../amounts.ts'
import type { PartDraft } from '../draft.ts'
import { STARTUP_PERIOD_MS } from '../limits.ts'
import { clampTimes, startupOf } from '../probe-times.ts'
import type { Scope } from '../report.ts'
import { byRules, isTrue, itemsOf, type Rules, type Tree, textOf, wholeNumber } from '../tree.ts'
import { parseDurationMs } from '../units.ts'

/** What Docker takes where nothing is said. */
const PERIOD_MS = 30_000
const TIMEOUT_MS = 30_000
const RETRIES = 3

interface Check {
  scope: Scope
  command?: string[]
  none: boolean
  periodMs: number
  timeoutMs: number
  retries: number
  startMs: number
  startPeriodMs: number
}

export function takeHealthcheck(at: Tree, part: PartDraft, scope: Scope): void {
  const times = {
    periodMs: PERIOD_MS,
    timeoutMs: TIMEOUT_MS,
    retries: RETRIES,
    startMs: 0,
    startPeriodMs: STARTUP_PERIOD_MS,
  }
  const check: Check = { scope, none: false, ...times }
  byRules(at, CHECK, { into: check, scope })
  if (check.none) part.unasked = true
  if (check.none || !check.command) return
  const asked = { periodMs: check.periodMs, timeoutMs: check.timeoutMs, failures: check.retries }
  const live = { kind: 'command' as const, command: check.command, ...clampTimes(asked, at, scope) }
  part.probes.live = live
  // While it starts, failures do not count; then as many do as ever.
  const withinMs = check.startMs + live.periodMs * live.failures
  const everyMs = Math.max(PROBE_BOUNDS.periodMs[0], Math.min(check.startPeriodMs, live.periodMs))
  const startup = startupOf(live, { withinMs, everyMs })
  if (startup) part.probes.startup = startup
}

const CHECK: Rules<Check> = new Map<string, (at: Tree, check: Check) => void>([
  ['test', takeTest],
  [
    'disable',
    (at, check) => {
      check.none = isTrue(at)
      check.scope.say(at, 'kept')
    },
  ],
  ['interval', duration('periodMs')],
  ['timeout', duration('timeoutMs')],
  ['start_period', duration('startMs')],
  ['start_interval', duration('startPeriodMs')],
  [
    'retries',
    (at, check) => {
      const retries = wholeNumber(at)
      if (retries !== undefined && retries > 0) check.retries = retries
      sayAmount(at, { read: retries, form: 'count' }, check.scope)
    },
  ],
])

function takeTest(at: Tree, check: Check): void {
  const text = textOf(at)
  const [kind, ...words] = itemsOf(at).map((item) => textOf(item) ?? '')
  if (text !== undefined) {
    check.none = text === 'NONE'
    if (!check.none) check.command = ['/bin/sh', '-c', text]
  } else if (kind === 'NONE') {
    check.none = true
  } else if (kind === 'CMD-SHELL' && words.length > 0) {
    check.command = ['/bin/sh', '-c', words.join(' ')]
  } else if (kind === 'CMD' && words.length > 0) {
    check.command = words
  } else {
    check.scope.say(at, 'wrong-form')
    return
  }
  check.scope.say(at, check.none ? 'kept' : 'probe-restarts')
}

function duration(into: 'periodMs' | 'timeoutMs' | 'startMs' | 'startPeriodMs') {
  return (at: Tree, check: Check): void => {
    const ms = parseDurationMs(textOf(at) ?? '')
    if (ms !== undefined && (ms > 0 || into === 'startMs')) check[into] = ms
    sayAmount(at, { read: ms, form: 'duration' }, check.scope)
  }
}
