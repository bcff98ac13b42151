/** Containers told apart and put together: which are parts of one instance, and how that one is. */
import { hostNamesOf } from '../../naming/index.ts'
import type { Part, Workload } from '../../spec/index.ts'
import type { Running } from '../index.ts'
import type { EngineContainer } from './engine.ts'
import { type Labelled, parseLabels, sandboxNameOf } from './labels.ts'

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
  const runs = ({ state, engineId }: EngineContainer): boolean =>
    state === 'running' && !exited.has(engineId)
  const parts = containers.flatMap((container): FoundPart[] => {
    const labels = parseLabels(container.labels)
    if (!labels) return []
    const { engineId } = container
    const running = runs(container)
    const exitCode = container.exitCode ?? exited.get(engineId)
    return [{ labels, container, running, exitCode, endedFor: overuse.get(engineId) }]
  })
  const holders = containers.flatMap((container): [string, EngineContainer][] => {
    const name = sandboxNameOf(container.labels)
    return name !== undefined && runs(container) ? [[name, container]] : []
  })
  const holding = new Map(holders)
  const all = Map.groupBy(parts, ({ labels }) => labels.id)
  return [...all.values()].flatMap((some) => toInstance(some, holding))
}

function toInstance(
  parts: readonly FoundPart[],
  holding: ReadonlyMap<string, EngineContainer>,
): Running[] {
  const [first] = parts
  if (!first) return []
  const { id, workload, index, generation, parts: count, sandbox } = first.labels
  const holder = sandbox && holding.get(sandbox.name)
  // Where one was ended for what it did, the others only follow.
  const ended = parts.filter(({ running }) => !running)
  const exitedPart = ended.find(({ endedFor }) => endedFor) ?? ended[0]
  // A node that died while it started or ended one left some of it.
  const hasNetwork = !sandbox || holder !== undefined
  const whole = parts.length === count && !exitedPart && hasNetwork
  const ports = sandbox?.listens.map((port) => [String(port), port])
  return [
    {
      ...{ id, workload, index, generation },
      state: whole ? 'running' : 'exited',
      ports: ports
        ? Object.fromEntries(ports)
        : Object.assign({}, ...parts.map(({ container }) => container.ports)),
      ...(holder?.address !== undefined && { address: holder.address }),
      startedAtMs: Math.min(...parts.map(({ container }) => container.startedAtMs)),
      ...(exitedPart?.exitCode !== undefined && { exitCode: exitedPart.exitCode }),
      ...(exitedPart?.endedFor && { endedFor: exitedPart.endedFor }),
      ...(exitedPart && count > 1 && { exitedPart: exitedPart.labels.part }),
    },
  ]
}
