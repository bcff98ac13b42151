import { useEffect, useState } from 'react'
import { useConnection, useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'
import { type LogLine, mergeLines } from './log-lines.ts'

const TAIL_LINES = 500
/** A chatty program prints faster than a page should be drawn. */
const FLUSH_MS = 120

/** Follows the log of a workload, or of one of its copies, for as long as it is shown. */
export function useLog(name: string, instance: string | undefined) {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [lines, setLines] = useState<LogLine[]>([])
  const [problem, setProblem] = useState<Problem>()

  useEffect(() => {
    if (phase !== 'open') return
    const stop = new AbortController()
    let fresh: LogLine[] = []
    let cancelFlush: (() => void) | undefined
    setLines([])
    setProblem(undefined)

    const flush = (): void => {
      cancelFlush = undefined
      const batch = fresh
      fresh = []
      setLines((kept) => mergeLines(kept, batch))
    }
    const follow = async (): Promise<void> => {
      const input = { name, tail: TAIL_LINES, follow: true, ...(instance ? { instance } : {}) }
      try {
        const stream = await client().workloads.logs(input, { signal: stop.signal })
        for await (const line of stream) {
          fresh.push(line)
          cancelFlush ??= time.after(FLUSH_MS, flush)
        }
      } catch (error) {
        if (!stop.signal.aborted) setProblem(toProblem(error))
      }
    }
    void follow()
    return () => {
      stop.abort()
      cancelFlush?.()
    }
  }, [client, time, name, instance, phase])

  return { lines, problem }
}
