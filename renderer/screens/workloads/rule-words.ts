import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { coresOf, formatDuration, formatMemory, formatWhen } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'
import { PRIORITIES } from '../rules/index.ts'

type Autoscale = NonNullable<WorkloadView['autoscale']>
type Part = WorkloadView['parts'][number]

/** How many copies there are to be, and by what: a line each. */
export function copiesLines(workload: WorkloadView, t: Text, language: string) {
  const { replicas, autoscale, paused } = workload
  if (!autoscale) return [t('workloads.rules.fixed', { count: paused?.copies ?? replicas })]
  const time = (ms: number): string => formatDuration(ms / 1_000, language)
  const { min, max, ceiling } = autoscale
  const pace = { up: time(autoscale.upAfterMs), down: time(autoscale.downAfterMs) }
  const sleep = { idle: time(autoscale.idleMs), wake: time(autoscale.wakeMs) }
  return [
    t('workloads.facts.autoscaleText', { min, max }),
    ...measureLines(autoscale, t),
    t('workloads.rules.pace', pace),
    ...(min === 0 ? [t('workloads.rules.sleeps', sleep)] : []),
    ...(ceiling ? [t('workloads.rules.ceiling', { what: ceilingText(ceiling, t, language) })] : []),
  ]
}

function measureLines({ requestsPerSecond, p99Ms, cpuPercent, queue }: Autoscale, t: Text) {
  return [
    ...(requestsPerSecond === undefined
      ? []
      : [t('workloads.rules.by.requests', { count: requestsPerSecond })]),
    ...(p99Ms === undefined ? [] : [t('workloads.rules.by.p99', { ms: p99Ms })]),
    ...(cpuPercent === undefined ? [] : [t('workloads.rules.by.cpu', { percent: cpuPercent })]),
    ...(queue ? [t('workloads.rules.by.queue', { key: queue.key, count: queue.perCopy })] : []),
  ]
}

function ceilingText(
  { cpuMillis, memoryBytes }: NonNullable<Autoscale['ceiling']>,
  t: Text,
  language: string,
): string {
  const cpu = cpuMillis === undefined ? [] : [t('words.cores', { count: coresOf(cpuMillis) })]
  const memory = memoryBytes === undefined ? [] : [formatMemory(memoryBytes, language)]
  return new Intl.ListFormat(language).format([...cpu, ...memory])
}

/** What was decided last, where it is one of the reasons that there are. */
export function decidedText({ autoscale }: WorkloadView, t: Text, language: string) {
  const { now } = autoscale ?? {}
  if (!now) return undefined
  const reasons = ['REQUESTS', 'LATENCY', 'PROCESSOR', 'QUEUE', 'IDLE', 'WOKEN', 'BOUNDS'] as const
  const code = reasons.find((each) => each === now.why)
  const when = formatWhen(now.since, language)
  const since = t('workloads.rules.since', { count: now.copies, when })
  return code === undefined ? since : `${since}: ${t(`workloads.rules.because.${code}`)}`
}

/** How a change takes over, and how far one that is under way has come. */
export function rolloutLines({ rollout, canary }: WorkloadView, t: Text, language: string) {
  const { kind, atOnce, steps = [], warmUpMs = 0 } = rollout
  const time = formatDuration(warmUpMs / 1_000, language)
  const warm = warmUpMs > 0 ? [t('workloads.rules.warmUp', { time })] : []
  const share = canary ? [t('workloads.rules.canaryNow', { share: canary.share })] : []
  const now = [...warm, ...share]
  if (kind === 'rolling') return [t('workloads.rules.rolling', { count: atOnce }), ...now]
  if (kind === 'blueGreen') return [t('workloads.rules.blueGreen'), ...now]
  const each = steps.map(({ share, forMs }) =>
    forMs === undefined
      ? t('workloads.rules.stepHeld', { share })
      : t('workloads.rules.step', { share, time: formatDuration(forMs / 1_000, language) }),
  )
  return [
    t('workloads.rules.canary', { steps: new Intl.ListFormat(language).format(each) }),
    ...now,
  ]
}

export function restartText({ restart: { when, atMost } }: WorkloadView, t: Text): string {
  if (when !== 'onFailure' || atMost === undefined) return t(`workloads.restart.${when}`)
  return t('workloads.restart.onFailureAtMost', { count: atMost })
}

export function egressText(egress: WorkloadView['egress'], t: Text): string {
  if (typeof egress === 'string') return t(`workloads.egress.${egress}`)
  return egress.map(({ host, address, ports }) => `${host ?? address}:${ports.join(',')}`).join(' ')
}

export function priorityText(priority: number, t: Text): string {
  const sense =
    priority === PRIORITIES.normal ? 'usual' : priority < PRIORITIES.normal ? 'below' : 'above'
  return t(`workloads.facts.priorities.${sense}`, { priority })
}

export function budgetText({ disruption }: WorkloadView, t: Text): string {
  const { minAvailable, maxUnavailable } = disruption ?? {}
  if (minAvailable !== undefined) return t('workloads.facts.mustServe', { count: minAvailable })
  if (maxUnavailable !== undefined) return t('workloads.facts.mayBeAway', { count: maxUnavailable })
  return t('workloads.facts.noBudget')
}

/** What one container or program gets, and what it may write. */
export function partLines(part: Part, t: Text, language: string): string[] {
  const { resources, readOnlyRoot, workingDir, stopSignal, scratch = [] } = part
  const { requests, limits, diskBytes, gpus } = resources
  const amounts = ({ cpuMillis, memoryBytes }: typeof requests): string =>
    t('workloads.facts.resourceText', {
      cpu: t('words.cores', { count: coresOf(cpuMillis) }),
      memory: formatMemory(memoryBytes, language),
    })
  const isMore = limits.cpuMillis > requests.cpuMillis || limits.memoryBytes > requests.memoryBytes
  return [
    amounts(requests),
    ...(isMore ? [t('workloads.rules.upTo', { amounts: amounts(limits) })] : []),
    ...(diskBytes === undefined
      ? []
      : [t('workloads.rules.disk', { size: formatMemory(diskBytes, language) })]),
    ...(gpus === undefined ? [] : [t('workloads.rules.gpus', { count: gpus })]),
    ...(workingDir === undefined ? [] : [t('workloads.rules.startsIn', { path: workingDir })]),
    ...(stopSignal === undefined ? [] : [t('workloads.rules.endsBy', { signal: stopSignal })]),
    ...(readOnlyRoot ? [t('workloads.rules.readOnly')] : []),
    ...scratch.map(({ path, sizeBytes }) =>
      t('workloads.rules.scratch', { path, size: formatMemory(sizeBytes, language) }),
    ),
  ]
}
