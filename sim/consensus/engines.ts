/** The engines by the names that `npm run sim -- --consensus` takes. */
import type { EngineKind } from './engine-kind.ts'
import { raftKind } from './raft/kind.ts'
import { simplexKind } from './simplex/kind.ts'

export const ENGINES: Readonly<Record<string, EngineKind>> = {
  raft: raftKind(),
  simplex: simplexKind(),
}
