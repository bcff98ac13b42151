import { useEffect, useState } from 'react'
import { useConnection, useWorld } from '../state/index.ts'

/** Until the line to the node is tried again; 0 while it is. */
export function useSecondsToRetry(): number {
  const { time } = useWorld()
  const { retryAtMs = 0 } = useConnection()
  const [nowMs, setNowMs] = useState(time.now())
  // biome-ignore lint/correctness/useExhaustiveDependencies: every tick asks for the next one.
  useEffect(() => time.after(1_000, () => setNowMs(time.now())), [nowMs, time])
  return Math.max(0, Math.ceil((retryAtMs - nowMs) / 1_000))
}
