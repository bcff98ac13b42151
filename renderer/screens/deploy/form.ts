import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { parsePairs } from '../../pairs/index.ts'
import {
  autoscaleOf,
  commandOf,
  EMPTY_RULES,
  filesOf,
  parseScratch,
  type RulesField,
  type RulesForm,
  resourcesOf,
  ruleFieldOf,
  sectionsChange,
  type WrongRule,
  wrongRulesOf,
} from '../rules/index.ts'

export type HealthKind = 'default' | 'http' | 'tcp' | 'running'
/** It serves, runs to its end once, or whenever it is due. */
export type WorkKind = 'serves' | 'once' | 'schedule'

/** What a person has entered, as entered. */
export interface DeployForm extends RulesForm {
  source: 'image' | 'bundle'
  image: string
  bundle: string
  name: string
  /** A name is suggested until somebody writes one. */
  isNameOwn: boolean
  port: string
  /** Of a container, a line each; empty is the image's own. */
  command: string
  env: string
  readOnlyRoot: boolean
  /** Folders in memory of a container, a line each. */
  scratch: string
  labels: string
  selector: string
  health: HealthKind
  healthPath: string
  work: WorkKind
  cron: string
  timeZone: string
  parallelism: number
  retries: number
}

export type FormField = keyof DeployForm | RulesField

export const EMPTY_FORM: DeployForm = {
  ...EMPTY_RULES,
  source: 'image',
  image: '',
  bundle: '',
  name: '',
  isNameOwn: false,
  port: '',
  command: '',
  env: '',
  readOnlyRoot: false,
  scratch: '',
  labels: '',
  selector: '',
  health: 'default',
  healthPath: '',
  work: 'serves',
  cron: '',
  timeZone: '',
  parallelism: 1,
  retries: 3,
}

/** The request that the form stands for, or nothing while it does not say what to run. */
export function toInput(form: DeployForm): DeployInput | undefined {
  const source = sourceOf(form)
  if (!source) return undefined
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
    ...sectionsChange(EMPTY_RULES, form, form.work !== 'serves'),
  }
}

export type WrongField = WrongRule | 'env' | 'scratch' | 'labels' | 'selector'

/** In which something stands that cannot be read: the rest alone is not what somebody meant. */
export function wrongFieldsOf(form: DeployForm): WrongField[] {
  const isImage = form.source === 'image'
  const lines = (['env', 'labels', 'selector'] as const).filter((field) => {
    return parsePairs(form[field]).wrongLine !== undefined
  })
  return [
    ...lines,
    ...(isImage && parseScratch(form.scratch).wrongLine !== undefined ? ['scratch' as const] : []),
    ...wrongRulesOf(form, form.work !== 'serves'),
  ]
}

/** What serves has copies; a job has slots, and says itself how often it is started again. */
function workOf(form: DeployForm): Partial<DeployInput> {
  const { work, replicas, retries } = form
  if (work === 'serves') {
    return form.scaling === 'fixed' ? { replicas } : { autoscale: autoscaleOf(form) }
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

/** A container carries what belongs to it; a bundle has it at the top. */
function sourceOf(form: DeployForm): Partial<DeployInput> | undefined {
  const env = parsePairs(form.env).pairs
  const resources = resourcesOf(form)
  const files = filesOf(form)
  const shared = {
    ...(isEmpty(env) ? {} : { env }),
    ...(isEmpty(resources) ? {} : { resources }),
    ...(files.length === 0 ? {} : { files }),
  }
  if (form.source === 'bundle') {
    return form.bundle === '' ? undefined : { bundle: form.bundle, ...shared }
  }
  const image = form.image.trim()
  if (image === '') return undefined
  const port = form.port.trim()
  const command = commandOf(form.command)
  const { scratch } = parseScratch(form.scratch)
  return {
    containers: [
      {
        image,
        ...(command.length === 0 ? {} : { command }),
        ...shared,
        ...(port === '' ? {} : { ports: [{ containerPort: Number(port) }] }),
        ...(form.readOnlyRoot ? { readOnlyRoot: true } : {}),
        ...(scratch.length === 0 ? {} : { scratch }),
      },
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

const FIELD_OF_PATH: [pattern: RegExp, field: FormField][] = [
  [/^containers\.\d+\.image/, 'image'],
  [/^containers\.\d+\.ports/, 'port'],
  [/^containers\.\d+\.command/, 'command'],
  [/^containers\.\d+\.readOnlyRoot/, 'readOnlyRoot'],
  [/^containers\.\d+\.scratch/, 'scratch'],
  [/(^|\.)env(\.|$)/, 'env'],
  [/^bundle/, 'bundle'],
  [/^name/, 'name'],
  [/^labels/, 'labels'],
  [/^nodeSelector/, 'selector'],
  [/^health\.path/, 'healthPath'],
  [/^health/, 'health'],
  [/^job\.schedule\.timeZone/, 'timeZone'],
  [/^job\.schedule/, 'cron'],
  [/^job\.completions/, 'replicas'],
  [/^job\.parallelism/, 'parallelism'],
  [/^job\.retries/, 'retries'],
]

/** The field that a complaint of the node is about. */
export function fieldOf(path: string): FormField | undefined {
  return FIELD_OF_PATH.find(([pattern]) => pattern.test(path))?.[1] ?? ruleFieldOf(path)
}
