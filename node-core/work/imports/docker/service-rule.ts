/** What rules about a service's fields work on, and the ones that several of Docker's use. */
import { sayAmount } from '../amounts.ts'
import { type Draft, type PartDraft, setLabel } from '../draft.ts'
import type { GivenFiles } from '../files.ts'
import type { Scope } from '../report.ts'
import { each, isEmpty, type Tree, textOf, wholeNumber } from '../tree.ts'
import { parseCores, parseDockerBytes } from '../units.ts'
import type { Variables } from '../variables.ts'

/** `./a.env` and `a.env` are one. */
export function fileName(name: string): string {
  return name.replace(/^(\.\/)+/, '')
}

/** Of `configs` at the top of a file, until all services were read. */
export interface Config {
  at: Tree
  used: boolean
}

/** As it is typed where the text lies. */
export function fileNeeded(name: string): string {
  return `It names the file ${fileName(name)}, which was not given.`
}

export interface Service {
  draft: Draft
  part: PartDraft
  scope: Scope
  /** Names of the other services. */
  others: ReadonlySet<string>
  /** Other names that these have in the text's networks, and whose they are. */
  aliases: ReadonlyMap<string, string>
  variables: Variables
  /** By their names. */
  files: GivenFiles
  /** Of the text, by their names. */
  configs: ReadonlyMap<string, Config>
  /** An image is named too, so that nothing has to be built. */
  hasImage: boolean
}
export type ServiceRule = (at: Tree, service: Service) => void

export function takeLabels(at: Tree, { draft, scope }: Service): void {
  if (isEmpty(at)) {
    scope.say(at, 'kept')
  } else if (at.kind === 'map') {
    for (const [key, value] of at.fields) {
      setLabel(draft.labels, { at: value, key, value: textOf(value) ?? '' }, scope)
    }
  } else {
    for (const item of each(at)) {
      const [key = '', ...rest] = (textOf(item) ?? '').split('=')
      setLabel(draft.labels, { at: item, key, value: rest.join('=') }, scope)
    }
  }
}

export function takeReplicas(at: Tree, { draft, scope }: Service): void {
  const replicas = wholeNumber(at)
  if (replicas !== undefined) draft.replicas = replicas
  sayAmount(at, { read: replicas, form: 'count' }, scope)
}

/** Docker takes 0 as no bound. */
export function bytes(of: 'requests' | 'limits'): ServiceRule {
  return (at, { part, scope }) => {
    const amount = parseDockerBytes(textOf(at) ?? '')
    if (amount !== undefined && amount > 0) part[of].memoryBytes = amount
    sayAmount(at, { read: amount, form: 'dockerBytes' }, scope)
  }
}

export function cores(of: 'requests' | 'limits'): ServiceRule {
  return (at, { part, scope }) => {
    const millis = parseCores(textOf(at) ?? '')
    if (millis !== undefined && millis > 0) part[of].cpuMillis = millis
    sayAmount(at, { read: millis, form: 'cores' }, scope)
  }
}
