/**
 * Which era's log counts here. A mandate that ends an era is told by `node/<self>/recovery`, and by
 * spore documents; it is on disk here before anything is done by it.
 */
import { z } from 'zod'
import type { Clock } from '../../base/clock/index.ts'
import { encode, equalBytes } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type FoundedNetwork, nodeIdOf, type OwnerId } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { SharedState } from '../state/index.ts'
import { type EndedEra, type Era, type Mandate, toEra, verifyMandate } from '../succession/index.ts'
import { decodeChecked } from './checked.ts'
import type { Committee } from './committee.ts'
import { leastEra } from './era-evidence.ts'
import type { PrimaryStatus } from './index.ts'
import { REOPEN_MS } from './limits.ts'
import { FIRST_LOG, type LogName, NO_LOG } from './log-name.ts'

export interface EraBook {
  /** The last that is known to be over, while the present one is not known. */
  era(): Era
  /** One that nobody keeps, while the era is not known. */
  log(): LogName
  /** Not where what began the era is lost: then no registry counts here until it is learned anew. */
  isKnown(): boolean
  trouble(): PrimaryStatus['trouble']
  /** Undefined in the first era. */
  ending(): Ending | undefined
  /** Whom the mandate names, until one of them tells more. While the era is not known, nobody. */
  named(): Committee | undefined
  /** Takes a mandate in if it is newer than what is known. Ignores what is none. */
  learn(bytes: Uint8Array): Promise<void>
  /**
   * Runs with as much room on the disk as `begin` needs, and throws what the disk throws before it has
   * run where there is none: what a witness was told cannot be taken back.
   */
  withRoomFor<T>(mandate: Uint8Array, run: () => Promise<T>): Promise<T>
  /** This node begins an era by it. Durable when it resolves. */
  begin(ending: Ending): Promise<void>
  /** Whether this node wants to learn the log of this era. */
  tell(rejoins: boolean): void
  /** Nodes of the ended era that want to. */
  rejoining(): readonly NodeId[]
  /** Reads what is kept here, and listens. */
  start(changed: () => void): Promise<void>
  stop(): void
}

/** A mandate that ends an era and begins the next. */
export interface Ending extends Mandate {
  ended: EndedEra
}

export interface EraBookDeps {
  self: NodeId
  network: FoundedNetwork
  state: Pick<SharedState, 'get' | 'list' | 'put' | 'subscribe'>
  isRemoved(owner: OwnerId): boolean
  disk: Disk
  clock: Clock
  logger: Logger
}

const PATH = 'registry/era.cbor'
const ROOM = 'registry/room'
const KEY = 'recovery'
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const KEPT = z.strictObject({ v: z.literal(1), mandate: bytes })
const TOLD = z.strictObject({ v: z.literal(1), mandate: bytes, rejoins: z.boolean() })

