import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { formatPairs } from '../../pairs/index.ts'
import { type Autoscale, formatEgress, type Rollout } from '../rules/index.ts'

/** The same as a command line. */
export function toCommand(input: DeployInput): string {
  const { name, replicas, labels, onPartition, nodeSelector, restart, priority, egress } = input
  const container = input.containers?.[0]
  const env = container?.env ?? input.env ?? {}
  const parts = ['mycelium deploy']
  if (container) parts.push(`--image ${quote(container.image)}`)
  if (input.bundle !== undefined) parts.push(`--bundle ${input.bundle}`)
  if (name !== undefined) parts.push(`--name ${quote(name)}`)
  if (replicas !== undefined && replicas !== 1) parts.push(`--replicas ${replicas}`)
  if (input.autoscale) parts.push(`--autoscale ${quote(autoscaleFlag(input.autoscale))}`)
  for (const port of container?.ports ?? []) parts.push(`-p ${port.containerPort}`)
  for (const pair of formatPairs(env)) parts.push(`-e ${quote(pair)}`)
  for (const { path } of container?.files ?? input.files ?? []) {
    // It reads them from beside it, by the names they have there.
    parts.push(`--place ${quote(`${path.split('/').at(-1)}:${path}`)}`)
  }
  parts.push(...boundFlags(container?.resources ?? input.resources, container))
  for (const to of formatEgress(egress ?? [])) parts.push(`--egress ${quote(to)}`)
  for (const pair of formatPairs(labels ?? {})) parts.push(`--label ${quote(pair)}`)
  for (const pair of formatPairs(nodeSelector ?? {})) parts.push(`--node-label ${quote(pair)}`)
  parts.push(...healthFlag(input.health), ...jobFlags(input.job))
  if (input.rollout) parts.push(`--rollout ${rolloutFlag(input.rollout)}`)
  const warmUp = withUnit(input.rollout?.warmUpMs)
  if (warmUp !== undefined) parts.push(`--warm-up ${warmUp}`)
  parts.push(...budgetFlags(input.disruption))
  if (onPartition) parts.push(`--on-partition ${onPartition}`)
  if (restart?.when) parts.push(`--restart ${RESTART_FLAG[restart.when]}`)
  if (priority !== undefined) parts.push(`--priority ${priority}`)
  if (container?.command?.length) parts.push('--', ...container.command.map(quote))
  return parts.join(' ')
}

const RESTART_FLAG = { always: 'always', onFailure: 'on-failure', never: 'never' } as const

type Container = NonNullable<DeployInput['containers']>[number]

function boundFlags(resources: DeployInput['resources'], container?: Container): string[] {
  const { cpu, memory, disk, gpus } = resources ?? {}
  const { readOnlyRoot = false, scratch = [] } = container ?? {}
  return [
    ...(cpu === undefined ? [] : [`--cpu ${quote(String(cpu))}`]),
    ...(memory === undefined ? [] : [`--memory ${quote(String(memory))}`]),
    ...(disk === undefined ? [] : [`--disk ${quote(String(disk))}`]),
    ...(gpus === undefined ? [] : [`--gpus ${gpus}`]),
    ...(readOnlyRoot ? ['--read-only'] : []),
    ...scratch.map(({ path, size }) => {
      return `--scratch ${quote(size === undefined ? path : `${path}:${size}`)}`
    }),
  ]
}

function autoscaleFlag(rules: Autoscale): string {
  const { min, max, queue, ceiling } = rules
  const said: [name: string, value: string | number | null | undefined][] = [
    ['rps', rules.requestsPerSecond],
    ['p99', withUnit(rules.p99Ms)],
    ['cpu', rules.cpuPercent],
    ['queue', queue ? `${queue.key}:${queue.perCopy}` : undefined],
    ['up', withUnit(rules.upAfterMs)],
    ['down', withUnit(rules.downAfterMs)],
    ['idle', withUnit(rules.idleMs)],
    ['wake', withUnit(rules.wakeMs)],
    ['max-cpu', ceiling?.cpu],
    ['max-memory', ceiling?.memory],
  ]
  const words = said.flatMap(([name, value]) => {
    return value === undefined || value === null ? [] : [`${name}=${value}`]
  })
  return [`${min}:${max}`, ...words].join(',')
}

/** In seconds where it is that many: as people write it. */
function withUnit(ms: number | null | undefined): string | undefined {
  if (ms === undefined || ms === null) return undefined
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}

function rolloutFlag({ kind, atOnce, steps }: Rollout): string {
  if (kind !== 'canary') return atOnce === undefined ? (kind ?? 'rolling') : `${kind}:${atOnce}`
  if (!steps?.length) return kind
  const shares = steps.map(({ share }) => share).join(',')
  // A step without a time waits for somebody, which is said where others do not.
  const times = steps.map(({ forMs }) => withUnit(forMs) ?? '-')
  const isSame = times.every((time) => time === times[0])
  if (isSame && times[0] === '-') return `${kind}:${shares}`
  return `${kind}:${shares}:${isSame ? times[0] : times.join(',')}`
}

function budgetFlags(disruption: DeployInput['disruption']): string[] {
  const { minAvailable, maxUnavailable } = disruption ?? {}
  return [
    ...(minAvailable === undefined ? [] : [`--min-available ${minAvailable}`]),
    ...(maxUnavailable === undefined ? [] : [`--max-unavailable ${maxUnavailable}`]),
  ]
}

function healthFlag(health: DeployInput['health']): string[] {
  if (!health || health.kind === 'command') return []
  const path = health.kind === 'http' ? health.path : undefined
  return [`--health ${quote(path === undefined ? health.kind : `http:${path}`)}`]
}

function jobFlags(job: DeployInput['job']): string[] {
  if (!job) return []
  const { completions, parallelism, retries, schedule } = job
  const flags = [
    ...(schedule?.cron === undefined ? [] : [`--schedule ${quote(schedule.cron)}`]),
    ...(schedule?.timeZone === undefined ? [] : [`--time-zone ${quote(schedule.timeZone)}`]),
    ...(completions === undefined ? [] : [`--completions ${completions}`]),
    ...(parallelism === undefined ? [] : [`--parallelism ${parallelism}`]),
    ...(retries === undefined ? [] : [`--retries ${retries}`]),
  ]
  return flags.length === 0 ? ['--job'] : flags
}

/** Quoted for a POSIX shell, where it needs to be. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
