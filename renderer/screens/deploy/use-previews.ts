import { useEffect, useRef, useState } from 'react'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { useWorld } from '../../state/index.ts'
import { type NodeClient, type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import { nameOf } from './draft/index.ts'

export type PreviewAnswer = Outputs['workloads']['preview']

/** What the node last said of a workload: where it would run, or what is wrong with it. */
export interface Previewed {
  of: DeployInput
  answer?: PreviewAnswer
  problem?: Problem
}

/** By name; what was said of a workload stays until the node has answered for what it is now. */
export type Previews = ReadonlyMap<string, Previewed>

/** Asked when somebody stops typing for a moment. */
const SETTLE_MS = 350

/** Where the copies would run, kept in step with the draft; each workload as if it came alone. */
export function usePreviews(workloads: readonly DeployInput[]): {
  previews: Previews
  problemOf: (workload: DeployInput) => Problem | undefined
} {
  const { client, time } = useWorld()
  const [previews, setPreviews] = useState<Previews>(new Map())
  const known = useRef(previews)

  useEffect(() => {
    let current = true
    const put = (next: Previews): void => {
      known.current = next
      setPreviews(next)
    }
    const ask = async (): Promise<void> => {
      const names = new Set(workloads.map(nameOf))
      put(new Map([...known.current].filter(([name]) => names.has(name))))
      for (const workload of workloads) {
        const name = nameOf(workload)
        if (known.current.get(name)?.of === workload) continue
        const previewed = await previewOf(client(), workload)
        if (!current) return
        put(new Map(known.current).set(name, previewed))
      }
    }
    const cancel = time.after(SETTLE_MS, () => void ask())
    return () => {
      current = false
      cancel()
    }
  }, [client, time, workloads])

  return { previews, problemOf: (workload) => previews.get(nameOf(workload))?.problem }
}

async function previewOf(client: NodeClient, of: DeployInput): Promise<Previewed> {
  try {
    return { of, answer: await client.workloads.preview(of) }
  } catch (error) {
    return { of, problem: toProblem(error) }
  }
}
