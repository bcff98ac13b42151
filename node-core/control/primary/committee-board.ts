/** Which committee this node goes by, and what it tells the others of the one that it is in. */
import type { Clock } from '../../base/clock/index.ts'
import { encode, equalBytes } from '../../base/codec/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { ConsensusStatus } from '../consensus/driver/index.ts'
import { faultyVotersMax } from '../consensus/simplex/index.ts'
import type { SharedState, StateRecord } from '../state/index.ts'
import {
  believed,
  COMMITTEE_KEY,
  type Committee,
  committeeIn,
  isNamed,
  isNewer,
  majorityOf,
  parseTold,
  type Telling,
  toldForm,
  vouchedFor,
} from './committee.ts'
import { TELL_MS } from './limits.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'

export interface CommitteeBoard {
  /** By the own copy where it hears a quorum, else by what is told. */
  current(): Committee | undefined
  /** By what is told alone, or where that must be proven, by what is. */
  told(): Committee | undefined
  /**
   * Whether those that it names, of whom this node is none, go by it already. Until a majority of them
   * does, the log of whoever is to leave may be the only one that knows it to be committed, or the last
   * one once whoever told of it has lost its own; and where it takes a certificate, its vote may be the
   * one that they still lack. `held`: the committee of the own log,
   * where the other is told: then somebody has to go by a word without this node whom that vouches for.
   */
  isInForce(committee: Committee, held?: Committee): boolean
  /** Whether the node may have been given a vote since the own log had come to this. */
  mayVote(node: NodeId, held: Committee | undefined): boolean
  /** What anybody tells, believed or not. */
  tellings(): Telling[]
  /** Called when something told has changed. */
  start(changed: () => void): void
  /** The own copy has changed: the others are told in a moment, if it is news. */
  look(): void
  stop(): void
}

export interface CommitteeBoardDeps {
  self: NodeId
  state: Pick<SharedState, 'get' | 'list' | 'put' | 'subscribe'>
  isAdmins(node: NodeId): boolean
  /** Whether its owner is a member still. */
  stands(node: NodeId): boolean
  own(): ConsensusStatus | undefined
  /** The log that counts; words about another are not heeded. */
  log(): LogName
  /** Whom the one that began the era named, until one of them tells more. */
  named(): Committee | undefined
  /** Where nobody's word is enough (docs/adr/0012). */
  proven?: (() => Committee | undefined) | undefined
  clock: Clock
  logger: Logger
}

export function createCommitteeBoard(deps: CommitteeBoardDeps): CommitteeBoard {
  const { self, state, clock, logger } = deps
  const ownKey = `node/${self}/${COMMITTEE_KEY}`
  let unsubscribe = (): void => {}
  let cancelTelling = (): void => {}
  let telling = false
  /** Each author's word, read once: it is asked for at every look at the status. Undefined unless started. */
  let words: Map<NodeId, Telling> | undefined

  function tellings(): Telling[] {
    // Its own word too: an admin's node vouches for those who took its place.
    const all = words?.values() ?? readAll().values()
    const log = deps.log()
    return [...all].filter(({ author, committee }) => {
      return (committee.log ?? FIRST_LOG) === log && deps.stands(author)
    })
  }

  function readAll(): Map<NodeId, Telling> {
    const read = state.list('node/').flatMap((record) => tellingIn(record) ?? [])
    return new Map(read.map((telling) => [telling.author, telling]))
  }

  function heed(record: StateRecord): void {
    const telling = tellingIn(record)
    if (telling) words?.set(record.author, telling)
    else words?.delete(record.author)
  }

  function ownCommittee(): Committee | undefined {
    const own = deps.own()
    const committee = own && committeeIn(own)
    const log = deps.log()
    return committee && log !== FIRST_LOG ? { ...committee, log } : committee
  }

  const told = (): Committee | undefined =>
    (deps.proven ? deps.proven() : believed(tellings(), deps.isAdmins)) ?? deps.named()

  /**
   * Where the own copy hears a quorum. One that was opened anew begins with the first committee of all,
   * which may be this node alone, until it has caught up: it is behind what is proven then.
   */
  function ownInForce(): Committee | undefined {
    const own = deps.own()?.engine?.quorum ? ownCommittee() : undefined
    const proven = own && deps.proven?.()
    return proven && proven.term > own.term ? undefined : own
  }

  /** The own log is as good as an admin's word: what one liar tells has no voter erase its log. */
  function vouchedBy(held: Committee): ReadonlySet<NodeId> {
    const admins = tellings().flatMap(({ author }) => (deps.isAdmins(author) ? [author] : []))
    return vouchedFor(tellings(), { since: held, by: [...held.voters, ...admins] })
  }

  /** Whether those it knows are there to tell, and none of them, nor of their heirs, has let it go. */
  function isHeldTo(held: Committee): boolean {
    const others = tellings().filter(({ author }) => author !== self)
    if (!others.some(({ author }) => held.voters.includes(author))) return false
    const vouched = vouchedBy(held)
    return !others.some(({ author, committee }) => {
      return vouched.has(author) && !isNewer(held, committee) && !isNamed(committee, self)
    })
  }

  function tell(): void {
    telling = false
    const before = parseTold(state.get(ownKey)?.value)
    const own = ownInForce()
    if (own?.leader === undefined) return
    // Under Simplex another leads each view.
    const committee = deps.proven ? { ...own, leader: undefined } : own
    if (!isNews(before, committee)) return
    state.put(ownKey, toldForm(committee)).catch((error: unknown) => {
      logger.warn('The committee could not be told.', { error: messageOf(error) })
    })
  }

  return {
    told,
    isInForce({ voters, term }, held) {
      const there = tellings().filter(({ author, committee }) => {
        return voters.includes(author) && committee.term >= term && !isNamed(committee, self)
      })
      const enough = deps.proven ? faultyVotersMax(voters.length) + 1 : majorityOf(voters.length)
      if (there.length < enough) return false
      return deps.proven !== undefined || held === undefined || !isHeldTo(held)
    },
    mayVote(node, held) {
      if (held && !deps.proven) return vouchedBy(held).has(node)
      const known = told()
      return known !== undefined && isNamed(known, node)
    },
    tellings,
    current() {
      return ownInForce() ?? told() ?? ownCommittee()
    },
    start(changed) {
      words = readAll()
      unsubscribe = state.subscribe('node/', ({ key, record }) => {
        if (!key.endsWith(`/${COMMITTEE_KEY}`)) return
        heed(record)
        if (key !== ownKey) changed()
      })
    },
    look() {
      if (telling) return
      telling = true
      cancelTelling = clock.timer(TELL_MS, tell)
    },
    stop() {
      unsubscribe()
      words = undefined
      cancelTelling()
    },
  }
}

/** Undefined for what is none, or is gone. */
function tellingIn({ key, author, value }: StateRecord): Telling | undefined {
  if (key !== `node/${author}/${COMMITTEE_KEY}`) return undefined
  const committee = parseTold(value)
  return committee && { author, committee }
}

/** How far the log has come is told along with the rest, and is none by itself: it always changes. */
function isNews(before: Committee | undefined, now: Committee): boolean {
  if (!before) return true
  const form = (committee: Committee): Uint8Array => encode(toldForm({ ...committee, applied: 0 }))
  return !equalBytes(form(before), form(now))
}
