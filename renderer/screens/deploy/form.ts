import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { formatPairs, parsePairs } from '../../pairs/index.ts'
import type { FieldProblem } from '../../transport/index.ts'
import { formatEgress, parseEgress, type ReachKind } from './egress.ts'

export type HealthKind = 'default' | 'http' | 'tcp' | 'running'
export type RestartWhen = 'always' | 'onFailure' | 'never'
/** It serves, runs to its end once, or whenever it is due. */
export type WorkKind = 'serves' | 'once' | 'schedule'
export type Priority = 'low' | 'normal' | 'high' | 'critical'
export type OnPartition = 'heal' | 'keep' | 'stop'

/** What a person has entered, as entered. */
export interface DeployForm {
  source: 'image' | 'bundle'
  image: string
  bundle: string
  name: string
  /** A name is suggested until somebody writes one. */
  isNameOwn: boolean
  replicas: number
  port: string
  cpu: string
  memory: string
  env: string
  labels: string
  selector: string
  health: HealthKind
  healthPath: string
  onPartition: OnPartition
  restart: RestartWhen
  reach: ReachKind
  /** What it may connect to, where that is a list. */
  egress: string
  work: WorkKind
  cron: string
  timeZone: string
  parallelism: number
  retries: number
  priority: Priority
}

export type FormField = keyof DeployForm

export const EMPTY_FORM: DeployForm = {
  source: 'image',
  image: '',
  bundle: '',
  name: '',
  isNameOwn: false,
  replicas: 1,
  port: '',
  cpu: '',
  memory: '',
  env: '',
  labels: '',
  selector: '',
  health: 'default',
  healthPath: '',
  onPartition: 'heal',
  restart: 'always',
  reach: 'none',
  egress: '',
  work: 'serves',
  cron: '',
  timeZone: '',
  parallelism: 1,
  retries: 3,
  priority: 'normal',
}

/** The request that the form stands for, or nothing while it does not say what to run. */
export function toInput(form: DeployForm): DeployInput | undefined {
  const source = sourceOf(form)
  if (!source) return undefined
  const { onPartition, priority } = form
  const labels = parsePairs(form.labels).pairs
  const nodeSelector = parsePairs(form.selector).pairs
  const health = healthOf(form)
  return {
    ...(form.name.trim() === '' ? {} : { name: form.name.trim() }),
    ...source,
    ...workOf(form),
    ...(isEmpty(labels) ? {} : { labels }),
    ...(isEmpty(nodeSelector) ? {} : { nodeSelector }),
    ...(health ? { health } : {}),
    ...(onPartition === 'heal' ? {} : { onPartition }),
    ...egressOf(form),
    ...(priority === 'normal' ? {} : { priority }),
  }
}

/** What serves has copies and is started again; a job has slots, and says itself how often. */
function workOf(form: DeployForm): Partial<DeployInput> {
  const { work, replicas, restart, retries } = form
  if (work === 'serves') {
    return { replicas, ...(restart === 'always' ? {} : { restart: { when: restart } }) }
  }
  const parallelism = Math.min(form.parallelism, replicas)
  const timeZone = form.timeZone.trim()
  const schedule = { cron: form.cron.trim(), ...(timeZone === '' ? {} : { timeZone }) }
  return {
    job: {
      ...(replicas === 1 ? {} : { completions: replicas }),
      ...(parallelism === 1 ? {} : { parallelism }),
      ...(retries === 3 ? {} : { retries }),
      ...(work === 'schedule' ? { schedule } : {}),
    },
  }
}

function egressOf({ reach, egress }: DeployForm): Pick<DeployInput, 'egress'> {
  if (reach === 'all') return { egress: 'all' }
  const { rules } = parseEgress(egress)
  return reach === 'list' && rules.length > 0 ? { egress: rules } : {}
}

/** A container carries what belongs to it; a bundle has it at the top. */
function sourceOf(form: DeployForm): Partial<DeployInput> | undefined {
  const env = parsePairs(form.env).pairs
  const resources = {
    ...(form.cpu.trim() === '' ? {} : { cpu: form.cpu.trim() }),
    ...(form.memory.trim() === '' ? {} : { memory: form.memory.trim() }),
  }
  const shared = {
    ...(isEmpty(env) ? {} : { env }),
    ...(isEmpty(resources) ? {} : { resources }),
  }
  if (form.source === 'bundle') {
    return form.bundle === '' ? undefined : { bundle: form.bundle, ...shared }
  }
  const image = form.image.trim()
  if (image === '') return undefined
  const port = form.port.trim()
  return {
    containers: [
      { image, ...shared, ...(port === '' ? {} : { ports: [{ containerPort: Number(port) }] }) },
    ],
  }
}

