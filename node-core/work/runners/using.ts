/** What an instance uses. Counters go up from its start; a rate is made of two readings. */
export interface Usage {
  id: string
  cpuSeconds: number
  memoryBytes: number
  /** Absent where an instance has no network of its own to count on. */
  receivedBytes?: number
  sentBytes?: number
  /** Seconds of graphics processors that it has leased since its start; absent where it has none. */
  gpuSeconds?: number
}
