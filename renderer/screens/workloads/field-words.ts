/** What the fields of a workload are called, and their values said, where a change of them is told. */
import { coresOf, formatDuration, formatLatency, formatMemory } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'

/** Each by its path, or by what its path begins with where the rest is a name or is told as one. */
const FIELDS = {
  replicas: 'replicas',
  labels: 'label',
  nodeSelector: 'selector',
  'placement.spread': 'spread',
  'placement.apart': 'apart',
  'placement.near': 'near',
  'rollout.kind': 'rollout',
  'rollout.atOnce': 'atOnce',
  'rollout.steps': 'steps',
  'rollout.warmUpMs': 'warmUp',
  'rollout.paused': 'changesHeld',
  uses: 'uses',
  secrets: 'secrets',
  'restart.when': 'restart',
  'restart.atMost': 'restartAtMost',
  'restart.backoffMs': 'backoff',
  'restart.backoffMsMax': 'backoffMax',
  graceMs: 'grace',
  onPartition: 'onPartition',
  priority: 'priority',
  'disruption.minAvailable': 'minAvailable',
  'disruption.maxUnavailable': 'maxUnavailable',
  volumes: 'volumes',
  'edge.access': 'access',
  'edge.rate.perMinute': 'rate',
  'edge.rate.burst': 'burst',
  'edge.tcp': 'tcp',
  'edge.answerMs': 'answer',
  'edge.idleMs': 'idle',
  'edge.https': 'https',
  'autoscale.min': 'copiesLeast',
  'autoscale.max': 'copiesMost',
  'autoscale.requestsPerSecond': 'requests',
  'autoscale.p99Ms': 'p99',
  'autoscale.cpuPercent': 'cpuPercent',
  'autoscale.queue.key': 'queueKey',
  'autoscale.queue.perCopy': 'queuePerCopy',
  'autoscale.upAfterMs': 'upAfter',
  'autoscale.downAfterMs': 'downAfter',
  'autoscale.idleMs': 'sleepAfter',
  'autoscale.wakeMs': 'wake',
  'autoscale.ceiling.cpuMillis': 'ceilingCpu',
  'autoscale.ceiling.memoryBytes': 'ceilingMemory',
  egress: 'egress',
  'job.completions': 'completions',
  'job.parallelism': 'parallelism',
  'job.retries': 'retries',
  'job.deadlineMs': 'deadline',
  'job.lostAfterMs': 'lostAfter',
  'job.schedule.cron': 'cron',
  'job.schedule.timeZone': 'timeZone',
  'job.schedule.overlap': 'overlap',
  'job.schedule.startWithinMs': 'startWithin',
  'job.schedule.paused': 'schedulePaused',
  restarted: 'restarted',
  image: 'image',
  bundle: 'bundle',
  command: 'command',
  args: 'args',
  env: 'env',
  ports: 'ports',
  'resources.requests.cpuMillis': 'cpu',
  'resources.requests.memoryBytes': 'memory',
  'resources.limits.cpuMillis': 'cpuMost',
  'resources.limits.memoryBytes': 'memoryMost',
  'resources.diskBytes': 'disk',
  'resources.gpus': 'gpus',
  'probes.startup': 'startup',
  'probes.live': 'live',
  'probes.ready': 'ready',
  mounts: 'mounts',
  user: 'user',
  workingDir: 'workingDir',
  stopSignal: 'stopSignal',
  readOnlyRoot: 'readOnly',
  scratch: 'scratch',
  files: 'file',
} as const

/** What of a probe a change may be of. */
const ASKED = {
  kind: 'kind',
  path: 'path',
  port: 'port',
  command: 'command',
  periodMs: 'period',
  timeoutMs: 'timeout',
  failures: 'failures',
} as const

/** Undefined for a field that has no words: it is told by its path. */
export function fieldText(path: string, t: Text): string | undefined {
  const [, part, own = path] = /^containers\.([^.]+)\.(.+)$/.exec(path) ?? []
  const words = ownText(own, t)
  if (words === undefined || part === undefined) return words
  return t('workloads.version.ofPart', { part, field: words })
}

function ownText(path: string, t: Text): string | undefined {
  const [first] = knownOf(FIELDS, path)
  if (!first) return undefined
  const [field, word] = first
  const rest = path.slice(field.length + 1)
  if (!field.startsWith('probes.')) return t(`workloads.version.field.${word}`, { name: rest })
  const [asked] = knownOf(ASKED, rest)
  return (
    asked &&
    t(`workloads.version.probe.${asked[1]}`, {
      probe: t(`workloads.version.field.${word}`, { name: rest }),
    })
  )
}

function knownOf<Word extends string>(words: Readonly<Record<string, Word>>, path: string) {
  return Object.entries(words).filter(([field]) => path === field || path.startsWith(`${field}.`))
}

/** A value, which is JSON, in the unit that its field is in; a text stands without its quotes. */
export function valueText(path: string, value: string, language: string, t: Text): string {
  const said = parsed(value)
  if (typeof said === 'string') return said
  if (typeof said !== 'number') return value
  const [unit] = /(Ms|Bytes|Millis)(?=(Max)?$)/.exec(path) ?? []
  switch (unit) {
    case 'Ms':
      // What is less than a second, or not whole ones, is not rounded away.
      return said % 1_000 === 0
        ? formatDuration(said / 1_000, language)
        : formatLatency(said, language)
    case 'Bytes':
      return formatMemory(said, language)
    case 'Millis':
      return t('words.cores', { count: coresOf(said) })
    default:
      return value
  }
}

/** A value that was cut short, or is not to be shown, is no JSON. */
function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
