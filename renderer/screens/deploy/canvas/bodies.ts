import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { suggestName } from '../draft/index.ts'

/** Workloads that are being written, as they are asked of a node. */
export type Bodies = readonly DeployInput[]
export type Container = NonNullable<DeployInput['containers']>[number]
export type Port = NonNullable<Container['ports']>[number]

export function changeBody(
  bodies: Bodies,
  index: number,
  change: (body: DeployInput) => DeployInput,
): Bodies {
  return bodies.map((body, at) => (at === index ? change(body) : body))
}

export function changeContainer(
  body: DeployInput,
  part: number,
  change: (container: Container) => Container,
): DeployInput {
  const containers = body.containers?.map((one, at) => (at === part ? change(one) : one))
  return containers ? { ...body, containers } : body
}

/** Of a container, as of a workload. */
export function partNameOf({ name, image }: Container): string {
  return name ?? suggestName(image)
}

/** The list where it holds something; no field at all is what an empty one means. */
export function listField<Key extends string, Item>(
  key: Key,
  items: readonly Item[],
): { [K in Key]?: Item[] } {
  // A computed key alone would be typed as any string.
  return (items.length === 0 ? {} : { [key]: [...items] }) as { [K in Key]?: Item[] }
}

/** A copy without one of its fields. */
export function without<T extends object, Key extends keyof T>(from: T, key: Key): Omit<T, Key> {
  const { [key]: _, ...rest } = from
  return rest
}
