/** Names of Services: here a name leads to one workload, so one leads on where its Service selects one. */
import { field, type Tree, textOf } from '../tree.ts'
import type { KubeObject } from './object.ts'
import { labelsOf } from './pod.ts'
import type { LostName } from './rule.ts'

/** Who may be selected: a workload by its name here. */
export interface Selectable {
  name: string
  namespace: string
  podLabels: ReadonlyMap<string, string>
}

export function selects(service: Tree, podLabels: ReadonlyMap<string, string>): boolean {
  const selector = labelsOf(field(service, 'spec', 'selector'))
  return selector.size > 0 && [...selector].every(([key, value]) => podLabels.get(key) === value)
}

export function lostNames(services: readonly KubeObject[], all: readonly Selectable[]): LostName {
  const led = new Map(
    services.map((one) => {
      const to = all.filter(({ namespace, podLabels }) => {
        return namespace === one.namespace && selects(one.at, podLabels)
      })
      return [`${one.namespace}/${one.name}`, { at: one.at, to }] as const
    }),
  )
  return (service, from) => {
    const { at, to = [] } = led.get(`${from.namespace}/${service}`) ?? {}
    // Of another namespace's nothing is known here.
    if (!at) return undefined
    const [only, second] = to
    if (second) return severalText(to.map(({ name }) => name))
    if (only?.name === from.name) return 'It is the workload itself, which is not found by a name.'
    if (only) return undefined
    const external = textOf(field(at, 'spec', 'externalName'))
    if (external === undefined) return NONE
    return `It is another name of “${external}”: name that one where it is used.`
  }
}

export function severalText(names: readonly string[]): string {
  const few = names.slice(0, 4).map((name) => `“${name}”`)
  const more = names.length > few.length ? ' and others' : ''
  return `The Service leads to ${names.length} workloads (${few.join(', ')}${more}), and a name to one: name one of them where it is used.`
}

const NONE =
  'Its Service leads to no workload of this text: name the workload that it means where it is used, and under “uses”.'
