import { useCallback, useEffect, useRef, useState } from 'react'
import { type NodeClient, toProblem } from '../transport/index.ts'
import type { Answer } from './use-answer.ts'
import { useConnection, useWorld } from './use-world.ts'

/** Soon enough for whoever looks at a page that says that it does not know. */
const AGAIN_MS = 5_000

/**
 * The answer to a question that is asked once: again only where it failed, and with every new line to
 * the node. `ask` is another question when it is another function.
 */
export function useAsked<T>(ask: (client: NodeClient) => Promise<T>): Answer<T> {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [answer, setAnswer] = useState<T>()
  const [problem, setProblem] = useState<Answer<T>['problem']>()
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
    if (phase !== 'open') return
    void reload()
    return () => {
      turn.current += 1
    }
  }, [reload, phase])
  useEffect(() => {
    if (!problem || phase !== 'open') return
    return time.after(AGAIN_MS, () => void reload())
  }, [problem, phase, reload, time])

  return { answer, problem: answer === undefined ? problem : undefined, reload }
}
