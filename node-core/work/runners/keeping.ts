/** What keeps the output of instances beyond their life (`work/logs`), as the reconciler uses it. */
import type { Runner } from './index.ts'

export interface OutputKeeper {
  /** It is about to be started, for the first time or again. */
  begins(instance: KeptInstance): void
  /** All that it wrote: it ended right after it was started. */
  wrote(instance: KeptInstance, lines: readonly LogLineOut[]): void
  /** Keeps what it writes from here on; no matter how often it is said. */
  follow(instance: KeptInstance, source: Pick<Runner, 'output'>): void
  /** Resolves when all that it wrote is kept, or a second has passed: it has ended. */
  drained(id: string): Promise<void>
  /** It is gone and will write no more. */
  ended(id: string): void
  /** All others have ended while this node was away. */
  keepOnly(ids: readonly string[]): void
}

export interface KeptInstance {
  id: string
  workload: string
  index: number
  generation: number
}

/** What an instance wrote. */
export interface Output {
  lines: LogLineOut[]
  /** How far each stream has been read by these; those of all outputs together are where to go on. */
  points: Readonly<Record<string, string>>
  /** Lines that `takes` refused. */
  dropped: number
  /** What stood between the point asked for and the first of these lines is no longer to be had. */
  gap: boolean
}

export interface OutputOptions {
  /** Where an earlier reading left off; from the beginning when empty. */
  after: Readonly<Record<string, string>>
  /** Whether a line of so many bytes may be taken now. */
  takes: (bytes: number) => boolean
  signal: AbortSignal
}

export interface LogLineOut {
  /** ISO 8601. */
  at: string
  /** `note`: said by the node, not by the instance. */
  stream: 'stdout' | 'stderr' | 'note'
  line: string
  /** Who wrote it, where there are several parts. */
  part?: string
}
