import { useEffect, useRef, useState } from 'react'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { useConnection, useWorld } from '../../state/index.ts'
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
/** How soon it is asked again what the node could not answer. */
const AGAIN_MS = 5_000

/** Where the copies would run, kept in step with the draft; each workload as if it came alone. */
export function usePreviews(workloads: readonly DeployInput[]): {
  previews: Previews
  problemOf: (workload: DeployInput) => Problem | undefined
} {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [previews, setPreviews] = useState<Previews>(new Map())
  const known = useRef(previews)

  useEffect(() => {
    if (phase !== 'open') return
    let current = true
    let cancel = (): void => {}
    const put = (next: Previews): void => {
      known.current = next
      setPreviews(next)
    }
    const ask = async (): Promise<void> => {
      const names = new Set(workloads.map(nameOf))
      put(new Map([...known.current].filter(([name]) => names.has(name))))
      for (const workload of workloads) {
        const name = nameOf(workload)
        if (isAnswered(known.current.get(name), workload)) continue
        const previewed = await previewOf(client, workload)
        if (!current) return
        put(new Map(known.current).set(name, previewed))
      }
      const isAll = workloads.every((each) => isAnswered(known.current.get(nameOf(each)), each))
      if (!isAll && current) cancel = time.after(AGAIN_MS, () => void ask())
    }
    cancel = time.after(SETTLE_MS, () => void ask())
    return () => {
      current = false
      cancel()
    }
  }, [client, time, workloads, phase])

  return { previews, problemOf: (workload) => previews.get(nameOf(workload))?.problem }
}

/** What is wrong with a field is wrong until it is changed; any other problem passes. */
export function isAnswered(previewed: Previewed | undefined, workload: DeployInput): boolean {
  return previewed?.of === workload && previewed.problem?.fields.length !== 0
}

/** Throws nothing: where the line is gone, that is the answer for now. */
export async function previewOf(toNode: () => NodeClient, of: DeployInput): Promise<Previewed> {
  try {
    return { of, answer: await toNode().workloads.preview(of) }
  } catch (error) {
    return { of, problem: toProblem(error) }
  }
}
