/** Reads the configured seed documents: often while this node is alone, seldom otherwise. */
import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { SEED_ALONE_INTERVAL_MS, SEED_INTERVAL_MS } from './limits.ts'
import { fetchSeed } from './seed-source.ts'

export interface SeedReader {
  start(): void
  stop(): Promise<void>
}

export interface SeedReaderDeps {
  locations: readonly string[]
  /** Verifies a document; throws when it is not a good one of this network. */
  open(text: string): readonly string[]
  hear(addresses: readonly string[]): void
  isAlone(): boolean
  clock: Clock
  logger: Logger
}

export function createSeedReader(deps: SeedReaderDeps): SeedReader {
  const { locations, open, hear, isAlone, clock, logger } = deps
  let ending = new AbortController()
  let readAtMs = Number.NEGATIVE_INFINITY
  let stopReading: (() => Promise<void>) | undefined
  let first: Promise<void> | undefined

  const readOne = async (location: string): Promise<void> => {
    try {
      hear(open(await fetchSeed(location, { signal: ending.signal })))
    } catch (error) {
      if (ending.signal.aborted) return
      logger.warn('A seed document is of no use.', { location, reason: messageOf(error) })
    }
  }
  const read = async (): Promise<void> => {
    const sinceMs = clock.monotonicMs() - readAtMs
    if (sinceMs < SEED_INTERVAL_MS && !isAlone()) return
    readAtMs = clock.monotonicMs()
    await Promise.all(locations.map(readOne))
  }
  return {
    start() {
      if (locations.length === 0) return
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
