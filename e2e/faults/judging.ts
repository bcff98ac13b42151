/** A run under load, and whether what clients and watchers saw of it holds together. */
import { checkLinearizable, checkWatched } from '../../sim/linearizability/index.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import { type Crowd, PREFIX, startCrowd } from './crowd.ts'
import { startWatcher, type Watcher } from './watcher.ts'

const TOLD_WITHIN_MS = 20_000

export interface LoadOptions {
  nodes: readonly TestNode[]
  seed: number
  clientsPerNode?: number
}

/** Does something while all doors are used. Throws with all that does not hold; else what was asked. */
export async function underLoad(
  options: LoadOptions,
  run: (crowd: Crowd) => Promise<void>,
): Promise<string> {
  const { nodes } = options
  const crowd = startCrowd(options)
  const watchers = new Map(nodes.map((node) => [node.name, startWatcher(node, PREFIX)]))
  try {
    await run(crowd)
    await crowd.stop()
    const failures = await judge(crowd, watchers, nodes)
    if (failures.length > 0) throw new Error(failures.join('\n'))
  } finally {
    await Promise.allSettled([crowd.stop(), ...[...watchers.values()].map((each) => each.stop())])
  }
  const begun = [...watchers.values()].reduce((sum, watcher) => sum + watcher.begun, 0)
  return `Asked: ${JSON.stringify(crowd.counts)}. Watches begun: ${begun}.`
}

/** The crowd has stopped, and every node answers. */
async function judge(
  crowd: Crowd,
  watchers: ReadonlyMap<string, Watcher>,
  nodes: readonly TestNode[],
): Promise<string[]> {
  for (const node of nodes) await crowd.readAll(node)
  const last = Math.max(...crowd.writes.map(({ revision }) => revision ?? 0))
  const failures: string[] = []
  for (const [name, { changes, stop }] of watchers) {
    await until(`${name} to be told of revision ${last}`, TOLD_WITHIN_MS, () => {
      return (changes.at(-1)?.revision ?? 0) >= last
    }).catch((error: Error) => failures.push(error.message))
    await stop()
  }
  const watched = [...watchers].map(([name, { changes }]) => [name, upTo(changes, last)] as const)
  failures.push(...checkWatched(crowd.writes, new Map(watched)))
  const result = checkLinearizable(crowd.history)
  if (result.verdict === 'undecided') failures.push(`${result.key}: too many orders to try`)
  if (result.verdict === 'violated') {
    failures.push(`not linearizable:\n    ${result.history.join('\n    ')}`)
  }
  return failures
}

/** What nobody was answered may still come while the watchers are stopped one by one. */
function upTo(changes: Watcher['changes'], revision: number): Watcher['changes'] {
  return changes.filter((change) => change.revision <= revision)
}
