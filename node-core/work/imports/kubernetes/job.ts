/** What a Job and a CronJob say beside their pod. */
import { sayAmount } from '../amounts.ts'
import { IMPORTED_RETRIES_MAX } from '../limits.ts'
import type { Manifest } from '../manifest.ts'
import { say, sayOf } from '../rules.ts'
import { isTrue, type Tree, textOf, wholeNumber } from '../tree.ts'
import type { Kube, KubeRule } from './rule.ts'

type Job = NonNullable<Manifest['job']>

export const JOB_RULES: readonly (readonly [string, KubeRule])[] = [
  ['completions', number((job, completions) => ({ ...job, completions }))],
  ['parallelism', takeParallelism],
  ['backoffLimit', takeBackoffLimit],
  ['backoffLimitPerIndex', number((job, retries) => ({ ...job, retries }))],
  [
    'activeDeadlineSeconds',
    number((job, seconds) => ({ ...job, deadlineMs: Math.max(1_000, seconds * 1_000) })),
  ],
  ['completionMode', takeMode],
  ['suspend', takeSuspend],
  ['selector', say('kept')],
  ['manualSelector', say('kept')],
  ['ttlSecondsAfterFinished', say('history-kept')],
  ...sayOf('no-job-rule', 'podFailurePolicy', 'successPolicy', 'maxFailedIndexes'),
  ...sayOf('no-job-rule', 'podReplacementPolicy', 'managedBy'),
]

export const CRON_RULES: readonly (readonly [string, KubeRule])[] = [
  ['schedule', takeCron],
  ['timeZone', takeZone],
  ['concurrencyPolicy', takeConcurrency],
  ['startingDeadlineSeconds', takeStartingDeadline],
  ['suspend', takeSuspend],
  ['successfulJobsHistoryLimit', say('history-kept')],
  ['failedJobsHistoryLimit', say('history-kept')],
]

function number(change: (job: Job, value: number) => Job): KubeRule {
  return (at, { draft, scope }) => {
    const value = wholeNumber(at)
    if (value !== undefined) draft.job = change(draft.job ?? {}, value)
    sayAmount(at, { read: value, form: 'count' }, scope)
  }
}

/** Without completions so many take from one queue, and it is over when one of them ended well. */
function takeParallelism(at: Tree, { draft, scope, hasCompletions }: Kube): void {
  const parallelism = wholeNumber(at)
  const alone = parallelism !== undefined && parallelism > 1 && !hasCompletions
  if (parallelism !== undefined) {
    draft.job = { ...draft.job, parallelism, ...(alone && { completions: parallelism }) }
  }
  sayAmount(at, { read: parallelism, form: 'count', code: alone ? 'of-its-slots' : 'kept' }, scope)
}

function takeBackoffLimit(at: Tree, { draft, scope }: Kube): void {
  const retries = wholeNumber(at)
  if (retries === undefined) {
    scope.say(at, 'wrong-form')
    return
  }
  draft.job = { ...draft.job, retries: Math.min(retries, IMPORTED_RETRIES_MAX) }
  scope.say(at, 'retries-of-each')
}

/** Slots are always counted here. */
function takeMode(at: Tree, { scope }: Kube): void {
  scope.say(at, textOf(at) === 'NonIndexed' ? 'kept' : 'slot-known-otherwise')
}

function takeSuspend(at: Tree, kube: Kube): void {
  const hasSchedule = kube.draft.job?.schedule !== undefined
  if (isTrue(at) && hasSchedule) setSchedule(kube, { paused: true })
  // Nothing holds a job without a schedule back, and to run what was held back is no small thing.
  if (isTrue(at) && !hasSchedule) kube.scope.say(at, 'scaled-to-none', SUSPENDED)
  else kube.scope.say(at, 'kept')
}

const SUSPENDED =
  'It is held back, and here a job begins when it is deployed: take “suspend” out, or bring it when it is to run.'

/** What is said before the expression itself waits for it. */
function setSchedule({ draft }: Kube, said: Partial<NonNullable<Job['schedule']>>): void {
  const schedule = { cron: '', ...draft.job?.schedule, ...said }
  draft.job = { ...draft.job, schedule }
}

function takeCron(at: Tree, kube: Kube): void {
  const cron = textOf(at) ?? ''
  setSchedule(kube, { cron })
  kube.scope.say(at, cron === '' ? 'wrong-form' : 'kept')
}

function takeZone(at: Tree, kube: Kube): void {
  const timeZone = textOf(at) ?? ''
  if (timeZone !== '') setSchedule(kube, { timeZone })
  kube.scope.say(at, timeZone === '' ? 'wrong-form' : 'kept')
}

function takeConcurrency(at: Tree, kube: Kube): void {
  const overlap = OVERLAPS.get(textOf(at) ?? '')
  if (overlap) setSchedule(kube, { overlap })
  kube.scope.say(at, overlap ? 'kept' : 'wrong-form')
}

const OVERLAPS: ReadonlyMap<string, 'allow' | 'forbid' | 'replace'> = new Map([
  ['Allow', 'allow'],
  ['Forbid', 'forbid'],
  ['Replace', 'replace'],
] as const)

function takeStartingDeadline(at: Tree, kube: Kube): void {
  const seconds = wholeNumber(at)
  if (seconds === undefined) {
    kube.scope.say(at, 'wrong-form')
    return
  }
  const startWithinMs = Math.min(604_800_000, Math.max(1_000, seconds * 1_000))
  setSchedule(kube, { startWithinMs })
  kube.scope.say(at, startWithinMs === seconds * 1_000 ? 'kept' : 'late-start')
}
