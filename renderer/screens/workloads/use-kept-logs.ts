import { useCallback } from 'react'
import type { KeptLogView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { useAnswer } from '../../state/index.ts'
import type { NodeClient } from '../../transport/index.ts'

export type GoneLog = KeptLogView & { until: string }

/** More are of no use in a list to choose from. */
export const GONE_SHOWN_MAX = 20

/** Logs of copies that are gone, the latest first. */
export function useKeptLogs(workload: WorkloadView): GoneLog[] {
  const { name } = workload
  const ask = useCallback(
    async (node: NodeClient) => (await node.workloads.keptLogs({ name })).logs,
    [name],
  )
  // Without an answer the logs of those that are there are shown all the same.
  const { answer: kept = [] } = useAnswer(ask)

  const present = new Set(workload.instances.map(({ id }) => id))
  return kept
    .filter(({ instance }) => !present.has(instance))
    .map((log) => ({ ...log, until: log.until ?? log.lastAt }))
    .sort((a, b) => (a.until < b.until ? 1 : -1))
}
