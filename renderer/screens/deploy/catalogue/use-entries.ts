import type { CatalogueEntry } from '../../../../node-core/api/contract/index.ts'
import { useAsked } from '../../../state/index.ts'
import type { NodeClient, Problem } from '../../../transport/index.ts'

/** What the node has in its catalogue; undefined until it has answered. */
export function useEntries(): {
  entries: readonly CatalogueEntry[] | undefined
  problem: Problem | undefined
} {
  const { answer, problem } = useAsked(listed)
  return { entries: answer, problem }
}

async function listed(node: NodeClient): Promise<readonly CatalogueEntry[]> {
  return (await node.catalogue.list()).entries
}
