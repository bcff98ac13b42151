/** This node's copy of the registry: log, engine, driver and machine, from its opening to its end. */
import { inTurns } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type Consensus, type ConsensusStatus, createConsensus } from '../consensus/driver/index.ts'
import type { CommittedEntry, EngineStatus, LogIndex } from '../consensus/index.ts'
import type { Promised } from '../consensus/raft/index.ts'
import type {
  ChainEnd,
  Epoch,
  Guarantee,
  Committee as SimplexCommittee,
  SimplexEngine,
} from '../consensus/simplex/index.ts'
import type { LogCopy } from '../follow/index.ts'
import { createRecordLog } from '../log/index.ts'
import {
  type BatchReader,
  type Command,
  createRegistry,
  isVerified,
  type RegistryView,
} from '../registry/index.ts'
import { createNodeEngine, isSimplex } from './engine.ts'
import type { Ending } from './era-book.ts'
import { failure, noQuorum, notInForce } from './failures.ts'
import { createFilling } from './filling.ts'
import type { PrimaryDeps, PrimaryOptions } from './index.ts'
import {
  CHANGE_TIMEOUT_MS,
  LINKS_BYTES,
  LINKS_MAX,
  READ_TIMEOUT_MS,
  TRANSFER_TIMEOUT_MS,
  TRY_MS,
} from './limits.ts'
import { type LogName, protocolOf } from './log-name.ts'
import { type BatchId, batchId, createMachine } from './machine.ts'
import type { Question } from './messages.ts'
import { writePatienceMs } from './patience.ts'
import { toldPosition } from './positions.ts'
import { readPromised } from './promised.ts'
import { createProposer } from './proposer.ts'
import { answerQuery } from './queries.ts'
import { demote, promote, requireLead, takeIn, transfer } from './reconfiguring.ts'
import { createSeating } from './seating.ts'
import { logFolder, readStanding, writeStanding } from './standing.ts'
import { createTimeLimit } from './time-limit.ts'
import { turnOf, untilChanged, untilCome } from './waiting.ts'

export interface Replica {
  /** Throws LOG_DAMAGED, and what the disk throws. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Throws PrimaryErrorCode. Who may ask what is the caller's to check. */
  answer(question: Question, signal?: AbortSignal): Promise<Plain>
  readonly view: RegistryView
  readonly copy: LogCopy
  status(): ConsensusStatus
  /**
   * Holds what the registry held at some time, and all that this home held of it before: until then it
   * is empty, or behind itself.
   */
  readonly hasCome: boolean
  readonly isRunning: boolean
  /** The last entry that it has applied. */
  readonly applied: LogIndex
  /** By the leader: the node receives everything from now on, and does not vote. */
  takeIn(node: NodeId): Promise<void>
  /** Called when the lead, the members or the state of consensus have changed. */
  subscribe(listener: () => void): () => void
  /** Called after entries were applied or a snapshot took their place. */
  onApplied(listener: () => void): () => void
  /** Under Simplex: proven lies, for the registry to judge. */
  evidence(): readonly Uint8Array[]
  /** To whom a sole voter hands the registry before it goes, if this node is to say. */
  successor(going: NodeId): NodeId | undefined
  /** Under Simplex what its promise is worth now. */
  guarantee(): Guarantee | undefined
  /** Under Simplex the first epoch in which this home votes. */
  votesFrom(): number
  /** Under Simplex: what proves the committees from that epoch's on. */
  links(from: number, countMax?: number): readonly Uint8Array[]
  /** Under Simplex where the chain ends, and who voted in an epoch of it. */
  chainEnd(): ChainEnd | undefined
  committeeOf(epoch: Epoch): SimplexCommittee | undefined
}

export type ReplicaDeps = Pick<
  PrimaryDeps,
  'network' | 'net' | 'disk' | 'nodes' | 'signer' | 'clock' | 'random' | 'logger'
> & {
  /** Which log it is, and what began its era. */
  name: LogName
  ending: Ending | undefined
  batches: BatchReader
  isAdmins(node: NodeId): boolean
  isCrowded(): boolean
  /** By this node, for its owner. */
  execute(command: Command): Promise<unknown>
  /** Whether others name this node as one of the committee. */
  isTold(node: NodeId): boolean
  /** Of a home that holds nothing yet: what it learns in, it does not vote in. */
  epochToVoteFrom(): number
  options: PrimaryOptions
}

