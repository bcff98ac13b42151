/**
 * Which era's log counts here. A mandate that ends an era is told by `node/<self>/recovery`, and by
 * spore documents; it is on disk here before anything is done by it.
 */
import { z } from 'zod'
import { decode, encode, equalBytes } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type FoundedNetwork, nodeIdOf, type OwnerId } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { SharedState } from '../state/index.ts'
import { type EndedEra, type Era, type Mandate, toEra, verifyMandate } from '../succession/index.ts'
import type { Committee } from './committee.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'

export interface EraBook {
  era(): Era
  log(): LogName
  /** Undefined in the first era. */
  ending(): Ending | undefined
  /** Whom the mandate names, until one of them tells more. */
  named(): Committee | undefined
  /** Takes a mandate in if it is newer than what is known. Ignores what is none. */
  learn(bytes: Uint8Array): Promise<void>
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
  logger: Logger
}

const PATH = 'registry/era.cbor'
const KEY = 'recovery'
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const KEPT = z.strictObject({ v: z.literal(1), mandate: bytes })
const TOLD = z.strictObject({ v: z.literal(1), mandate: bytes, rejoins: z.boolean() })

export function createEraBook(deps: EraBookDeps): EraBook {
  const { self, network, state, disk, logger } = deps
  const ownKey = `node/${self}/${KEY}`
  let held: Ending | undefined
  let changed = (): void => {}
  let unsubscribe = (): void => {}
  /** Written one after the other, so that what is kept is the newest. */
  let turn: Promise<void> = Promise.resolve()

  function read(bytes: Uint8Array): Ending | undefined {
    try {
      const mandate = verifyMandate(network, bytes, deps.isRemoved)
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
  }

  async function learnNow(bytes: Uint8Array): Promise<void> {
    if (held && equalBytes(held.bytes, bytes)) return
    const ending = read(bytes)
    if (!ending || !isLater(ending, held)) return
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

  const log = (): LogName =>
    held ? (`-${held.statement.era}-${held.hash.slice(0, 8)}` as LogName) : FIRST_LOG

  return {
    era: () => held?.statement.era ?? toEra(0),
    log,
    ending: () => held,
    learn,
    tell,
    named() {
      if (!held) return undefined
      const { index, voters } = held.statement
      return {
        ...{ voters: voters.map(nodeIdOf), learners: [], leader: undefined, term: 0, log: log() },
        applied: Math.max(0, index - 1) as LogIndex,
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
      const kept = await disk.read(PATH)
      const parsed = kept && KEPT.safeParse(decode(kept)).data
      held = parsed && read(parsed.mandate)
      tell(isRejoining())
      unsubscribe = state.subscribe('node/', ({ key, record }) => {
        if (!key.endsWith(`/${KEY}`) || key === ownKey) return
        const told = TOLD.safeParse(record.value).data
        if (told) void learn(told.mandate)
      })
      for (const { mandate } of tellings()) await learn(mandate)
    },
    stop: () => unsubscribe(),
  }
}

/** Two of one era cannot both stand; which one does must be the same everywhere. */
function isLater(one: Ending, other: Ending | undefined): boolean {
  if (!other || one.statement.era !== other.statement.era) {
    return one.statement.era > (other?.statement.era ?? 0)
  }
  return one.hash < other.hash
}
