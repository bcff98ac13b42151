import type { DeployInput, WorkloadView } from '../../../node-core/api/contract/index.ts'
import type { FieldProblem } from '../../transport/index.ts'
import { type BoundsForm, boundsFrom, EMPTY_BOUNDS, egressOf, resourcesChange } from './bounds.ts'
import {
  EMPTY_FILES,
  type FileField,
  type FilesForm,
  fileFieldOf,
  filesChange,
  filesFrom,
} from './files.ts'
import { copiesChange, EMPTY_SCALING, type ScalingForm, scalingFrom } from './scaling.ts'
import {
  disruptionOf,
  EMPTY_TAKEOVER,
  rolloutOf,
  type TakeoverForm,
  takeoverFrom,
} from './takeover.ts'

export type OnPartition = 'heal' | 'keep' | 'stop'
export type RestartWhen = 'always' | 'onFailure' | 'never'
export const PRIORITIES = { low: -100, normal: 0, high: 100, critical: 1_000 } as const

/** What is asked of a workload whatever it runs, as a person has entered it. */
export interface RulesForm extends ScalingForm, TakeoverForm, BoundsForm, FilesForm {
  onPartition: OnPartition
  restart: RestartWhen
  /** A class, or a number of its own as digits. */
  priority: string
}

export type RulesField = keyof RulesForm | FileField

export const EMPTY_RULES: RulesForm = {
  ...EMPTY_SCALING,
  ...EMPTY_TAKEOVER,
  ...EMPTY_BOUNDS,
  ...EMPTY_FILES,
  onPartition: 'heal',
  restart: 'always',
  priority: 'normal',
}

export function rulesFrom(workload: WorkloadView): RulesForm {
  const { onPartition, restart, priority } = workload
  const named = Object.entries(PRIORITIES).find(([, number]) => number === priority)
  return {
    ...scalingFrom(workload),
    ...takeoverFrom(workload),
    ...boundsFrom(workload),
    ...filesFrom(workload),
    ...{ onPartition, restart: restart.when, priority: named?.[0] ?? String(priority) },
  }
}

const OF_JOBS = ['egress', 'onPartition', 'priority'] as const
const OF_SERVICES = [...OF_JOBS, 'rollout', 'disruption', 'restart'] as const

function sectionsOf(
  form: RulesForm,
  before?: RulesForm,
): Pick<DeployInput, (typeof OF_SERVICES)[number]> {
  return {
    egress: egressOf(form),
    onPartition: form.onPartition,
    priority: priorityOf(form.priority),
    rollout: rolloutOf(form, before),
    disruption: disruptionOf(form),
    restart: { when: form.restart },
  }
}

function priorityOf(text: string): DeployInput['priority'] {
  const named = (['low', 'normal', 'high', 'critical'] as const).find((each) => each === text)
  return named ?? Number(text)
}

/** What is not as it was, each as a whole; a job has fewer of them. */
export function sectionsChange(before: RulesForm, now: RulesForm, isJob: boolean): DeployInput {
  const [was, is] = [sectionsOf(before), sectionsOf(now, before)]
  const changed = (isJob ? OF_JOBS : OF_SERVICES).filter((key) => {
    return JSON.stringify(was[key]) !== JSON.stringify(is[key])
  })
  return Object.fromEntries(changed.map((key) => [key, is[key]]))
}

/** What to ask of the node, so that a workload becomes as the form says. */
export function rulesChange(before: RulesForm, now: RulesForm, isJob: boolean): DeployInput {
  const resources = resourcesChange(before, now)
  return {
    ...(isJob ? {} : copiesChange(before, now)),
    ...(Object.keys(resources).length > 0 && { resources }),
    ...filesChange(before, now),
    ...sectionsChange(before, now, isJob),
  }
}

const FIELD_OF_PATH: [pattern: RegExp, field: RulesField][] = [
  [/(^|\.)resources\.(limits\.)?cpu/, 'cpu'],
  [/(^|\.)resources\.(limits\.)?memory/, 'memory'],
  [/(^|\.)resources\.disk/, 'disk'],
  [/(^|\.)resources\.gpus/, 'gpus'],
  [/^replicas/, 'replicas'],
  [/^autoscale\.min/, 'least'],
  [/^autoscale\.max/, 'most'],
  [/^autoscale\.requestsPerSecond/, 'requestsPerSecond'],
  [/^autoscale\.p99Ms/, 'p99Ms'],
  [/^autoscale\.cpuPercent/, 'cpuPercent'],
  [/^autoscale\.queue\.perCopy/, 'queuePerCopy'],
  [/^autoscale\.queue/, 'queueKey'],
  [/^autoscale\.upAfterMs/, 'upAfter'],
  [/^autoscale\.downAfterMs/, 'downAfter'],
  [/^autoscale\.idleMs/, 'idle'],
  [/^autoscale\.wakeMs/, 'wake'],
  [/^autoscale\.ceiling\.memory/, 'ceilingMemory'],
  [/^autoscale\.ceiling/, 'ceilingCpu'],
  [/^autoscale/, 'scaling'],
  [/^rollout\.atOnce/, 'atOnce'],
  [/^rollout\.warmUpMs/, 'warmUpSeconds'],
  [/^rollout\.steps\.\d+\.forMs/, 'shareMinutes'],
  [/^rollout\.steps/, 'shares'],
  [/^rollout/, 'rollout'],
  [/^disruption\./, 'budgetCount'],
  [/^disruption/, 'budget'],
  [/^onPartition/, 'onPartition'],
  [/^restart/, 'restart'],
  [/^egress/, 'egress'],
  [/^priority/, 'priority'],
]

/** The field of the rules that a complaint of the node is about. */
export function ruleFieldOf(path: string): RulesField | undefined {
  return fileFieldOf(path) ?? FIELD_OF_PATH.find(([pattern]) => pattern.test(path))?.[1]
}

/** The node's complaints, each at the field it is about; what fits none is left to the summary. */
export function placeProblems<Field extends string>(
  problems: readonly FieldProblem[],
  fieldOf: (path: string) => Field | undefined,
): Map<Field, string> {
  const placed = new Map<Field, string>()
  for (const { path, message } of problems) {
    const field = fieldOf(path)
    if (field && !placed.has(field)) placed.set(field, message)
  }
  return placed
}
