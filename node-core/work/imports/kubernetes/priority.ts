/** Priorities of Kubernetes, which go to two thousand millions, as those that there are here. */
import { PRIORITY_CLASSES } from '../../spec/index.ts'
import { field, type Tree, textOf } from '../tree.ts'
import type { KubeObject } from './object.ts'
import type { Kube } from './rule.ts'

/** Those of the system's own classes, which nobody else may use there. */
const SYSTEM = 1_000_000_000

export function takePriorityClass(at: Tree, kube: Kube): void {
  const name = textOf(at) ?? ''
  const value = name.startsWith('system-') ? SYSTEM : kube.priorityOf(name)
  if (value === undefined) kube.scope.say(at, 'no-priority-class')
  else set(at, value, kube)
}

export function takePriority(at: Tree, kube: Kube): void {
  const value = numberOf(at)
  if (value === undefined) kube.scope.say(at, 'wrong-form')
  else set(at, value, kube)
}

export function valueOfClass({ at }: KubeObject): number | undefined {
  return numberOf(field(at, 'value'))
}

function numberOf(at: Tree | undefined): number | undefined {
  const text = textOf(at) ?? ''
  return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined
}

function set(at: Tree, value: number, { draft, scope }: Kube): void {
  const { low, normal, high, critical } = PRIORITY_CLASSES
  const positive = value >= SYSTEM ? critical : high
  const priority = value === 0 ? normal : value < 0 ? low : positive
  if (priority !== normal) draft.priority = priority
  scope.say(at, 'priority-mapped', `Counts ${priority} here, of -1000 to 1000.`)
}
