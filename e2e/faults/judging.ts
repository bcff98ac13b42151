/** What clients and watchers of a run saw, judged once all is well again. */
import { checkLinearizable, checkWatched } from '../../sim/linearizability/index.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import type { Crowd } from './crowd.ts'
import type { Watcher } from './watcher.ts'

const TOLD_WITHIN_MS = 20_000

export interface Seen {
  crowd: Crowd
  watchers: ReadonlyMap<string, Watcher>
}

/** Throws with all that does not hold. The crowd has stopped, and every node answers. */
export async function judge({ crowd, watchers }: Seen, nodes: readonly TestNode[]): Promise<void> {
  for (const node of nodes) await crowd.readAll(node)
  const last = Math.max(...crowd.writes.map(({ revision }) => revision ?? 0))
  const failures: string[] = []
  for (const [name, watcher] of watchers) {
    await until(`${name} to be told of revision ${last}`, TOLD_WITHIN_MS, () => {
      return (watcher.changes.at(-1)?.revision ?? 0) >= last
    }).catch((error: Error) => failures.push(error.message))
    await watcher.stop()
  }
  const watched = [...watchers].map(([name, { changes }]) => [name, upTo(changes, last)] as const)
  failures.push(...checkWatched(crowd.writes, new Map(watched)))
  const result = checkLinearizable(crowd.history)
  if (result.verdict === 'undecided') failures.push(`${result.key}: too many orders to try`)
  if (result.verdict === 'violated') {
    failures.push(`not linearizable:\n    ${result.history.join('\n    ')}`)
  }
  if (failures.length > 0) throw new Error(failures.join('\n'))
}

/** What nobody was answered may still come while the watchers are stopped one by one. */
function upTo(changes: Watcher['changes'], revision: number): Watcher['changes'] {
  return changes.filter((change) => change.revision <= revision)
}
