import { useCallback } from 'react'
import { useAnswer } from '../../state/index.ts'
import type { NodeClient } from '../../transport/index.ts'

/** What a workload was before; of one that was deleted too. */
export function useVersions(name: string) {
  const ask = useCallback(
    async (node: NodeClient) => (await node.workloads.versions({ name })).versions,
    [name],
  )
  const { answer: versions, problem } = useAnswer(ask)
  return { versions, problem }
}
