import { useEffect, useRef, useState } from 'react'
import { LOG_PLACES_MAX } from '../../../node-core/api/contract/index.ts'
import { useConnection, useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'
import { type LogLine, mergeLines } from './log-lines.ts'

const TAIL_LINES = 500
/** A chatty program prints faster than a page should be drawn. */
const FLUSH_MS = 120
/** How soon a log that broke off is followed again. */
const AGAIN_MS = 5_000

/** How far a log was read: the place of the last line of each copy. */
interface Read {
  what: string
  places: Map<string, string>
}

/**
 * Follows the log of a workload, or of one of its copies, for as long as it is shown. Where it broke off
 * it goes on behind what was read.
 */
export function useLog(name: string, instance: string | undefined) {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [lines, setLines] = useState<LogLine[]>([])
  const [problem, setProblem] = useState<Problem>()
  const read = useRef<Read>({ what: '', places: new Map() })

  useEffect(() => {
    if (phase !== 'open') return
    const stop = new AbortController()
    let fresh: LogLine[] = []
    let cancelFlush: (() => void) | undefined
    let cancelAgain = (): void => {}
    const what = `${name}/${instance ?? ''}`
    if (read.current.what !== what) {
      read.current = { what, places: new Map() }
      setLines([])
    }
    const { places } = read.current
    setProblem(undefined)

    const flush = (): void => {
      cancelFlush = undefined
      const batch = fresh
      fresh = []
      setLines((kept) => mergeLines(kept, batch))
    }
    const follow = async (): Promise<void> => {
      const after = [...places.values()]
      const isAgain = after.length > 0 && after.length <= LOG_PLACES_MAX
      const input = {
        ...{ name, tail: TAIL_LINES, follow: true },
        ...(instance && { instance }),
        ...(isAgain && { after }),
      }
      let isFirst = true
      try {
        const stream = await client().workloads.logs(input, { signal: stop.signal })
        setProblem(undefined)
        for await (const line of stream) {
          // Without places what is there from an attempt before comes again.
          if (isFirst && !isAgain) setLines([])
          isFirst = false
          if (line.place !== undefined) places.set(`${line.node}/${line.instance}`, line.place)
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
      // Their places are known, so that they would not come again.
      flush()
      cancelAgain()
    }
  }, [client, time, name, instance, phase])

  return { lines, problem }
}
