/**
 * The seeds of this node: each is written when the network's document is newer than what lies there,
 * whoever else writes it too, and all of them are read by discovery.
 */
import { type Clock, every } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { failure } from './failures.ts'
import type { SeedCredentials, SeedStore } from './index.ts'
import {
  SEED_CHECK_MS,
  SEED_LOOK_MS,
  SEED_RETRY_MAX_MS,
  SEED_RETRY_MS,
  SEEDS_MAX,
} from './limits.ts'
import { type ListedSeed, readSeeds, writeSeeds } from './list.ts'
import { mustBeSafe, mustBeThere, openSeedStore } from './opening.ts'

/** What changes or lists them throws SEED_INVALID while the list of them on the disk cannot be read. */
export interface SeedKeeper {
  start(): Promise<void>
  stop(): Promise<void>
  list(): readonly SeedState[]
  /** Reads and writes there from now on; a first write is tried at once. Throws SeedErrorCode. */
  publish(location: string, credentials: SeedCredentials): Promise<SeedState>
  /** Leaves it alone from now on. What lies there stays. False where it is none of this node's. */
  forget(location: string): Promise<boolean>
  /** Every location, as discovery reads it. */
  stores(): readonly SeedStore[]
}

export interface SeedState {
  location: string
  /** False where this node only reads: it joined by what lies there. */
  writes: boolean
  /** When what lies there was last seen to be the newest. */
  currentAtMs: number | undefined
  problem: { code: string; message: string } | undefined
}

export interface SeedKeeperDeps {
  /** The newest document. */
  document(): Uint8Array | undefined
  /**
   * Whether the first is newer than what lies there. Throws for something else that lies there, so
   * that nobody's file is overwritten.
   */
  isNewer(document: Uint8Array, found: Uint8Array): boolean
  /** Holds `seeds.json`, which nobody else may read: there are passwords in it. */
  disk: Disk
  clock: Clock
  logger: Logger
}

interface Kept {
  store: SeedStore
  credentials: SeedCredentials
  state: SeedState
  /** What was last seen to lie there, which saves looking again for a while. */
  written: Uint8Array | undefined
  checkMs: number
  /** After a failure. */
  dueMs: number
  failures: number
}

export function createSeedKeeper(deps: SeedKeeperDeps): SeedKeeper {
  const { disk, clock, logger } = deps
  let seeds: Kept[] = []
  let stopping = new AbortController()
  let stopLooking: (() => Promise<void>) | undefined
  let saving: Promise<void> = Promise.resolve()
  /** Else the next change would write over what may still be put right by hand. */
  let unreadable: unknown

  const keptAt = ({ location, writes, credentials }: ListedSeed): Kept => {
    const store = openSeedStore(location, { clock, credentials })
    const state = { location: store.location, writes, currentAtMs: undefined, problem: undefined }
    return { store, credentials, state, written: undefined, checkMs: 0, dueMs: 0, failures: 0 }
  }

  function readable(): readonly Kept[] {
    if (unreadable) throw unreadable
    return seeds
  }

  const except = (location: string): Kept[] =>
    readable().filter(({ store }) => store.location !== location)

  /** One after the other, so that what is kept is the newest. */
  function save(): Promise<void> {
    const saved = saving.then(() => writeSeeds(disk, seeds.map(listedOf)))
    saving = saved.catch(() => {})
    return saved
  }

  function requireRoom(place: string): void {
    if (except(place).length < SEEDS_MAX) return
    throw new MyceliumError('LIMIT_REACHED', 'This node has too many seeds.')
  }

  async function load(): Promise<void> {
    try {
      seeds = (await readSeeds(disk)).map(keptAt)
      unreadable = undefined
    } catch (error) {
      unreadable = error
      logger.error('No seed is kept up to date.', { error: messageOf(error) })
    }
  }

  function isBehind(document: Uint8Array, found: Uint8Array): boolean {
    try {
      return deps.isNewer(document, found)
    } catch (cause) {
      const code = cause instanceof MyceliumError ? cause.code : 'SEED_INVALID'
      throw new MyceliumError(code, `${FOREIGN} (${messageOf(cause)})`, { cause })
    }
  }

  /** Of two that write at once one sees a conflict, and looks again what lies there. */
  async function refresh(seed: Kept, document: Uint8Array): Promise<void> {
    const { store } = seed
    for (let tries = 0; tries < 3; tries++) {
      const found = await store.read(stopping.signal)
      if (found && !isBehind(document, found.bytes)) return
      if (found && !found.tag) throw failure('SEED_UNCONDITIONAL', UNCONDITIONAL)
      if ((await store.write(document, found?.tag, stopping.signal)) === 'written') return
    }
    throw failure('SEED_UNREACHABLE', 'Others keep writing there.')
  }

  async function bringUpToDate(seed: Kept): Promise<void> {
    const document = deps.document()
    const nowMs = clock.monotonicMs()
    if (!document || !seed.state.writes || nowMs < seed.dueMs) return
    // What lies outside may go, or rot, and nobody says so.
    if (seed.written === document && nowMs < seed.checkMs) return
    const { location } = seed.store
    try {
      await refresh(seed, document)
      seed.written = document
      seed.checkMs = clock.monotonicMs() + SEED_CHECK_MS
      seed.failures = 0
      seed.state = { ...seed.state, currentAtMs: clock.wallMs(), problem: undefined }
    } catch (error) {
      if (stopping.signal.aborted) return
      const delayMs = Math.min(SEED_RETRY_MS * 2 ** seed.failures, SEED_RETRY_MAX_MS)
      seed.failures = Math.min(seed.failures + 1, 10)
      seed.dueMs = clock.monotonicMs() + delayMs
      const code = error instanceof MyceliumError ? error.code : 'SEED_UNREACHABLE'
      seed.state = { ...seed.state, problem: { code, message: messageOf(error) } }
      logger.warn('A seed cannot be kept up to date.', { location, code })
    }
  }

  return {
    list: () => readable().map(({ state }) => state),
    stores: () => seeds.map(({ store }) => store),
    async publish(location, credentials) {
      mustBeSafe(location)
      await mustBeThere(location)
      const added = keptAt({ location, writes: true, credentials })
      const { location: place } = added.store
      requireRoom(place)
      await bringUpToDate(added)
      const { problem } = added.state
      // What can never be written there is said at once, and not kept.
      if (problem && !isCode(new MyceliumError(problem.code, ''), 'SEED_UNREACHABLE')) {
        throw new MyceliumError(problem.code, problem.message)
      }
      // Others may have been published meanwhile.
      requireRoom(place)
      seeds = [...except(place), added]
      await save()
      return added.state
    },
    async forget(location) {
      const others = except(location)
      if (others.length === seeds.length) return false
      seeds = others
      await save()
      return true
    },
    async start() {
      if (stopLooking) return
      stopping = new AbortController()
      await load()
      stopLooking = every(
        clock,
        SEED_LOOK_MS,
        async () => {
          for (const seed of seeds) await bringUpToDate(seed)
        },
        (error) => logger.error('Keeping seeds failed.', { error: messageOf(error) }),
      )
    },
    async stop() {
      stopping.abort()
      await stopLooking?.()
      stopLooking = undefined
    },
  }
}

function listedOf({ store, credentials, state }: Kept): ListedSeed {
  return { location: store.location, writes: state.writes, credentials }
}

const FOREIGN =
  'What lies there is not this network’s document, or is damaged, and is left alone. Move it away, and ' +
  'the document is put in its place.'
const UNCONDITIONAL =
  'The server gives no strong ETag for the document, so it cannot be replaced safely. Read it from ' +
  'there if you like, and publish elsewhere.'