function healthOf({ health, healthPath }: DeployForm): DeployInput['health'] {
  if (health === 'default') return undefined
  if (health !== 'http') return { kind: health }
  return { kind: 'http', ...(healthPath.trim() === '' ? {} : { path: healthPath.trim() }) }
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0
}

/** `registry/team/web:1.2` suggests `web`; anything that no name can hold becomes a dash. */
export function suggestName(source: string): string {
  const last = source.split('/').at(-1) ?? ''
  return (last.split(/[:@]/)[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
}

const FIELD_OF_PATH: [pattern: RegExp, field: FormField][] = [
  [/^containers\.\d+\.image/, 'image'],
  [/^containers\.\d+\.ports/, 'port'],
  [/(^|\.)resources\.cpu/, 'cpu'],
  [/(^|\.)resources\.memory/, 'memory'],
  [/(^|\.)env(\.|$)/, 'env'],
  [/^bundle/, 'bundle'],
  [/^name/, 'name'],
  [/^replicas/, 'replicas'],
  [/^labels/, 'labels'],
  [/^nodeSelector/, 'selector'],
  [/^health\.path/, 'healthPath'],
  [/^health/, 'health'],
  [/^onPartition/, 'onPartition'],
  [/^restart/, 'restart'],
  [/^egress/, 'egress'],
  [/^job\.schedule\.timeZone/, 'timeZone'],
  [/^job\.schedule/, 'cron'],
  [/^job\.completions/, 'replicas'],
  [/^job\.parallelism/, 'parallelism'],
  [/^job\.retries/, 'retries'],
  [/^priority/, 'priority'],
]

/** The node's complaints, each at the field it is about; what fits none is left to the summary. */
export function placeProblems(problems: readonly FieldProblem[]): Map<FormField, string> {
  const placed = new Map<FormField, string>()
  for (const { path, message } of problems) {
    const field = FIELD_OF_PATH.find(([pattern]) => pattern.test(path))?.[1]
    if (field && !placed.has(field)) placed.set(field, message)
  }
  return placed
}

/** The same as a command line. */
export function toCommand(input: DeployInput): string {
  const { name, replicas, labels, onPartition, nodeSelector, restart, priority, egress } = input
  const container = input.containers?.[0]
  const env = container?.env ?? input.env ?? {}
  const resources = container?.resources ?? input.resources
  const parts = ['mycelium deploy']
  if (container) parts.push(`--image ${quote(container.image)}`)
  if (input.bundle !== undefined) parts.push(`--bundle ${input.bundle}`)
  if (name !== undefined) parts.push(`--name ${quote(name)}`)
  if (replicas !== undefined && replicas !== 1) parts.push(`--replicas ${replicas}`)
  for (const port of container?.ports ?? []) parts.push(`-p ${port.containerPort}`)
  for (const pair of formatPairs(env)) parts.push(`-e ${quote(pair)}`)
  if (resources?.cpu !== undefined) parts.push(`--cpu ${quote(String(resources.cpu))}`)
  if (resources?.memory !== undefined) parts.push(`--memory ${quote(String(resources.memory))}`)
  for (const to of formatEgress(egress ?? [])) parts.push(`--egress ${quote(to)}`)
  for (const pair of formatPairs(labels ?? {})) parts.push(`--label ${quote(pair)}`)
  for (const pair of formatPairs(nodeSelector ?? {})) parts.push(`--node-label ${quote(pair)}`)
  parts.push(...healthFlag(input.health), ...jobFlags(input.job))
  if (onPartition) parts.push(`--on-partition ${onPartition}`)
  if (restart?.when) parts.push(`--restart ${RESTART_FLAG[restart.when]}`)
  if (priority !== undefined) parts.push(`--priority ${priority}`)
  return parts.join(' ')
}

const RESTART_FLAG = { always: 'always', onFailure: 'on-failure', never: 'never' } as const

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
