/** What was decided about how many copies there are, and about a change by shares, for people. Pure. */
import type { StartFailure } from '../rollout/index.ts'
import {
  boundsOf,
  type Canary,
  type DesiredWorkload,
  portsOf,
  shareOf,
  stepOf,
  type Workload,
} from '../spec/index.ts'
import type { Reason } from './local-instance.ts'

/** `quorum`: as of `PlacementInput`. */
export function asleepCondition({ workload }: DesiredWorkload, quorum = true): Reason[] {
  if (!workload.autoscale || workload.replicas > 0) return []
  const message = `Asleep, since nobody asks for it. ${quorum ? wakingText(workload) : NOBODY_WAKES}`
  return [{ code: 'ASLEEP', message }]
}

export function pausedCondition({ workload: { name } }: DesiredWorkload): Reason[] {
  const message = `Paused: nothing of it runs until: mycelium resume ${name}`
  return [{ code: 'PAUSED', message }]
}

const NOBODY_WAKES = 'Nothing wakes it now: the committee is out of reach, which would have to.'

/** What has neither is refused. */
function wakingText(workload: Workload): string {
  const isAsked = portsOf(workload).some(({ protocol }) => protocol === 'tcp')
  const isQueued = workload.autoscale?.queue !== undefined
  if (!isQueued) return 'The next request wakes it.'
  return isAsked
    ? 'The next request wakes it, or what comes into its queue.'
    : 'What comes into its queue wakes it.'
}

/** Why there are as many as there are; nothing where that was never decided. */
export function scaledReason({ workload, scaled }: DesiredWorkload): Reason[] {
  const { autoscale: rules, replicas: copies } = workload
  if (!rules || !scaled || copies === 0) return []
  const { most } = boundsOf(workload)
  const { why, measured = 0 } = scaled
  const texts: Record<string, string> = {
    REQUESTS: `for ${measured} requests a second, ${rules.requestsPerSecond} for each`,
    LATENCY: latencyText(measured, rules.p99Ms),
    PROCESSOR: `for ${measured / 1_000} cores in use, ${rules.cpuPercent} % of what each requests`,
    QUEUE: `for ${measured} in its queue, ${rules.queue?.perCopy} for each`,
    WOKEN: 'since a request woke it',
  }
  const reason = texts[why] ?? 'as its bounds say'
  const holds = most < rules.max ? 'ceiling has no room for another' : `max is ${rules.max}`
  const bound = copies === most ? ` More it may not have: autoscale.${holds}.` : ''
  const message = `${copies} ${copies === 1 ? 'copy' : 'copies'}, ${reason}.${bound}`
  return [{ code: 'SCALED', message }]
}

/** While its queue holds `text`, which is no whole number. */
export function queueUnreadable({ workload }: DesiredWorkload, text: string): Reason {
  const key = workload.autoscale?.queue?.key ?? ''
  const holds = text === '' ? 'is empty' : `holds “${text}”`
  const message =
    `Its queue ${key} ${holds}, where a whole number ought to stand: until one does, nothing is scaled ` +
    `by it, and there are no fewer copies. To write one: mycelium kv put ${key} NUMBER`
  return { code: 'QUEUE_UNREADABLE', message }
}

/** Few answers are a reason for fewer copies, and too few for a word about them; earlier releases told it as 0 ms. */
function latencyText(measuredMs: number, wantedMs: number | undefined): string {
  if (measuredMs === 0) return 'since too few requests come to say how long they take'
  return `since 99 of 100 answers came within ${measuredMs} ms, and ${wantedMs} ms are wanted`
}

/** While it is under way. */
export function canaryReason(desired: DesiredWorkload): Reason {
  const { steps = [] } = desired.workload.rollout
  const share = `${shareOf(desired)} % of the requests go to the new version`
  const step = steps[stepOf(desired)]
  const next = !step
    ? 'the old copies end when every new one is healthy'
    : step.forMs === undefined
      ? 'it waits to be promoted'
      : `${step.forMs / 1_000} s after its copies are healthy it goes on, if it does no worse`
  return { code: 'CANARY', message: `${share}; ${next}.` }
}

/** Of what came back in the place of a version that did worse. */
export function takenBackCondition({ generation, canary }: DesiredWorkload): Reason[] {
  const { failed } = canary ?? {}
  if (!failed || failed.generation + 1 !== generation) return []
  return [{ code: 'CANARY_TAKEN_BACK', message: takenBackText(failed) }]
}

type Failed = NonNullable<Canary['failed']>

export function takenBackText(failed: Failed): string {
  return `Generation ${failed.generation} was taken back: ${failureText(failed)}.`
}

function failureText({ why, measured = 0, before = 0 }: Failed): string {
  const unstarted = UNSTARTED_TEXT.get(why)
  if (unstarted) return `for ${measured} s it could not be started, since ${unstarted}`
  switch (why) {
    case 'ERRORS':
      return `${measured / 10} % of its answers were errors, of the old version’s ${before / 10} %`
    case 'LATENCY':
      return `99 of 100 answers came within ${measured} ms, of the old version’s within ${before} ms`
    default:
      return `its copies did not become healthy${measured === 0 ? '' : ` in ${measured} s`}`
  }
}

const UNSTARTED_TEXT: ReadonlyMap<string, string> = new Map<StartFailure, string>([
  ['IMAGE_NOT_FOUND', 'nobody in reach has its image, and no registry gives it'],
  ['BLOB_NOT_FOUND', 'nobody in reach has its bundle'],
  ['DIGEST_MISMATCH', 'what comes under the name of its image or bundle is something else'],
  ['BUNDLE_INVALID', 'its bundle is not in order'],
  ['PUBLISHER_UNTRUSTED', 'nobody here trusts who signed its bundle'],
  ['NOT_SUPPORTED', 'it asks for something that is not done where it was to run'],
  ['START_FAILED', 'its start failed each time'],
])
