import { useEffect } from 'react'
import type { NodeClient } from '../transport/index.ts'
import { type Answer, useQuestion } from './use-answer.ts'
import { useConnection, useWorld } from './use-world.ts'

/** Soon enough for whoever looks at a page that says that it does not know. */
const AGAIN_MS = 5_000

/**
 * The answer to a question that is asked once: again only where it failed, and with every new line to
 * the node. `ask` is another question when it is another function.
 */
export function useAsked<T>(ask: (client: NodeClient) => Promise<T>): Answer<T> {
  const { time } = useWorld()
  const { phase } = useConnection()
  const { answer, problem, reload, drop } = useQuestion(ask)
  useEffect(() => {
    if (phase !== 'open') return
    void reload()
    return drop
  }, [reload, drop, phase])
  useEffect(() => {
    if (!problem || phase !== 'open') return
    return time.after(AGAIN_MS, () => void reload())
  }, [problem, phase, reload, time])

  return { answer, problem: answer === undefined ? problem : undefined, reload }
}
