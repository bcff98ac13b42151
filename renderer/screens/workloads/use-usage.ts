import { useEffect, useState } from 'react'
import { useConnection, useWorld } from '../../state/index.ts'
import type { Outputs } from '../../transport/index.ts'
import { addReading, type UseHistory } from './usage-history.ts'

type Reading = Outputs['workloads']['usage']

const PERIOD_MS = 2_000

/** What the copies of a workload use, asked for while it is shown. */
export function useUsage(name: string): { history: UseHistory; limits: Reading['limits'] } {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const [history, setHistory] = useState<UseHistory>(new Map())
  const [limits, setLimits] = useState<Reading['limits']>()

  useEffect(() => {
    if (phase !== 'open') return
    let left = false
    let cancel: () => void = () => {}
    const ask = async (): Promise<void> => {
      try {
        const reading = await client().workloads.usage({ name })
        if (left) return
        setHistory((before) => addReading(before, reading.instances))
        setLimits(reading.limits)
      } catch {
        // Figures are an extra: the page says elsewhere when the node does not answer.
      }
      // A hidden window asks for nothing.
      if (!left) cancel = time.after(PERIOD_MS, () => void next())
    }
    const next = async (): Promise<void> => {
      if (!document.hidden) return ask()
      cancel = time.after(PERIOD_MS, () => void next())
    }
    setHistory(new Map())
    void ask()
    return () => {
      left = true
      cancel()
    }
  }, [client, time, phase, name])

  return { history, limits }
}
