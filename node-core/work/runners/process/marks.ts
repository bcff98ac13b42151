/**
 * What every program of ours carries in its environment, so that what runs can be told from what
 * runs, by the next start of the node or by a person looking at the process table.
 */
import type { NodeId } from '../../../base/net/index.ts'

export interface Marked {
  id: string
  workload: string
  index: number
  generation: number
  ports: Record<string, number>
}

export interface Whose {
  node: NodeId
  network: string
}

export function marksOf(whose: Whose, of: Marked): Record<string, string> {
  return {
    MYCELIUM_NODE: whose.node,
    MYCELIUM_NETWORK: whose.network,
    MYCELIUM_INSTANCE: of.id,
    MYCELIUM_WORKLOAD: of.workload,
    MYCELIUM_INDEX: String(of.index),
    MYCELIUM_GENERATION: String(of.generation),
    MYCELIUM_PORTS: Object.entries(of.ports)
      .map(([declared, actual]) => `${declared}=${actual}`)
      .join(','),
  }
}

/** Undefined for an environment that is not of a program of this node in this network. */
export function parseMarks(
  whose: Whose,
  environment: ReadonlyMap<string, string>,
): Marked | undefined {
  if (environment.get('MYCELIUM_NODE') !== whose.node) return undefined
  if (environment.get('MYCELIUM_NETWORK') !== whose.network) return undefined
  const id = environment.get('MYCELIUM_INSTANCE')
  const workload = environment.get('MYCELIUM_WORKLOAD')
  const index = Number(environment.get('MYCELIUM_INDEX'))
  const generation = Number(environment.get('MYCELIUM_GENERATION'))
  if (!id || !/^[a-z0-9-]{1,90}$/.test(id) || !workload) return undefined
  if (!Number.isInteger(index) || !Number.isInteger(generation)) return undefined
  const ports = (environment.get('MYCELIUM_PORTS') ?? '').matchAll(/(\d+)=(\d+)/g)
  return {
    id,
    workload,
    index,
    generation,
    ports: Object.fromEntries([...ports].map(([, declared, actual]) => [declared, Number(actual)])),
  }
}
