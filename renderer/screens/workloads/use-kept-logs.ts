import { useEffect, useState } from 'react'
import type { KeptLogView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { useConnection, useWorld } from '../../state/index.ts'

export type GoneLog = KeptLogView & { until: string }

/** More are of no use in a list to choose from. */
const GONE_SHOWN_MAX = 20

/** Logs of copies that are gone, the latest first; asked for again when copies come or go. */
export function useKeptLogs(workload: WorkloadView): GoneLog[] {
  const { client } = useWorld()
  const { phase } = useConnection()
  const [kept, setKept] = useState<KeptLogView[]>([])
  const { name } = workload
  const there = workload.instances.map(({ id }) => id).join(' ')

  // biome-ignore lint/correctness/useExhaustiveDependencies: copies that come or go change the answer.
  useEffect(() => {
    if (phase !== 'open') return
    let left = false
    client()
      .workloads.keptLogs({ name })
      .then(
        ({ logs }) => {
          if (!left) setKept(logs)
        },
        // The logs of those that are there are shown all the same.
        () => {},
      )
    return () => {
      left = true
    }
  }, [client, phase, name, there])

  const present = new Set(there.split(' '))
  return kept
    .filter(({ instance }) => !present.has(instance))
    .map((log) => ({ ...log, until: log.until ?? log.lastAt }))
    .sort((a, b) => (a.until < b.until ? 1 : -1))
    .slice(0, GONE_SHOWN_MAX)
}
