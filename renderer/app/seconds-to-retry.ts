import { useEffect, useState } from 'react'
import { useConnection, useWorld } from '../state/index.ts'

/** Until the line to the node is tried again; 0 while it is. */
export function useSecondsToRetry(): number {
  const { time } = useWorld()
  const { retryAtMs = 0 } = useConnection()
  const [nowMs, setNowMs] = useState(time.now())
  useEffect(() => {
    const tick = () => {
      setNowMs(time.now())
      cancel = time.after(1_000, tick)
    }
    let cancel = time.after(1_000, tick)
    return () => cancel()
  }, [time])
  return Math.max(0, Math.ceil((retryAtMs - nowMs) / 1_000))
}
