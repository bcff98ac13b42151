/**
 * What a person does when a committee has lost its majority for good (docs/adr/0016): looks what would
 * be lost, overrules the committee from a copy that is left, and sees what the other copies had that
 * this one did not.
 */
import { type Clock, toTimestamp } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { type Net, type NodeId, shortId } from '../../base/net/index.ts'
import type { FoundedNetwork, Signer } from '../../identity/index.ts'
import type { EngineStatus, LogIndex } from '../consensus/index.ts'
import {
  type ChainEnd,
  type Committee,
  type Epoch,
  faultyVotersMax,
} from '../consensus/simplex/index.ts'
import type { RegistryView } from '../registry/index.ts'
import { type Era, encodeStatement, verifyMandate } from '../succession/index.ts'
import { majorityOf } from './committee.ts'
import type { Ending, EraBook } from './era-book.ts'
import { failure } from './failures.ts'
import type { ClaimOutcome, Successor } from './index.ts'
import type { LateReport } from './late.ts'
import type { LateBook } from './late-book.ts'
import {
  ANSWER_BYTES_MAX,
  POSITION_TIMEOUT_MS,
  POSITION_TRIES_MAX,
  TERMS_TOLD_MAX,
} from './limits.ts'
import {
  encodeQuestion,
  type Position,
  PROTOCOL,
  parseAnswer,
  parseLinks,
  parsePosition,
  type Question,
} from './messages.ts'
import type { Overruling } from './new-era.ts'
import { type Compared, compareChains, compareLogs } from './positions.ts'
import type { ReplicaKeeper } from './replica-keeper.ts'

export interface Recovery {
  /** What it would be. Throws NOT_RUNNING where this node holds and follows no copy, QUORUM_STANDS. */
  plan(): Promise<RecoveryPlan>
  /**
   * Ends the era: this node alone votes from now on, with all that its copy holds. Throws as `plan`,
   * FORBIDDEN unless this node's owner is an admin, LATER_COPY where another node in reach has more
   * (unless `anyway`), OVERRULED where the witness has seen somebody else do it, and what asking the
   * witness throws (unless `withoutWitness`).
   */
  recover(options?: RecoverOptions): Promise<{ era: Era }>
  /** Late writes of this node's own copies, until they are discarded. */
  reports(): readonly LateReport[]
  discard(era: number): Promise<boolean>
  /** Somebody shows a mandate that ends an era. */
  learn(mandate: Uint8Array): Promise<void>
}

export interface RecoverOptions {
  /** Though another node in reach holds more. */
  anyway?: boolean
  /** Though somebody else may have done it already. */
  withoutWitness?: boolean
}

export interface RecoveryPlan {
  era: Era
  /** Who voted. */
  voters: readonly NodeId[]
  /** Voters that are not in reach: what they alone hold will be reported when they return. */
  missing: readonly NodeId[]
  /**
   * Whether this node's log is set aside: it was put back from a copy, or nothing says what it is. What
   * the node promised beyond it is gone from there.
   */
  forgets: boolean
  /** Whether this node did not vote: its copy is of what it followed, and knows of committed entries alone. */
  follows: boolean
  /** This copy's last entry, and how far it is known to be committed. */
  last: LogIndex
  committed: LogIndex
  /** Nodes in reach whose log goes further. */
  later: readonly NodeId[]
  /** Nodes in reach that say so and do not show it; under Simplex they may lie. */
  unproven: readonly NodeId[]
  /** Whether those not in reach are enough to have acknowledged writes that nobody else knows of. */
  mayLose: boolean
  /** Whether they are, with as many of those in reach as may lie, who hide what they decided with them. */
  mayBeHidden: boolean
}

export interface FollowedPlace {
  last: LogIndex
  voters: readonly NodeId[]
}

export interface RecoveryDeps {
  network: FoundedNetwork
  net: Pick<Net, 'self' | 'peers' | 'request'>
  keeper: ReplicaKeeper
  /** Undefined where this node follows nothing that can be read. */
  followed(): FollowedPlace | undefined
  /** Whether the committee still answers for what it decides, where this node does not vote. */
  isInForce(): Promise<boolean>
  /** How far the copies of those in reach have come, members and those that follow. */
  heights(): Promise<{ node: NodeId; height: number }[]>
  eras: EraBook
  late: LateBook
  signer: Signer
  mandate(payload: Uint8Array): Uint8Array | undefined
  claim(mandate: Uint8Array, view: RegistryView): Promise<ClaimOutcome>
  clock: Clock
}

