/** What every container of ours carries, so that what runs can be told from what runs. */
import type { StartRequest } from '../index.ts'

const PREFIX = 'org.mycelium.'

const DISK = `${PREFIX}disk`
/** Names of the graphics processors that a container has leased, with commas between. */
export const GPU_LABEL = `${PREFIX}gpus`

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
  /** What this one may write outside of volumes; absent where its engine keeps it to that. */
  watchedDiskBytes?: number
  gpus?: readonly string[]
}

export function labelsOf(
  whose: Whose,
  request: Pick<StartRequest, 'id' | 'workload' | 'index' | 'generation'>,
  {
    part,
    parts,
    watchedDiskBytes,
    gpus,
  }: Omit<Labelled, 'id' | 'workload' | 'index' | 'generation'>,
) {
  return {
    ...ownerLabels(whose),
    [`${PREFIX}workload`]: request.workload.name,
    [`${PREFIX}instance`]: request.id,
    [`${PREFIX}index`]: String(request.index),
    [`${PREFIX}generation`]: String(request.generation),
    [`${PREFIX}part`]: part,
    [`${PREFIX}parts`]: String(parts),
    ...(watchedDiskBytes !== undefined && { [DISK]: String(watchedDiskBytes) }),
    ...(gpus && gpus.length > 0 && { [GPU_LABEL]: gpus.join(',') }),
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
  const disk = labels[DISK]
  const watched = disk === undefined ? {} : { watchedDiskBytes: Number(disk) }
  return { id, workload, index, generation, part, parts, ...watched }
}

export function leasedGpus(labels: Readonly<Record<string, string>>): string[] {
  return labels[GPU_LABEL]?.split(',') ?? []
}

export function ownerLabels({ network, node }: Whose): Record<string, string> {
  return { [`${PREFIX}network`]: network, [`${PREFIX}node`]: node }
}
