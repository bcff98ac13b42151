/** Containers told apart and put together: which are parts of one instance, and how that one is. */
import { hostNamesOf } from '../../naming/index.ts'
import type { Part, Workload } from '../../spec/index.ts'
import type { Running } from '../index.ts'
import type { EngineContainer } from './engine.ts'
import { type Labelled, parseLabels } from './labels.ts'

/**
 * What holds the instance's network has its own name: the first part, or its forwarder where it has
 * names. No instance's id has a dot.
 */
export function containerName(id: string, workload: Workload, part: Part): string {
  return part === workload.parts[0] && hostNamesOf(workload).length === 0
    ? id
    : `${id}.${part.name}`
}

interface FoundPart {
  labels: Labelled
  container: EngineContainer
  running: boolean
  exitCode: number | undefined
  endedFor: Running['endedFor']
}

/** By the engine's ids. */
export interface Known {
  /** Exit codes of those that are known to have ended, before the engine's list says so. */
  exited: ReadonlyMap<string, number | undefined>
  /** Why this node ended some. */
  overuse: ReadonlyMap<string, NonNullable<Running['endedFor']>>
}

/** One for each instance: running while all of its parts do. */
export function instancesOf(
  containers: readonly EngineContainer[],
  { exited, overuse }: Known,
): Running[] {
  const parts = containers.flatMap((container): FoundPart[] => {
    const labels = parseLabels(container.labels)
    if (!labels) return []
    const { engineId, state } = container
    const running = state === 'running' && !exited.has(engineId)
    const exitCode = container.exitCode ?? exited.get(engineId)
    return [{ labels, container, running, exitCode, endedFor: overuse.get(engineId) }]
  })
  return [...Map.groupBy(parts, ({ labels }) => labels.id).values()].flatMap(toInstance)
}

function toInstance(parts: readonly FoundPart[]): Running[] {
  const [first] = parts
  if (!first) return []
  const { id, workload, index, generation, parts: count } = first.labels
  // Where one was ended for what it did, the others only follow.
  const ended = parts.filter(({ running }) => !running)
  const exitedPart = ended.find(({ endedFor }) => endedFor) ?? ended[0]
  // A node that died while it started or ended one left some of it.
  const whole = parts.length === count && !exitedPart
  return [
    {
      ...{ id, workload, index, generation },
      state: whole ? 'running' : 'exited',
      ports: Object.assign({}, ...parts.map(({ container }) => container.ports)),
      startedAtMs: Math.min(...parts.map(({ container }) => container.startedAtMs)),
      ...(exitedPart?.exitCode !== undefined && { exitCode: exitedPart.exitCode }),
      ...(exitedPart?.endedFor && { endedFor: exitedPart.endedFor }),
      ...(exitedPart && count > 1 && { exitedPart: exitedPart.labels.part }),
    },
  ]
}
