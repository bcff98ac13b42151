import { useEffect, useState } from 'react'
import type { NodeClient, Problem } from '../transport/index.ts'
import { toProblem } from '../transport/index.ts'
import { useConnection, useWorld } from './use-world.ts'

interface Repeated<T> {
  /** The last one there was. */
  answer: T | undefined
  /** Why there is none. */
  problem: Problem | undefined
}

/**
 * The answer to a question that no event tells of, asked anew every so often while it is shown.
 *
 * @param ask Stays the same function between renders.
 */
export function useRepeated<T>(
  ask: (client: NodeClient) => Promise<T>,
  periodMs: number,
): Repeated<T> {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [answer, setAnswer] = useState<T>()
  const [problem, setProblem] = useState<Problem>()

  useEffect(() => {
    if (phase !== 'open') return
    let left = false
    let cancel: () => void = () => {}
    const next = async (): Promise<void> => {
      // A hidden window asks for nothing.
      if (!document.hidden) await once()
      if (!left) cancel = time.after(periodMs, () => void next())
    }
    const once = async (): Promise<void> => {
      try {
        const told = await ask(client())
        if (left) return
        setAnswer(() => told)
        setProblem(undefined)
      } catch (error) {
        if (!left) setProblem(toProblem(error))
      }
    }
    void next()
    return () => {
      left = true
      cancel()
    }
  }, [ask, client, time, phase, periodMs])

  return { answer, problem: answer === undefined ? problem : undefined }
}
