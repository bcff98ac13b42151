import { useEffect, useState } from 'react'
import { useConnection, useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'
import { type LogLine, mergeLines } from './log-lines.ts'

const TAIL_LINES = 500
/** A chatty program prints faster than a page should be drawn. */
const FLUSH_MS = 120
/** How soon a log that broke off is followed again. */
const AGAIN_MS = 5_000

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
    let cancelAgain = (): void => {}
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
      let isFirst = true
      try {
        const stream = await client().workloads.logs(input, { signal: stop.signal })
        setProblem(undefined)
        for await (const line of stream) {
          // What is there from an attempt before comes again.
          if (isFirst) setLines([])
          isFirst = false
          fresh.push(line)
          cancelFlush ??= time.after(FLUSH_MS, flush)
        }
      } catch (error) {
        if (stop.signal.aborted) return
        setProblem(toProblem(error))
        cancelAgain = time.after(AGAIN_MS, () => void follow())
      }
    }
    void follow()
    return () => {
      stop.abort()
      cancelFlush?.()
      cancelAgain()
    }
  }, [client, time, name, instance, phase])

  return { lines, problem }
}
