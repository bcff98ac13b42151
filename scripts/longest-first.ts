/**
 * The order of the unit test files: those that take longest first, so that every worker has something
 * to do until the end. Vitest would begin with the largest file, and those that run the most seeds are
 * the smallest of all.
 */
import path from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ROOT = path.resolve(import.meta.dirname, '..')

/** The longest first: what took more than ten seconds on two cores that had nothing else to do. */
export const LONGEST = [
  'sim/consensus/simplex/simplex.test.ts',
  'sim/consensus/raft/raft.test.ts',
  'sim/primary/seeds/raft-1.test.ts',
  'sim/primary/seeds/raft-4.test.ts',
  'sim/primary/seeds/raft-2.test.ts',
  'sim/primary/seeds/raft-3.test.ts',
  'sim/primary/seeds/simplex-2.test.ts',
  'sim/primary/seeds/liars-2.test.ts',
  'sim/primary/seeds/simplex-1.test.ts',
  'node-core/node.test.ts',
  'sim/primary/seeds/liars-1.test.ts',
  'node-core/work/runners/container/container-runner.test.ts',
  'sim/consensus/mutations/mutations.test.ts',
  'sim/follow/follow.test.ts',
  'sim/simulation.test.ts',
  'sim/primary/seeds/overrun.test.ts',
  'sim/primary/primary.test.ts',
  'node-core/work/runners/container/sandboxes.test.ts',
  'node-core/work/runners/container/images.test.ts',
  'node-core/work/runners/process/process-runner.test.ts',
  'node-core/work/runners/process/program.test.ts',
  'node-core/control/primary/damaged-files.test.ts',
  'node-core/network/mesh/mesh-net.test.ts',
  'sim/consensus/simplex/slowness.test.ts',
  'node-core/control/primary/recovery-followed.test.ts',
  'node-core/work/runners/container/bounds.test.ts',
  'node-core/work/runners/container/engine-firewall.test.ts',
  'node-core/control/consensus/simplex/liars.test.ts',
]
const ranks = new Map(LONGEST.map((file, rank) => [path.join(ROOT, file), rank]))

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files))
  }
}

/** Those that are in no list keep the order that they have, behind the others. */
export function longestFirst<File extends { moduleId: string }>(files: readonly File[]): File[] {
  return [...files].sort((a, b) => rankOf(a) - rankOf(b))
}

function rankOf({ moduleId }: { moduleId: string }): number {
  return ranks.get(moduleId) ?? LONGEST.length
}
