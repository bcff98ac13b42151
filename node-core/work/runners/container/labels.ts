/** What every container of ours carries, so that what runs can be told from what runs. */
import type { StartRequest } from '../index.ts'

const PREFIX = 'org.mycelium.'

export interface Whose {
  network: string
  node: string
}

export interface Labelled {
  id: string
  workload: string
  index: number
  generation: number
  part: string
  /** How many the instance has, its forwarder too: one that lacks any is not whole. */
  parts: number
}

export function labelsOf(
  whose: Whose,
  request: Pick<StartRequest, 'id' | 'workload' | 'index' | 'generation'>,
  { part, parts }: Pick<Labelled, 'part' | 'parts'>,
) {
  return {
    ...ownerLabels(whose),
    [`${PREFIX}workload`]: request.workload.name,
    [`${PREFIX}instance`]: request.id,
    [`${PREFIX}index`]: String(request.index),
    [`${PREFIX}generation`]: String(request.generation),
    [`${PREFIX}part`]: part,
    [`${PREFIX}parts`]: String(parts),
  }
}

/** The engine's filter for the parts of one instance. */
export function instanceFilter(whose: Whose, id: string): string[] {
  return [...ownerFilter(whose), `${PREFIX}instance=${id}`]
}

/** The engine's filter for containers of this node in this network. */
export function ownerFilter(whose: Whose): string[] {
  return Object.entries(ownerLabels(whose)).map(([name, value]) => `${name}=${value}`)
}

/** Undefined for labels that we did not write. */
export function parseLabels(labels: Readonly<Record<string, string>>): Labelled | undefined {
  const id = labels[`${PREFIX}instance`]
  const workload = labels[`${PREFIX}workload`]
  const index = Number(labels[`${PREFIX}index`])
  const generation = Number(labels[`${PREFIX}generation`])
  const part = labels[`${PREFIX}part`]
  const parts = Number(labels[`${PREFIX}parts`])
  if (!id || !workload || !part) return undefined
  if (![index, generation, parts].every(Number.isInteger)) return undefined
  return { id, workload, index, generation, part, parts }
}

export function ownerLabels({ network, node }: Whose): Record<string, string> {
  return { [`${PREFIX}network`]: network, [`${PREFIX}node`]: node }
}
