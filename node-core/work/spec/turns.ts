/**
 * Which attempt at which run of a job an instance is. Its id says so, and so does the name of its
 * container: an engine has no second one of that name, whatever a node has forgotten.
 */
import type { NodeId } from '../../base/net/index.ts'
import { copyName } from './slots.ts'

export interface Turn {
  /** Of the workload that the run was begun for. */
  generation: number
  run: number
  attempt: number
}

/** `<workload>-<index>-g<generation>r<run>a<attempt>n<of the node>`. */
export function jobInstanceId(
  { workload, index, node }: { workload: string; index: number; node: NodeId },
  { generation, run, attempt }: Turn,
): string {
  return `${copyName(workload, index)}-g${generation}r${run}a${attempt}n${node.slice(0, 6)}`
}

/** Undefined for an instance of what serves. */
export function turnOf(id: string): Turn | undefined {
  const [, generation, run, attempt] =
    /-g(\d{1,15})r(\d{1,15})a(\d{1,6})n[0-9a-f]{6}$/.exec(id) ?? []
  if (generation === undefined) return undefined
  return { generation: Number(generation), run: Number(run), attempt: Number(attempt) }
}
