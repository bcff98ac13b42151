import { useEffect, useState } from 'react'
import { useConnection, useWorld } from '../../state/index.ts'
import { LOG_LINES_MAX, type LogLine, searchedFor } from './log-lines.ts'

/** Each text is a question to the nodes: nobody who still types asks one. */
const SETTLE_MS = 300

interface Search {
  lines: readonly LogLine[]
  searching: boolean
}

const NOTHING: Search = { lines: [], searching: false }

/** The last lines of all that is kept that contain what somebody looks for; none while that is nothing. */
export function useLogSearch(name: string, instance: string | undefined, query: string): Search {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [search, setSearch] = useState(NOTHING)
  const grep = searchedFor(query)

  useEffect(() => {
    if (phase !== 'open' || grep === '') return setSearch(NOTHING)
    const stop = new AbortController()
    setSearch({ lines: [], searching: true })
    const ask = async (): Promise<void> => {
      const input = { name, grep, tail: LOG_LINES_MAX, ...(instance ? { instance } : {}) }
      const lines: LogLine[] = []
      try {
        const stream = await client().workloads.logs(input, { signal: stop.signal })
        for await (const line of stream) lines.push(line)
      } catch {
        // What the page follows says why the log cannot be read.
      }
      if (!stop.signal.aborted) setSearch({ lines, searching: false })
    }
    const cancel = time.after(SETTLE_MS, () => void ask())
    return () => {
      cancel()
      stop.abort()
    }
  }, [client, time, name, instance, grep, phase])

  return search
}