export function createReplica(deps: ReplicaDeps): Replica {
  const { network, net, disk, clock, random, logger, batches, name, options } = deps
  const { release, compaction } = options
  const registry = createRegistry({ network, voters: [], ...(release && { release }) })
  const machine = createMachine(batches, registry)
  const { view } = machine.registry
  const log = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  let founding = false
  let hasState = false
  let firstEpoch = 0
  let heldBefore = 0
  let promised: Promised | undefined
  let simplex: SimplexEngine | undefined
  let heard: ReadonlySet<NodeId> = new Set()
  const consensus: Consensus = createConsensus(
    {
      ...{ net, clock, log, logger, hears },
      createEngine(records) {
        const { signer, ending } = deps
        const parts = { network, random, self: net.self, signer, ending, view, options }
        const engine = createNodeEngine(parts, {
          ...{ records, founding, votesFrom: firstEpoch, promised },
        })
        simplex = 'links' in engine ? engine : undefined
        return engine
      },
      machine: {
        apply: (entries) => inTurns(clock, applySteps(entries)),
        // By now the first records are durable, so this home is a founder's no more.
        async restore(snapshot) {
          await inTurns(clock, machine.restoreSteps(snapshot.state))
          hasState = true
          if (!founding) return
          await writeStanding(disk, 'holding', { log: name })
          founding = false
        },
        async check({ state }) {
          try {
            await inTurns(clock, machine.registry.checkSteps(state))
          } catch (cause) {
            if (!isCode(cause, 'SNAPSHOT_DAMAGED')) throw cause
            throw new MyceliumError('SNAPSHOT_REFUSED', REFUSED, { cause })
          }
        },
        snapshot: () => inTurns(clock, machine.snapshotSteps()),
      },
    },
    {
      protocol: protocolOf('consensus/1', name),
      countsOnLeases: network.genesis.leaseReads,
      ...(compaction?.entries !== undefined && { compactEntries: compaction.entries }),
    },
  )
  const proposer = createProposer({ consensus, machine, clock })
  const filling = createFilling({
    ...{ self: net.self, consensus, clock, logger, view: machine.registry.view },
    ...{ nodes: deps.nodes, isAdmins: deps.isAdmins, execute: deps.execute },
    isCrowded: deps.isCrowded,
  })
  const changing = { self: net.self, consensus, clock, logger, successor: filling.successor }
  const waiting = { clock, subscribe: machine.subscribe }
  const seating = isSimplex(network)
    ? createSeating({ ...changing, view, subscribe: machine.subscribe })
    : undefined

  /**
   * Raft trusts its members, and the network has others. Whoever was taken in by entries that this
   * copy does not hold yet is known by what is told.
   */
  function hears(peer: NodeId): boolean {
    if (heard.has(peer)) return true
    lookWhoIsHeard()
    return heard.has(peer) || deps.isTold(peer)
  }

  /** Asked for each message, and it seldom changes. */
  function lookWhoIsHeard(): void {
    const { voters = [], learners = [] } = consensus.status().engine?.members ?? {}
    heard = new Set([...voters, ...learners])
  }

  /** A long log must not keep this thread from serving the window. */
  function* applySteps(entries: readonly CommittedEntry[]): Generator<void, void> {
    for (const entry of entries) {
      machine.apply(entry)
      yield
    }
  }

  async function limited<T>(
    ms: number,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<T>,
    why: () => Error = noQuorum,
  ): Promise<T> {
    const limit = createTimeLimit(clock, ms, why, signal)
    try {
      return await run(limit.signal)
    } finally {
      limit.end()
    }
  }

  async function submit(batch: Uint8Array, signal?: AbortSignal): Promise<Plain> {
    const opened = batches.open(batch)
    if (!isVerified(opened)) throw failure('MALFORMED', `The batch is refused: ${opened.code}.`)
    return limited(writePatienceMs(batch.byteLength), signal, async (limit) => [
      ...(await proposer.submit(batchId(opened), batch, limit)),
    ])
  }

  async function outcome(id: BatchId, signal?: AbortSignal): Promise<Plain> {
    const known = machine.outcomesOf(id)
    if (known) return [...known]
    return limited(TRY_MS, signal, (limit) => {
      return new Promise<Plain>((resolve, reject) => {
        const forget = machine.whenApplied(id, (outcomes) => resolve([...outcomes]))
        const onAbort = (): void => {
          forget()
          reject(limit.reason)
        }
        limit.addEventListener('abort', onAbort, { once: true })
      })
    })
  }

  return {
    view: machine.registry.view,
    copy: machine,
    async start() {
      const { standing, votesFrom } = await readStanding(disk)
      if (standing === 'holding' && !(await disk.read(`${logFolder(name)}/current`))) {
        throw failure('LOG_DAMAGED', 'The log of the registry is gone from this computer.')
      }
      founding = standing === 'founding'
      promised = await readPromised(disk, name)
      const isNew = standing === 'none'
      firstEpoch = isNew && isSimplex(network) ? deps.epochToVoteFrom() : votesFrom
      consensus.subscribe(lookWhoIsHeard)
      await consensus.start()
      heldBefore = consensus.status().engine?.committed ?? 0
      if (isNew) await writeStanding(disk, 'holding', { log: name, votesFrom: firstEpoch })
      seating?.start()
      filling.start()
    },
    stop() {
      seating?.stop()
      filling.stop()
      return consensus.stop()
    },
    evidence: () => simplex?.evidence() ?? [],
    successor: filling.successor,
    guarantee: () => simplex?.guarantee(),
    votesFrom: () => firstEpoch,
    links: (from, countMax) => simplex?.links(from, countMax) ?? [],
    chainEnd: () => simplex?.end(),
    committeeOf: (epoch) => simplex?.committeeOf(epoch),
    async answer(question, signal) {
      // What was applied is in memory, whatever became of the disk since.
      if (question.kind === 'query' && question.stale && hasState) {
        return answerQuery(machine.registry.view, question.query)
      }
      // Before the first snapshot has come there is nothing to answer from, not even what is stale.
      if (!consensus.isRunning || !hasState) {
        throw failure('NOT_RUNNING', 'This node holds no copy of the registry.')
      }
      switch (question.kind) {
        case 'submit':
          return submit(question.batch, signal)
        case 'query':
          await limited(READ_TIMEOUT_MS, signal, (limit) => consensus.read({ signal: limit }))
          return answerQuery(machine.registry.view, question.query)
        case 'changes':
          return untilChanged(waiting, machine.registry.view, question, signal)
        case 'turn': {
          const { lock, lease, waitMs } = question
          const now = turnOf(machine.registry.view, lock, lease)
          return untilCome(waiting, { now, waitMs, otherwise: () => false, signal })
        }
        case 'outcome':
          return outcome(question.batch as BatchId, signal)
        case 'links':
          return firstOf(simplex?.links(question.from, LINKS_MAX) ?? [])
        case 'change': {
          if (isSimplex(network)) throw failure('MALFORMED', 'Seats are given by commands here.')
          const { ms, run, late } = CHANGES[question.change]
          await filling.byHand(() => {
            return limited(ms, signal, (limit) => run(changing, question.node, limit), late)
          })
          return null
        }
        case 'position':
          return toldPosition(name, consensus.status().engine ?? {}, simplex?.end())
        case 'progress': {
          const { committed, progress } = isSimplex(network)
            ? requireRunning(consensus.status())
            : requireLead(changing)
          // Of whoever may yet answer this leader for the first time nothing is known.
          const heard = progress.filter(({ match, recentlyActive }) => match > 0 || !recentlyActive)
          return heard.map(({ node, match, recentlyActive }) => {
            return { node, entries: Math.max(0, committed - match), active: recentlyActive }
          })
        }
      }
    },
    status: () => consensus.status(),
    get hasCome() {
      return consensus.applied > 0 && consensus.applied >= heldBefore
    },
    get isRunning() {
      return consensus.isRunning
    },
    get applied() {
      return consensus.applied
    },
    takeIn: (node) => {
      return limited(CHANGE_TIMEOUT_MS, undefined, (limit) => takeIn(changing, node, limit))
    },
    subscribe: (listener) => consensus.subscribe(listener),
    onApplied: (listener) => machine.subscribe(listener),
  }
}

const REFUSED = 'The state that its leader sent cannot be read.'

/** As many as one answer takes. */
function firstOf(links: readonly Uint8Array[]): Uint8Array[] {
  let bytes = 0
  const fitting = links.findIndex((link) => {
    bytes += link.byteLength
    return bytes > LINKS_BYTES
  })
  return links.slice(0, fitting === -1 ? links.length : Math.max(1, fitting))
}

function requireRunning({ engine }: ConsensusStatus): EngineStatus {
  if (engine) return engine
  throw failure('NOT_RUNNING', 'This node holds no copy of the registry.')
}

function notTakenOver(): MyceliumError {
  return failure(
    'NOT_TAKEN_OVER',
    'The node does not answer, or has not caught up: the lead stays.',
  )
}

const CHANGES = {
  promote: { ms: CHANGE_TIMEOUT_MS, run: promote, late: notInForce },
  demote: { ms: CHANGE_TIMEOUT_MS, run: demote, late: notInForce },
  transfer: { ms: TRANSFER_TIMEOUT_MS, run: transfer, late: notTakenOver },
} as const
