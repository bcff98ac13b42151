/**
 * The committee fills itself: one look a second, one change at a time (docs/adr/0017). Under Raft the
 * leader changes it; under Simplex, where votes are seats that admins give, a node of one gives them.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { reputeOf, START_PPM } from '../../economy/reputation/index.ts'
import {
  type BackboneInput,
  type BackboneNode,
  type Choice,
  createMemberWatch,
  type MemberWatch,
  type Move,
  nextMove,
  siteOf,
  successorOf,
} from '../backbone/index.ts'
import type { Consensus } from '../consensus/driver/index.ts'
import type { EngineStatus, Members } from '../consensus/index.ts'
import { type Command, type RegistryView, TRUST_SEATED_MIN } from '../registry/index.ts'
import { isNamed } from './committee.ts'
import { noQuorum } from './failures.ts'
import type { NodeFacts } from './index.ts'
import { CHANGE_TIMEOUT_MS, FILL_LOOK_MS, HAND_PAUSE_MS, LEAD_PAUSE_MS } from './limits.ts'
import { nextMembers } from './seats.ts'
import { createTimeLimit } from './time-limit.ts'

export interface Filling {
  start(): void
  /** Runs a change by hand, which goes before any of its own. */
  byHand<T>(run: () => Promise<T>): Promise<T>
  /** To whom a sole voter hands the registry before it goes. */
  successor(going: NodeId): NodeId | undefined
  stop(): void
}

export interface FillingDeps {
  self: NodeId
  consensus: Pick<Consensus, 'status' | 'changeMembers' | 'transferLeader'>
  view: Pick<RegistryView, 'setting' | 'node' | 'removed' | 'reputation' | 'seat' | 'seats'>
  nodes(): readonly NodeFacts[]
  isAdmins(node: NodeId): boolean
  /** Many nodes are coming: who of them votes has time. */
  isCrowded(): boolean
  /** By this node, for its owner. */
  execute(command: Command): Promise<unknown>
  clock: Clock
  logger: Logger
}

/** Where an admin's choice about a node stands in the registry. */
export const choiceSetting = (node: NodeId): string => `committee/${node}`

export function choiceIn(view: Pick<RegistryView, 'setting'>, node: NodeId): Choice | undefined {
  const value = view.setting(choiceSetting(node))?.value
  return value === 'always' || value === 'never' ? value : undefined
}

