import { useEffect, useState } from 'react'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../transport/index.ts'

export type PreviewAnswer = Outputs['workloads']['preview']

/** Asked when somebody stops typing for a moment. */
const SETTLE_MS = 350

/** Where the copies would run, kept in step with the form. */
export function usePreview(input: DeployInput | undefined): {
  answer: PreviewAnswer | undefined
  problem: Problem | undefined
} {
  const { client, time } = useWorld()
  const [answer, setAnswer] = useState<PreviewAnswer>()
  const [problem, setProblem] = useState<Problem>()
  const text = input && JSON.stringify(input)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `text` is the input, compared by value.
  useEffect(() => {
    if (!input) {
      setAnswer(undefined)
      setProblem(undefined)
      return
    }
    let current = true
    const ask = async (): Promise<void> => {
      try {
        const next = await client().workloads.preview(input)
        if (!current) return
        setAnswer(next)
        setProblem(undefined)
      } catch (error) {
        if (!current) return
        setAnswer(undefined)
        setProblem(toProblem(error))
      }
    }
    const cancel = time.after(SETTLE_MS, () => void ask())
    return () => {
      current = false
      cancel()
    }
  }, [client, time, text])

  return { answer, problem }
}
