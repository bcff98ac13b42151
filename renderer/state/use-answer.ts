import { useCallback, useEffect, useRef, useState } from 'react'
import { type NodeClient, type Problem, toProblem } from '../transport/index.ts'
import { useWorld } from './use-world.ts'

export interface Answer<T> {
  answer: T | undefined
  /** Why there is no answer; one that was given before is kept. */
  problem: Problem | undefined
  reload: () => Promise<void>
}

/** The newest answer to a question, or why there is none; who uses it says when it is asked. */
export function useQuestion<T>(ask: (client: NodeClient) => Promise<T>) {
  const { client } = useWorld()
  const [answer, setAnswer] = useState<T>()
  const [problem, setProblem] = useState<Problem>()
  // An answer that is overtaken by the next one is dropped.
  const turn = useRef(0)
  const drop = useCallback((): void => {
    turn.current += 1
  }, [])
  const reload = useCallback(async (): Promise<void> => {
    drop()
    const mine = turn.current
    try {
      const next = await ask(client())
      if (mine !== turn.current) return
      setAnswer(() => next)
      setProblem(undefined)
    } catch (error) {
      if (mine === turn.current) setProblem(toProblem(error))
    }
  }, [ask, client, drop])
  return { answer, problem, reload, drop }
}

/**
 * What the node says to a question about workloads, asked for again whenever something about them
 * changes. `ask` is another question when it is another function.
 */
export function useAnswer<T>(ask: (client: NodeClient) => Promise<T>): Answer<T> {
  const { workloads } = useWorld()
  const { answer, problem, reload, drop } = useQuestion(ask)
  useEffect(() => {
    void reload()
    const stop = workloads.store.subscribe(({ data }, before) => {
      if (data !== before.data) void reload()
    })
    return () => {
      drop()
      stop()
    }
  }, [reload, drop, workloads])
  return { answer, problem: answer === undefined ? problem : undefined, reload }
}
