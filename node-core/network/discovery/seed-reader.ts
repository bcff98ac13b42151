/** Reads the configured seed documents: often while this node is alone, seldom otherwise. */
import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { SEED_ALONE_INTERVAL_MS, SEED_INTERVAL_MS } from './limits.ts'

/** Where a seed document lies. */
export interface SeedSource {
  readonly location: string
  /** Undefined where nothing lies there. */
  read(signal: AbortSignal): Promise<{ bytes: Uint8Array } | undefined>
}

export interface SeedReader {
  /** Whether the last round of reading found a good one. */
  hasFound(): boolean
  start(): void
  stop(): Promise<void>
}

export interface SeedReaderDeps {
  /** Asked anew each time: they come and go. */
  sources(): readonly SeedSource[]
  /** Verifies a document; throws when it is not a good one of this network. */
  open(bytes: Uint8Array): readonly string[]
  hear(addresses: readonly string[]): void
  isAlone(): boolean
  clock: Clock
  logger: Logger
}

export function createSeedReader(deps: SeedReaderDeps): SeedReader {
  const { sources, open, hear, isAlone, clock, logger } = deps
  let ending = new AbortController()
  let readAtMs = Number.NEGATIVE_INFINITY
  let stopReading: (() => Promise<void>) | undefined
  let first: Promise<void> | undefined
  let hasFound = false

  const readOne = async ({ location, ...source }: SeedSource): Promise<boolean> => {
    try {
      const found = await source.read(ending.signal)
      if (found) hear(open(found.bytes))
      return found !== undefined
    } catch (error) {
      if (!ending.signal.aborted) {
        logger.warn('A seed document is of no use.', { location, reason: messageOf(error) })
      }
      return false
    }
  }
  const read = async (): Promise<void> => {
    if (sources().length === 0) {
      hasFound = false
      return
    }
    const sinceMs = clock.monotonicMs() - readAtMs
    if (sinceMs < SEED_INTERVAL_MS && !isAlone()) return
    readAtMs = clock.monotonicMs()
    hasFound = (await Promise.all(sources().map(readOne))).includes(true)
  }
  return {
    hasFound: () => hasFound,
    start() {
      ending = new AbortController()
      first = read()
      stopReading = every(clock, SEED_ALONE_INTERVAL_MS, read, (error) => {
        logger.error('Reading seed documents failed.', { reason: messageOf(error) })
      })
    },
    async stop() {
      ending.abort()
      await first
      await stopReading?.()
      stopReading = undefined
    },
  }
}
