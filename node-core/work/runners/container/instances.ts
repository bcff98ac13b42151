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
}

/**
 * One for each instance: running while all of its parts do. `exited`: codes by the engine's id of those
 * that are known to have ended, before its list says so.
 */
export function instancesOf(
  containers: readonly EngineContainer[],
  exited: ReadonlyMap<string, number | undefined>,
): Running[] {
  const parts = containers.flatMap((container): FoundPart[] => {
    const labels = parseLabels(container.labels)
    if (!labels) return []
    const { engineId, state } = container
    const running = state === 'running' && !exited.has(engineId)
    return [{ labels, container, running, exitCode: container.exitCode ?? exited.get(engineId) }]
  })
  return [...Map.groupBy(parts, ({ labels }) => labels.id).values()].flatMap(toInstance)
}

function toInstance(parts: readonly FoundPart[]): Running[] {
  const [first] = parts
  if (!first) return []
  const { id, workload, index, generation, parts: count } = first.labels
  const exitedPart = parts.find(({ running }) => !running)
  // A node that died while it started or ended one left some of it.
  const whole = parts.length === count && !exitedPart
  return [
    {
      ...{ id, workload, index, generation },
      state: whole ? 'running' : 'exited',
      ports: Object.assign({}, ...parts.map(({ container }) => container.ports)),
      startedAtMs: Math.min(...parts.map(({ container }) => container.startedAtMs)),
      ...(exitedPart?.exitCode !== undefined && { exitCode: exitedPart.exitCode }),
      ...(exitedPart && count > 1 && { exitedPart: exitedPart.labels.part }),
    },
  ]
}
