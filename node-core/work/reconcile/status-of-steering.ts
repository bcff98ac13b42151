/** What was decided about how many copies there are, and about a change by shares, for people. Pure. */
import type { StartFailure } from '../rollout/index.ts'
import { boundsOf, type Canary, type DesiredWorkload, shareOf, stepOf } from '../spec/index.ts'
import type { Reason } from './local-instance.ts'

export function asleepCondition({ workload }: DesiredWorkload): Reason[] {
  if (!workload.autoscale || workload.replicas > 0) return []
  return [
    { code: 'ASLEEP', message: 'Asleep, since nobody asks for it. The next request wakes it.' },
  ]
}

/** Why there are as many as there are; nothing where that was never decided. */
export function scaledReason({ workload, scaled }: DesiredWorkload): Reason[] {
  const { autoscale: rules, replicas: copies } = workload
  if (!rules || !scaled || copies === 0) return []
  const { most } = boundsOf(workload)
  const { why, measured = 0 } = scaled
  const texts: Record<string, string> = {
    REQUESTS: `for ${measured} requests a second, ${rules.requestsPerSecond} for each`,
    LATENCY: `since 99 of 100 answers came within ${measured} ms, and ${rules.p99Ms} ms are wanted`,
    PROCESSOR: `for ${measured / 1_000} cores in use, ${rules.cpuPercent} % of what each requests`,
    QUEUE: `for ${measured} in its queue, ${rules.queue?.perCopy} for each`,
    WOKEN: 'since a request woke it',
  }
  const reason = texts[why] ?? 'as its bounds say'
  const bound = copies === most ? ' More it may not have.' : ''
  const message = `${copies} ${copies === 1 ? 'copy' : 'copies'}, ${reason}.${bound}`
  return [{ code: 'SCALED', message }]
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
