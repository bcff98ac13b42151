/** What every container of ours carries, so that what runs can be told from what runs. */
import type { StartRequest } from '../index.ts'

const PREFIX = 'org.mycelium.'

const DISK = `${PREFIX}disk`
/** Names of the graphics processors that a container has leased, with commas between. */
export const GPU_LABEL = `${PREFIX}gpus`

/** The name of the container that holds the network of this one, which is in it. */
const SANDBOX = `${PREFIX}sandbox`
/** Ports at which the instance listens there, with commas between. */
const LISTENS = `${PREFIX}listens`
/** Of a container that holds a network: its own name. No instance's is said, which is not known yet. */
const HOLDS = `${PREFIX}holds`
const INSTANCE = `${PREFIX}instance`

/** Said of each instance, if only to say nothing: what is not said, the engine takes from the image. */
const UNSET = { [DISK]: '', [GPU_LABEL]: '', [SANDBOX]: '', [LISTENS]: '' }

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
  /** What holds its network, where that was made ahead. */
  sandbox?: { name: string; listens: readonly number[] }
}

export function labelsOf(
  whose: Whose,
  request: Pick<StartRequest, 'id' | 'workload' | 'index' | 'generation'>,
  {
    part,
    parts,
    watchedDiskBytes,
    gpus,
    sandbox,
  }: Omit<Labelled, 'id' | 'workload' | 'index' | 'generation'>,
) {
  return {
    ...UNSET,
    ...ownerLabels(whose),
    [`${PREFIX}workload`]: request.workload.name,
    [INSTANCE]: request.id,
    [`${PREFIX}index`]: String(request.index),
    [`${PREFIX}generation`]: String(request.generation),
    [`${PREFIX}part`]: part,
    [`${PREFIX}parts`]: String(parts),
    ...(watchedDiskBytes !== undefined && { [DISK]: String(watchedDiskBytes) }),
    ...(gpus && gpus.length > 0 && { [GPU_LABEL]: gpus.join(',') }),
    ...(sandbox && { [SANDBOX]: sandbox.name, [LISTENS]: sandbox.listens.join(',') }),
  }
}

export function sandboxLabels(whose: Whose, name: string): Record<string, string> {
  return { ...ownerLabels(whose), [HOLDS]: name }
}

/** The name of what holds a network; undefined for everything else, whatever an instance's image says. */
export function sandboxNameOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[INSTANCE] ? undefined : labels[HOLDS] || undefined
}

/** The engine's filter for the parts of one instance. */
export function instanceFilter(whose: Whose, id: string): string[] {
  return [...ownerFilter(whose), `${INSTANCE}=${id}`]
}

/** The engine's filter for what holds a network. */
export function sandboxFilter(whose: Whose, name: string): string[] {
  return [...ownerFilter(whose), `${HOLDS}=${name}`]
}

/** The engine's filter for what is in the network that one holds. */
export function inSandboxFilter(whose: Whose, name: string): string[] {
  return [...ownerFilter(whose), `${SANDBOX}=${name}`]
}

/** The engine's filter for containers of this node in this network. */
export function ownerFilter(whose: Whose): string[] {
  return Object.entries(ownerLabels(whose)).map(([name, value]) => `${name}=${value}`)
}

/** The engine's filter for what is of this node, in whichever network. */
export function nodeFilter(node: string): string[] {
  return [`${PREFIX}node=${node}`]
}

/** The engine's filter for what is of a network, of whichever node. */
export function networkFilter(network: string): string[] {
  return [`${PREFIX}network=${network}`]
}

export function networkOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[`${PREFIX}network`]
}

/** Undefined for labels that we did not write. */
export function parseLabels(labels: Readonly<Record<string, string>>): Labelled | undefined {
  const id = labels[INSTANCE]
  const workload = labels[`${PREFIX}workload`]
  const index = Number(labels[`${PREFIX}index`])
  const generation = Number(labels[`${PREFIX}generation`])
  const part = labels[`${PREFIX}part`]
  const parts = Number(labels[`${PREFIX}parts`])
  if (!id || !workload || !part) return undefined
  if (![index, generation, parts].every(Number.isInteger)) return undefined
  const disk = labels[DISK]
  const watched = !disk ? {} : { watchedDiskBytes: Number(disk) }
  const held = sandboxOf(labels)
  return { id, workload, index, generation, part, parts, ...watched, ...held }
}

function sandboxOf(labels: Readonly<Record<string, string>>): Pick<Labelled, 'sandbox'> {
  const name = labels[SANDBOX]
  if (!name) return {}
  const listens = (labels[LISTENS] ?? '').split(',').filter(Boolean).map(Number)
  return { sandbox: { name, listens: listens.filter(Number.isInteger) } }
}

export function leasedGpus(labels: Readonly<Record<string, string>>): string[] {
  return (labels[GPU_LABEL] ?? '').split(',').filter(Boolean)
}

export function ownerLabels({ network, node }: Whose): Record<string, string> {
  return { [`${PREFIX}network`]: network, [`${PREFIX}node`]: node }
}