export function createFilling(deps: FillingDeps): Filling {
  const { self, consensus, clock, logger } = deps
  /** Begins anew with each lead. */
  let watch: { of: MemberWatch; sinceMs: number } | undefined
  let cancel = (): void => {}
  let stopping = new AbortController()
  let isWorking = false
  let byHand = 0
  let pausedUntilMs = 0

  function look(): void {
    cancel = clock.timer(FILL_LOOK_MS, look)
    const engine = acting()
    const nowMs = clock.monotonicMs()
    if (!engine) {
      watch = undefined
      return
    }
    watch ??= { of: createMemberWatch(), sinceMs: nowMs }
    const unseenBytes = engine.kind === 'simplex' ? consensus.status().logBytes : 0
    watch.of.look({ ...engine, unseenBytes }, nowMs)
    const isEarly = nowMs - watch.sinceMs < LEAD_PAUSE_MS || nowMs < pausedUntilMs
    if (isWorking || byHand > 0 || isEarly || deps.isCrowded()) return
    if (isOnItsWay(engine)) return
    const move = nextMove(inputFrom(engine, watch.of))
    if (!move) return
    isWorking = true
    make(move, engine)
      .catch((error: unknown) => {
        if (!(error instanceof MyceliumError)) throw error
        logger.debug('The committee could not be changed.', { code: error.code })
      })
      .finally(() => {
        isWorking = false
      })
  }

  /**
   * Whoever has lost its seat is in the committee until the voters have changed it. To count it still
   * would take the seat of another one in each look.
   */
  function isOnItsWay({ kind, members }: EngineStatus): boolean {
    return kind === 'simplex' && nextMembers(deps.view, members, () => false) !== undefined
  }

  function acting(): EngineStatus | undefined {
    const { state, engine } = consensus.status()
    if (state !== 'running' || !engine?.quorum) return undefined
    const actor = engine.kind === 'raft' ? engine.leader : firstOfAdmins(engine)
    return actor === self ? engine : undefined
  }

  /** The lead of Simplex goes round, so those who may give seats agree on one of them. */
  function firstOfAdmins({ members, progress }: EngineStatus): NodeId | undefined {
    const heard = new Set(progress.flatMap((one) => (one.recentlyActive ? [one.node] : [])))
    return members.voters
      .filter((node) => (node === self || heard.has(node)) && deps.isAdmins(node))
      .sort()[0]
  }

  async function make(move: Move, engine: EngineStatus): Promise<void> {
    if (move.kind === 'transfer') {
      logger.info('The lead is handed over: this node is to leave the committee.', { to: move.to })
      consensus.transferLeader(move.to)
      return
    }
    const { voters, learners } = move.members
    logger.info('The committee changes.', { voters: [...voters], learners: [...learners] })
    if (engine.kind === 'simplex') return giveSeats(engine.members, move.members)
    const limit = createTimeLimit(clock, CHANGE_TIMEOUT_MS, noQuorum, stopping.signal)
    try {
      await consensus.changeMembers(move.members, { signal: limit.signal })
    } finally {
      limit.end()
    }
  }

  /** The voters see to the rest (`seating.ts`). Whoever goes keeps its seat until others have theirs. */
  async function giveSeats(now: Members, next: Members): Promise<void> {
    const give = (nodes: readonly NodeId[], seat: 'voter' | 'learner' | 'none') =>
      nodes
        .filter((node) => deps.view.seat(node).seat !== seat)
        .map((node): Command => ({ kind: 'committee.seat', body: { node, seat } }))
    const coming = [
      ...give(
        next.voters.filter((node) => !now.voters.includes(node)),
        'voter',
      ),
      ...give(
        next.learners.filter((node) => !isNamed(now, node)),
        'learner',
      ),
    ]
    const going = [...now.voters, ...now.learners].filter((node) => !isNamed(next, node))
    await Promise.all((coming.length > 0 ? coming : give(going, 'none')).map(deps.execute))
  }

  function inputFrom(engine: EngineStatus, watch: MemberWatch): BackboneInput {
    const { kind, members } = engine
    const known = new Map(deps.nodes().map((facts) => [facts.node, facts]))
    const strangers = [...members.voters, ...members.learners].filter((node) => !known.has(node))
    return {
      ...{ engine: kind, self, members, caughtUp: watch.caughtUp() },
      nodes: [...known.values(), ...strangers.map(unknown)].map((facts) => {
        const isMember = facts.node === self || isNamed(members, facts.node)
        return backboneNode(facts, isMember, watch)
      }),
    }
  }

  function backboneNode(facts: NodeFacts, isMember: boolean, watch: MemberWatch): BackboneNode {
    // Of a member the engine knows better than the failure detector.
    const silentMs = isMember ? watch.silentMs(facts.node) : silenceOf(facts)
    return { ...seen(deps, facts), silentMs, stalled: watch.isStalled(facts.node) }
  }

  return {
    start() {
      stopping = new AbortController()
      cancel = clock.timer(FILL_LOOK_MS, look)
    },
    async byHand(run) {
      byHand++
      try {
        return await run()
      } finally {
        byHand--
        pausedUntilMs = clock.monotonicMs() + HAND_PAUSE_MS
      }
    },
    successor(going) {
      const engine = acting()
      const watching = watch?.of ?? createMemberWatch()
      return engine && successorOf(inputFrom(engine, watching), going)
    },
    stop() {
      cancel()
      stopping.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
    },
  }
}

type Sight = Pick<FillingDeps, 'view' | 'nodes' | 'isAdmins'>

/** To whom a sole voter hands the registry, by the eyes of a node that is in no committee. */
export function successorSeen(deps: Sight, going: NodeId): NodeId | undefined {
  return successorOf(
    {
      ...{ engine: 'simplex', self: going, members: { voters: [going], learners: [] } },
      ...{ caughtUp: new Set(), nodes: deps.nodes().map((facts) => seen(deps, facts)) },
    },
    going,
  )
}

function seen({ view, isAdmins }: Sight, facts: NodeFacts): BackboneNode {
  const { node, labels, addresses, upMs, cpuMillis, memoryBytes } = facts
  const row = view.node(node)
  const isGone = row !== undefined && (row.removed || view.removed(row.owner) !== undefined)
  return {
    ...{ node, upMs, cpuMillis, memoryBytes, site: siteOf(labels, addresses) },
    // Whatever gives less holds; a role that only its owner gives is none that an admin gave.
    role: row?.role === 'sclerotia' && facts.role !== 'hypha' ? row.role : facts.role,
    chosen: choiceIn(view, node),
    isEntrusted: row?.role === 'sclerotia' || isAdmins(node),
    repute: reputeOf(row ? view.reputation(row.owner) : START_PPM),
    // Who was caught lying gets its seat back from a person only.
    removed: isGone || view.seat(node).trust < TRUST_SEATED_MIN,
    ...{ silentMs: silenceOf(facts), stalled: false },
  }
}

function silenceOf({ upMs }: NodeFacts): number {
  return upMs > 0 ? 0 : SILENT
}

/** For as long as anybody asks. */
const SILENT = Number.MAX_SAFE_INTEGER

/** A member that nobody has told of stays what it is: nothing is ended because something is not known. */
function unknown(node: NodeId): NodeFacts {
  return {
    ...{ node, role: 'rhizomorph', labels: {}, addresses: [] },
    ...{ upMs: 0, cpuMillis: 0, memoryBytes: 0 },
  }
}
