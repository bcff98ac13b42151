import { useCallback, useEffect, useState } from 'react'
import type { VolumeView } from '../../../node-core/api/contract/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'

export interface Volumes {
  volumes: VolumeView[] | undefined
  problem: Problem | undefined
  reload: () => Promise<void>
}

/** What is kept, asked for again whenever something about workloads changes. */
export function useVolumes(which: (volume: VolumeView) => boolean): Volumes {
  const { client, workloads } = useWorld()
  const [all, setAll] = useState<VolumeView[]>()
  const [problem, setProblem] = useState<Problem>()
  const reload = useCallback(async (): Promise<void> => {
    try {
      setAll((await client().volumes.list()).volumes)
      setProblem(undefined)
    } catch (error) {
      setProblem(toProblem(error))
    }
  }, [client])
  useEffect(() => {
    void reload()
    return workloads.store.subscribe(({ data }, before) => {
      if (data !== before.data) void reload()
    })
  }, [reload, workloads])
  return { volumes: all?.filter(which), problem: all ? undefined : problem, reload }
}