type Shown = 'follows' | 'forgets' | 'voters' | 'last' | 'committed'

/** Of this node, as far as its log goes or it has followed. */
interface Place extends Pick<RecoveryPlan, Shown> {
  kind: EngineStatus['kind']
  lastTerm: number
  members: readonly NodeId[]
  /** Under Simplex, of a log. */
  chain: { end: ChainEnd; committeeOf(epoch: Epoch): Committee | undefined } | undefined
}

interface Other {
  node: NodeId
  compared: Compared
  forgets: boolean
}

export function createRecovery(deps: RecoveryDeps): Recovery {
  const { network, net, keeper, eras, late, clock } = deps

  async function place(): Promise<Place> {
    const here = placeHeld() ?? (await placeKept())
    if (!here) {
      const trouble = keeper.trouble()
      // One that is being carried out, say, and waits for its disk.
      if (trouble?.code === 'REPLICA_FAILED') throw failure(trouble.code, trouble.message)
      throw failure('NOT_RUNNING', 'This node holds no copy of the registry to go on from.')
    }
    const { engine } = keeper.current()?.status() ?? {}
    if (here.follows || here.forgets ? await deps.isInForce() : engine?.quorum) {
      throw failure('QUORUM_STANDS', 'The committee has a majority in reach: nothing is lost.')
    }
    return here
  }

  function placeHeld(): Place | undefined {
    const copy = keeper.current()
    const { state, engine } = copy?.status() ?? {}
    if (!copy || state !== 'running' || !engine) return undefined
    const { kind, members, last, lastTerm = 0, committed } = engine
    const { voters, learners } = members
    const end = copy.chainEnd()
    return {
      ...{ kind, voters, lastTerm, committed, members: [...voters, ...learners] },
      ...{ follows: false, forgets: false, last: end?.index ?? last },
      chain: end && { end, committeeOf: (epoch) => copy.committeeOf(epoch) },
    }
  }

  /** What was followed, or a log that may not vote, whichever goes further. */
  async function placeKept(): Promise<Place | undefined> {
    const { consensus: kind } = network.genesis
    const followed = deps.followed()
    const aside = await keeper.aside()
    if (aside && aside.last > (followed?.last ?? 0)) {
      const { voters, last, lastTerm, committed, end, committeeOf } = aside
      return {
        ...{ kind, voters, members: voters, last, lastTerm, committed },
        ...{ follows: false, forgets: true, chain: end && { end, committeeOf } },
      }
    }
    if (!followed) return undefined
    const { voters, last } = followed
    return {
      ...{ kind, voters, members: voters, last, lastTerm: 0, committed: last },
      ...{ follows: true, forgets: false, chain: undefined },
    }
  }

  /** Again where no answer came: what a slow one holds is not passed over for one question that was lost. */
  async function ask(node: NodeId, question: Question): Promise<Plain | undefined> {
    for (let tries = 0; tries < POSITION_TRIES_MAX; tries++) {
      try {
        const body = await net.request(node, PROTOCOL, encodeQuestion(question), {
          ...{ timeoutMs: POSITION_TIMEOUT_MS, answerBytesMax: ANSWER_BYTES_MAX },
        })
        const answer = parseAnswer(body)
        return answer?.ok ? answer.value : undefined
      } catch {
        // Away, or of a release without the question: the plan counts it as missing.
      }
    }
    return undefined
  }

  async function compare(here: Place, node: NodeId, there: Position): Promise<Compared> {
    const { last, lastTerm, follows, kind, chain } = here
    if (there.log !== eras.log()) return 'not-later'
    // What followed knows no terms. Whoever voted holds all of its own log besides.
    if (follows) return there.last < last ? 'not-later' : kind === 'raft' ? 'later' : 'unproven'
    if (!chain) return compareLogs({ last, term: lastTerm }, there)
    return compareChains(network.id, chain, chain.end, there, async (from) => {
      return parseLinks((await ask(node, { kind: 'links', from })) ?? null) ?? []
    })
  }

  /** Members tell how far their logs go, all others how far they have come in following. */
  async function others(here: Place): Promise<Other[]> {
    const peers = net.peers()
    const positions = here.members.map(async (node) => {
      if (node === net.self || !peers.includes(node)) return undefined
      const position = parsePosition((await ask(node, { kind: 'position' })) ?? null)
      if (!position) return undefined
      const forgets = position.forgets === true
      return { node, forgets, compared: await compare(here, node, position) }
    })
    const heights = await deps.heights()
    const followers = heights
      .filter(({ node }) => node !== net.self && !here.members.includes(node))
      .map(({ node, height }) => {
        return { node, forgets: false, compared: compareFollowed(here, height) }
      })
    return [...(await Promise.all(positions)).flatMap((one) => one ?? []), ...followers]
  }

  async function plan(): Promise<RecoveryPlan> {
    const here = await place()
    const { kind, voters, follows, forgets, last, committed } = here
    const reached = await others(here)
    const thatAre = (wanted: Compared): NodeId[] =>
      reached.flatMap(({ node, compared }) => (compared === wanted ? [node] : []))
    const missing = voters.filter((node) => {
      return node !== net.self && !reached.some((one) => one.node === node)
    })
    const { length } = voters
    const mayLie = kind === 'simplex' ? faultyVotersMax(length) : 0
    const quorum = kind === 'simplex' ? length - mayLie : majorityOf(length)
    const whole = new Set(reached.flatMap((one) => (one.forgets ? [] : [one.node])))
    const reachedVoters = voters.filter((node) => whole.has(node)).length
    // A log that is set aside is there, and what its node acknowledged beyond it is not.
    const silent = voters.filter((node) => node !== net.self && !whole.has(node)).length
    const isBehind = follows || forgets
    return {
      ...{ era: eras.era(), voters, missing, follows, forgets, last, committed },
      ...{ later: thatAre('later'), unproven: thatAre('unproven') },
      // What was committed a moment before may not have come to who follows.
      mayLose: isBehind || silent >= quorum,
      mayBeHidden: isBehind || silent + Math.min(mayLie, reachedVoters) >= quorum,
    }
  }

  async function prepare(copy: Overruling, asks: boolean): Promise<Ending> {
    const statement = copy.statement({
      ...{ ended: eras.era(), voter: deps.signer.publicKey, atMs: clock.wallMs() },
      termsMax: TERMS_TOLD_MAX,
    })
    const bytes = deps.mandate(encodeStatement(statement))
    if (!bytes || !statement.ended) {
      throw failure('FORBIDDEN', 'Only a node of an admin can overrule the committee.')
    }
    // The witness decides who is first, before anything is done here.
    const claim = () => deps.claim(bytes, copy.view)
    const claimed = asks ? await eras.withRoomFor(bytes, claim) : 'none'
    if (typeof claimed === 'object') throw overruled(claimed.lostTo)
    return { ...verifyMandate(network, bytes), ended: statement.ended }
  }

  return {
    plan,
    async recover({ anyway = false, withoutWitness = false } = {}) {
      const { later, follows } = await plan()
      if (later.length > 0 && !anyway) {
        throw failure('LATER_COPY', LATER, {
          node: later[0] ?? '',
        })
      }
      const basis = follows ? 'followed' : 'log'
      await keeper.found(basis, (copy) => prepare(copy, !withoutWitness))
      return { era: eras.era() }
    },
    reports: () => late.list(),
    discard: (era) => late.discard(era),
    learn: eras.learn,
  }
}

function overruled({ node, name, era, atMs }: Successor) {
  const who = name === undefined ? `the node ${shortId(node)}` : `${name} (${shortId(node)})`
  const message =
    `The committee was overruled already, by ${who} at ${toTimestamp(atMs)}, which goes on alone in era ` +
    `${era}: the witness shows it. Nothing was changed here: this node goes on with that one as soon as it is in ` +
    'reach, so go on there.'
  return failure('OVERRULED', message, { node, era })
}

const LATER =
  'Another node in reach holds more than this one, or may: recover there, if it is a computer of an ' +
  'admin. Here all the same, and what that one alone holds is reported there: --anyway.'

/** Nobody shows what it followed; under Simplex it may lie. */
function compareFollowed({ kind, last }: Place, height: number): Compared {
  return height <= last ? 'not-later' : kind === 'raft' ? 'later' : 'unproven'
}