export function createEraBook(deps: EraBookDeps): EraBook {
  const { self, network, state, disk, logger } = deps
  const ownKey = `node/${self}/${KEY}`
  let held: Ending | undefined
  /** What is wrong with the file, and the least era that the lost one can be. */
  let lost: { why: string; least: number } | undefined
  let changed = (): void => {}
  let unsubscribe = (): void => {}
  let cancelLearning = (): void => {}
  let stopped = false
  /** Written one after the other, so that what is kept is the newest. */
  let turn: Promise<void> = Promise.resolve()

  function read(bytes: Uint8Array, isRemoved = deps.isRemoved): Ending | undefined {
    try {
      const mandate = verifyMandate(network, bytes, isRemoved)
      const { ended } = mandate.statement
      return ended && { ...mandate, ended }
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.warn('A mandate is of no use.', { code: error.code })
      return undefined
    }
  }

  async function keep(ending: Ending): Promise<void> {
    await disk.writeAtomic(PATH, encode({ v: 1, mandate: ending.bytes }), { mode: 0o600 })
    held = ending
    lost = undefined
  }

  /** A mandate that has counted here counts still, whoever has left the network since. */
  async function readKept(): Promise<void> {
    const kept = await disk.read(PATH)
    const parsed = kept && KEPT.safeParse(decodeChecked(kept)).data
    held = parsed && read(parsed.mandate, () => false)
    const why = kept && !held ? 'cannot be read' : 'is gone from this computer, or too old'
    const least = Math.max(await leastEra(disk), kept && !held ? 1 : 0)
    if (least <= (held?.statement.era ?? 0)) return
    held = undefined
    lost = { why: `${PATH} ${why}`, least }
    logger.error('Which era of the registry it is, is not known.', { path: PATH, why, least })
  }

  async function learnNow(bytes: Uint8Array): Promise<void> {
    if (held && equalBytes(held.bytes, bytes)) return
    const ending = read(bytes)
    if (!ending || !isLater(ending, held) || ending.statement.era < (lost?.least ?? 0)) return
    await keep(ending)
    logger.warn('The committee was overruled: another era has begun.', {
      era: ending.statement.era,
    })
    // Whoever has put its copy away and not learned since still wants to.
    tell(isRejoining())
    changed()
  }

  function learn(bytes: Uint8Array): Promise<void> {
    turn = turn
      .then(() => learnNow(bytes))
      .catch((error: unknown) => {
        logger.error('A mandate cannot be kept.', { error: messageOf(error) })
        // Nobody need tell it again, and until it is kept this node goes on in an era that is over.
        cancelLearning()
        if (!stopped) cancelLearning = deps.clock.timer(REOPEN_MS, () => void learn(bytes))
      })
    return turn
  }

  function tell(rejoins: boolean): void {
    if (!held) return
    const value = { v: 1, mandate: held.bytes, rejoins }
    const before = TOLD.safeParse(state.get(ownKey)?.value).data
    const isSaid = before?.rejoins === rejoins && equalBytes(before.mandate, held.bytes)
    if (isSaid) return
    state.put(ownKey, value).catch((error: unknown) => {
      logger.warn('The era could not be told.', { error: messageOf(error) })
    })
  }

  function isRejoining(): boolean {
    return TOLD.safeParse(state.get(ownKey)?.value).data?.rejoins === true
  }

  const tellings = () =>
    state.list('node/').flatMap(({ key, author, value }) => {
      if (key !== `node/${author}/${KEY}`) return []
      const told = TOLD.safeParse(value).data
      return told ? [{ author, ...told }] : []
    })

  function log(): LogName {
    if (held) return `-${held.statement.era}-${held.hash.slice(0, 8)}` as LogName
    return lost ? NO_LOG : FIRST_LOG
  }

  return {
    era: () => held?.statement.era ?? toEra((lost?.least ?? 1) - 1),
    log,
    isKnown: () => lost === undefined,
    trouble: () => lost && { code: 'ERA_UNKNOWN', message: `${UNKNOWN} (${lost.why}.)` },
    ending: () => held,
    learn,
    tell,
    named() {
      if (lost) return NOBODY
      if (!held) return undefined
      const { index, voters } = held.statement
      return {
        ...{ voters: voters.map(nodeIdOf), learners: [], leader: undefined, term: 0, log: log() },
        applied: Math.max(0, index - 1) as LogIndex,
      }
    },
    async withRoomFor(mandate, run) {
      await disk.writeAtomic(ROOM, encode({ v: 1, mandate }), { mode: 0o600 })
      try {
        return await run()
      } finally {
        await disk.remove(ROOM)
      }
    },
    async begin(ending) {
      await turn
      await keep(ending)
      tell(false)
      changed()
    },
    rejoining: () =>
      tellings().flatMap(({ author, mandate, rejoins }) => {
        return rejoins && held && equalBytes(mandate, held.bytes) ? [author] : []
      }),
    async start(listener) {
      changed = listener
      stopped = false
      await readKept()
      tell(isRejoining())
      unsubscribe = state.subscribe('node/', ({ key, record }) => {
        if (!key.endsWith(`/${KEY}`) || key === ownKey) return
        const told = TOLD.safeParse(record.value).data
        if (told) void learn(told.mandate)
      })
      for (const { mandate } of tellings()) await learn(mandate)
    },
    stop() {
      stopped = true
      unsubscribe()
      cancelLearning()
    },
  }
}

/** There is a committee, or nobody would have overruled one: who is in it is not known. */
const NOBODY: Committee = {
  ...{ voters: [], learners: [], leader: undefined, term: 0, log: NO_LOG },
  applied: 0 as LogIndex,
}

const UNKNOWN =
  'This computer has lost what began the present era of the registry, after a committee was overruled. ' +
  'It does not vote, and believes no registry, until another node of the network or a spore document ' +
  'shows it again; what runs goes on. Bring a node in reach that knows it.'

/** Two of one era cannot both stand; which one does must be the same everywhere. */
function isLater(one: Ending, other: Ending | undefined): boolean {
  if (!other || one.statement.era !== other.statement.era) {
    return one.statement.era > (other?.statement.era ?? 0)
  }
  return one.hash < other.hash
}
