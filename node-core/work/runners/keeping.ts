/** What keeps the output of instances beyond their life (`work/logs`), as the reconciler uses it. */
import type { Runner } from './index.ts'

export interface OutputKeeper {
  /** It is about to be started, for the first time or again. */
  begins(instance: KeptInstance): void
  /** All that it wrote: it ended right after it was started. */
  wrote(instance: KeptInstance, lines: readonly LogLineOut[]): void
  /** Keeps what it writes from here on; no matter how often it is said. */
  follow(instance: KeptInstance, source: Pick<Runner, 'output'>): void
  /** Resolves when all that it wrote is kept, or no more of it has come for a second: it has ended. */
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
  /** Lines that `takes` refused: they were written behind `lines`. */
  over: readonly LineOver[]
  /** What stood between the point asked for and the first of these lines is no longer to be had. */
  gap: boolean
  /** What was read up to here is about to go: it must be kept before the next one is asked for. */
  settle?: true
}

/** A line for which there was no room. Most of them nobody reads: they are decoded when they are. */
export interface LineOver {
  bytes: number
  read(): LogLineOut
}

export interface OutputOptions {
  /** Where an earlier reading left off; from the beginning when empty. */
  after: Readonly<Record<string, string>>
  /** Whether a line of so many bytes may be taken now; of one output none behind one that may not. */
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

/** What a log says where lines would stand. */
export function leftOutText(count: number): string {
  const lines = count === 1 ? '1 line was' : `${count} lines were`
  return `${lines} left out here: it wrote more than is kept.`
}
