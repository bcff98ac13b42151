import { useCallback, useEffect, useRef, useState } from 'react'
import { type NodeClient, type Problem, toProblem } from '../transport/index.ts'
import { useWorld } from './use-world.ts'

export interface Answer<T> {
  answer: T | undefined
  /** Why there is no answer; one that was given before is kept. */
  problem: Problem | undefined
  reload: () => Promise<void>
}

/**
 * What the node says to a question about workloads, asked for again whenever something about them
 * changes. `ask` is another question when it is another function.
 */
export function useAnswer<T>(ask: (client: NodeClient) => Promise<T>): Answer<T> {
  const { client, workloads } = useWorld()
  const [answer, setAnswer] = useState<T>()
  const [problem, setProblem] = useState<Problem>()
  // An answer that is overtaken by the next one is dropped.
  const turn = useRef(0)
  const reload = useCallback(async (): Promise<void> => {
    turn.current += 1
    const mine = turn.current
    try {
      const next = await ask(client())
      if (mine !== turn.current) return
      setAnswer(() => next)
      setProblem(undefined)
    } catch (error) {
      if (mine === turn.current) setProblem(toProblem(error))
    }
  }, [ask, client])
  useEffect(() => {
    void reload()
    const stop = workloads.store.subscribe(({ data }, before) => {
      if (data !== before.data) void reload()
    })
    return () => {
      turn.current += 1
      stop()
    }
  }, [reload, workloads])
  return { answer, problem: answer === undefined ? problem : undefined, reload }
}
