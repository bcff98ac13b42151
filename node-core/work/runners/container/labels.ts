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
}

export function labelsOf(whose: Whose, request: Omit<StartRequest, 'signal' | 'onProgress'>) {
  return {
    ...ownerLabels(whose),
    [`${PREFIX}workload`]: request.workload.name,
    [`${PREFIX}instance`]: request.id,
    [`${PREFIX}index`]: String(request.index),
    [`${PREFIX}generation`]: String(request.generation),
  }
}

/** The engine's filter for containers of this node in this network. */
export function ownerFilter(whose: Whose): string[] {
  return Object.entries(ownerLabels(whose)).map(([name, value]) => `${name}=${value}`)
}

export function isOurs(whose: Whose, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(ownerLabels(whose)).every(([name, value]) => labels[name] === value)
}

/** Undefined for labels that we did not write. */
export function parseLabels(labels: Readonly<Record<string, string>>): Labelled | undefined {
  const id = labels[`${PREFIX}instance`]
  const workload = labels[`${PREFIX}workload`]
  const index = Number(labels[`${PREFIX}index`])
  const generation = Number(labels[`${PREFIX}generation`])
  if (!id || !workload || !Number.isInteger(index) || !Number.isInteger(generation)) {
    return undefined
  }
  return { id, workload, index, generation }
}

function ownerLabels({ network, node }: Whose): Record<string, string> {
  return { [`${PREFIX}network`]: network, [`${PREFIX}node`]: node }
}
