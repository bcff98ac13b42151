import type {
  InstanceView,
  JobRunView,
  WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import type { Tone } from '../../design/index.ts'
import { formatClock, formatWhen } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'

export function workloadTone(status: WorkloadView['status']): Tone {
  switch (status) {
    case 'Running':
    case 'Succeeded':
    case 'Scheduled':
      return 'well'
    case 'Asleep':
    case 'Paused':
      return 'off'
    case 'Pending':
      return 'warn'
    case 'Progressing':
    case 'Deleting':
      return 'busy'
    case 'Degraded':
      return 'warn'
    case 'Failed':
      return 'bad'
  }
}

/** Its state; one that serves while something else takes its place is no longer starting. */
export function workloadWord(workload: WorkloadView, t: Text): string {
  const { status, generation, conditions } = workload
  const now = changeNow(workload)
  if (status !== 'Progressing' || (now !== 'goesOn' && now !== 'waits')) {
    return t(`workloads.status.${status}`)
  }
  const isOnTrial = now === 'goesOn' && conditions.some(({ code }) => code === 'CANARY')
  return t(`workloads.changing.${isOnTrial ? 'onTrial' : now}`, { version: generation })
}

export function runTone(outcome: JobRunView['outcome']): Tone {
  switch (outcome) {
    case 'running':
      return 'busy'
    case 'succeeded':
      return 'well'
    case 'failed':
      return 'bad'
    case 'replaced':
    case 'missed':
      return 'warn'
  }
}

const RUN_REASONS = ['TOO_LATE', 'OVERLAP', 'CHANGED', 'DEADLINE'] as const

/** Why a run went as it did, where its slots do not tell, as a key of the words for it. */
export function runReason({ outcome, code }: Pick<JobRunView, 'outcome' | 'code'>) {
  const known = RUN_REASONS.find((each) => each === code)
  return known === 'OVERLAP' && outcome === 'replaced' ? 'REPLACED' : known
}

export function instanceWord(instance: InstanceView, t: Text): string {
  if (instance.lost) return t('workloads.lost')
  if (instance.unassigned) return t('workloads.unassigned')
  const status = t(`workloads.instanceStatus.${instance.status}`)
  return instance.status === 'Running'
    ? `${status}, ${t(`workloads.health.${instance.health}`)}`
    : status
}

export function instanceTone(instance: InstanceView): Tone {
  if (instance.lost || instance.unassigned) return 'warn'
  switch (instance.status) {
    case 'Running':
      return instance.health === 'healthy'
        ? 'well'
        : instance.health === 'unknown'
          ? 'busy'
          : 'warn'
    case 'Pending':
    case 'Pulling':
    case 'Starting':
    case 'Stopping':
      return 'busy'
    case 'Stopped':
      return instance.ended?.exitCode === 0 ? 'well' : 'off'
    case 'Failed':
      return 'bad'
  }
}

const UNDER_WAY = ['ROLLING_OUT', 'ROLLOUT_PAUSED', 'CANARY']

/** How it is with a change: one goes on, one waits, or there is none and the next one would wait. */
export function changeNow({
  rollout,
  conditions,
}: Pick<WorkloadView, 'rollout' | 'conditions'>): 'goesOn' | 'waits' | 'held' | 'none' {
  if (conditions.some(({ code }) => UNDER_WAY.includes(code))) {
    return rollout.paused ? 'waits' : 'goesOn'
  }
  return rollout.paused ? 'held' : 'none'
}

/** Whether its address is answered: by a copy that runs, or by the one that a request wakes. */
export function isAnswered({ status, running_instances }: WorkloadView): boolean {
  return status === 'Asleep' || running_instances > 0
}

/** One word for each copy wanted, or running beyond that: what the row of little caps shows. */
export function slotTones(workload: WorkloadView): Tone[] {
  const tones = [...workload.instances]
    .filter((instance) => !instance.unassigned)
    .filter((instance) => instance.status !== 'Stopped' || instance.ended)
    .sort((a, b) => a.index - b.index)
    .map(instanceTone)
  const wanted = workload.job?.completions ?? workload.replicas
  while (tones.length < wanted) tones.push('off')
  return tones
}

/** Whether the network's own authority stands for that address: no browser knows it by itself. */
export function ofOwnAuthority(secureUrl: string): boolean {
  return new URL(secureUrl).hostname.endsWith('.localhost')
}

/** How it last ended, of what runs again or is to. A time, as below; why is not said twice. */
export function lastEndText(
  { lastEnd, ended, reason }: InstanceView,
  t: Text,
  language: string,
): string | undefined {
  if (!lastEnd || ended) return undefined
  const when = formatWhen(lastEnd.at, language)
  if (reason?.message === lastEnd.message) return t('workloads.lastEnd.same', { when })
  return t('workloads.lastEnd.told', { when, why: lastEnd.message })
}

/** Of what failed. A time rather than a wait: nobody draws anew while nothing changes. */
export function nextStartText(
  { startsAt, lost, restarts }: InstanceView,
  t: Text,
  { language, nowMs }: { language: string; nowMs: number },
): string | undefined {
  if (startsAt === undefined || lost) return undefined
  if (Date.parse(startsAt) <= nowMs) return t('workloads.nextStart.now')
  const clock = formatClock(startsAt, language)
  return t(restarts > 1 ? 'workloads.nextStart.later' : 'workloads.nextStart.at', { clock })
}

/** Of a new copy that is ready, and does not count for its change yet. A time, as above. */
export function warmingText(
  { warmsUntil, lost }: InstanceView,
  t: Text,
  { language, nowMs }: { language: string; nowMs: number },
): string | undefined {
  if (warmsUntil === undefined || lost) return undefined
  if (Date.parse(warmsUntil) <= nowMs) return t('workloads.warmingLonger')
  return t('workloads.warming', { clock: formatClock(warmsUntil, language) })
}

/** What a node says of a schedule between its runs, for the command line. */
const BETWEEN_RUNS = ['NOT_DUE', 'SCHEDULE_PAUSED']

/** Whether that is all that there is to say of a condition: the window says it in its own words. */
export function isOfSchedule({ code }: { code: string }): boolean {
  return BETWEEN_RUNS.includes(code)
}

/** Of a schedule between its runs: nothing is to run now, so how much does says nothing. */
export function nextRunText({ job }: WorkloadView, t: Text, language: string): string {
  if (job?.schedule?.paused) return t('workloads.next.paused')
  if (job?.nextRunAt === undefined) return t('workloads.next.unknown')
  return t('workloads.next.at', { when: formatWhen(job.nextRunAt, language) })
}

export function pausedText(
  { at, by, copies }: NonNullable<WorkloadView['paused']>,
  t: Text,
  language: string,
): string {
  const when = formatWhen(at, language)
  return t('workloads.pausing.since', { when, who: by.name, count: copies })
}

/** Why none of its copies is there, where that is so. */
export function noCopiesText(workload: WorkloadView, t: Text, language: string): string {
  if (workload.status === 'Scheduled') return nextRunText(workload, t, language)
  if (workload.paused) return pausedText(workload.paused, t, language)
  return t(workload.status === 'Asleep' ? 'workloads.sleeps' : 'workloads.noInstances')
}
