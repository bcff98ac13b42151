/**
 * This node's copy where it is not of the committee, and its place among those who follow the log,
 * whichever copy it has (docs/adr/0014).
 */
import { inTurns } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { faultyVotersMax } from '../consensus/simplex/index.ts'
import {
  CHILDREN_MAX,
  createFollowing,
  type Facts,
  type FollowDeps,
  type Following,
  type FollowStatus,
  HYPHA_CHILDREN_MAX,
} from '../follow/index.ts'
import { type BatchReader, createRegistry } from '../registry/index.ts'
import { isNamed } from './committee.ts'
import type { CommitteeBoard } from './committee-board.ts'
import { createCopyFile } from './copy-file.ts'
import { OVERTAKEN } from './copy-trouble.ts'
import { isSimplex } from './engine.ts'
import type { Ending } from './era-book.ts'
import type { FollowedCopy } from './followed-copy.ts'
import { reportFollowed } from './followed-late.ts'
import type { PrimaryDeps, PrimaryOptions, PrimaryStatus } from './index.ts'
import type { LateBook } from './late-book.ts'
import { type LogName, protocolOf } from './log-name.ts'
import { createMachine, type Machine } from './machine.ts'
import type { Question } from './messages.ts'
import { answerQuery } from './queries.ts'
import type { Replica } from './replica.ts'
import type { Copy } from './showing.ts'
import { untilChanged } from './waiting.ts'

export interface Follower extends Pick<Following, 'start' | 'stop' | 'look'> {
  /** Undefined while it holds nothing, or a copy of the committee's log stands in its place. */
  copy(): Copy | undefined
  /** The committee's log has come further here. */
  logMoved(): void
  /** Undefined for what is not for it to answer: whatever must not be behind. */
  answer(question: Question, signal: AbortSignal): Promise<Plain | undefined>
  /** Of this node and of those that say so in time. */
  heights(
    peers: readonly NodeId[],
    signal?: AbortSignal,
  ): Promise<{ node: NodeId; height: number }[]>
  /** What it holds, and it stands still until it is released; undefined where that cannot be read. */
  take(): Promise<FollowedCopy | undefined>
  release(): Promise<void>
  /** Its log is overruled: what it held beyond is told, and then it is gone. Again where it fails. */
  giveUp(ending: Ending): Promise<void>
  status(): FollowStatus
  trouble(): PrimaryStatus['trouble']
}

export interface FollowerDeps
  extends Pick<
    PrimaryDeps,
    | 'network'
    | 'net'
    | 'signer'
    | 'disk'
    | 'clock'
    | 'random'
    | 'logger'
    | 'isHub'
    | 'permissionsOf'
  > {
  batches: BatchReader
  board: Pick<CommitteeBoard, 'current' | 'told'>
  late: LateBook
  replica(): Replica | undefined
  /** Which log is followed. */
  log: LogName
  /** Whether it is yet to be seen if there is one. */
  isOpening(): boolean
  /** Many nodes are coming: whoever has no copy yet gets it once they have found each other. */
  isCrowded(): boolean
  /** The copy has moved on. */
  applied(): void
  /** What it held was not what the committee has. */
  spoilt(): void
  options: PrimaryOptions
}

export function createFollower(deps: FollowerDeps): Follower {
  const { network, net, clock } = deps
  const { self } = net
  const file = createCopyFile(deps)
  let machine = emptyMachine()
  /** What it held when it was overruled, until it is told. */
  let untold: Machine | undefined
  const following = createFollowing({
    ...{ net, clock, facts, isHub: deps.isHub, mayAsk: mayRead },
    ...{ random: deps.random, logger: deps.logger, signer: deps.signer, network: network.id },
    ...{ protocol: protocolOf('follow/1', deps.log), log: deps.log },
    copy: () => ownReplica()?.copy ?? machine,
    spoilt() {
      // A copy of the log itself is consensus's to judge; it is never asked for here.
      machine = emptyMachine()
      deps.spoilt()
      void file.erase()
    },
    isMember: (node) => !isSimplex(network) && isNamed(deps.board.current() ?? NOBODY, node),
    vouchers,
  })

  function emptyMachine(): Machine {
    const { release } = deps.options
    const registry = createRegistry({ network, voters: [], ...(release && { release }) })
    const made = createMachine(deps.batches, registry)
    made.subscribe(() => {
      if (made !== machine) return
      if (following.status().proven) file.changed(made)
      deps.applied()
    })
    return made
  }

  /** A copy of the log itself, as soon as it holds no less than what was followed. */
  function ownReplica(): Replica | undefined {
    const replica = deps.replica()
    if (!replica?.isRunning || !replica.hasCome) return undefined
    return replica.applied >= machine.index || !following.status().proven ? replica : undefined
  }

  /** More than can lie, of those that vote. */
  function vouchers(): ReturnType<FollowDeps['vouchers']> {
    const { voters = [] } = deps.board.current() ?? {}
    if (!isSimplex(network)) return { nodes: [], needed: 0 }
    return {
      nodes: voters.filter((node) => node !== self),
      needed: faultyVotersMax(voters.length) + 1,
    }
  }

  /** What somebody brought is read once a member of the committee has vouched for it. */
  function isReadable(): boolean {
    return machine.index > 0 && !ownReplica() && following.status().proven
  }

  function mayRead(node: NodeId): boolean {
    return mayFollow(deps.permissionsOf(node))
  }

  /** Its log holds something, which is only not read yet. */
  function isAwaited(): boolean {
    const { state, engine } = deps.replica()?.status() ?? {}
    return deps.isOpening() || (state === 'running' && engine !== undefined && engine.committed > 0)
  }

  function isWaiting(): boolean {
    const hasBegun = machine.index > 0 || following.status().parent !== undefined
    return !hasBegun && deps.isCrowded()
  }

  function standing(): Facts['standing'] {
    const engine = ownReplica()?.status().engine
    if (!engine) return mayRead(self) && !isAwaited() && !isWaiting() ? 'follows' : 'idle'
    if (!engine.quorum || !isNamed(engine.members, self)) return 'cut'
    // Under Simplex everybody leads now and then.
    if (engine.leader !== self || engine.kind === 'simplex') return 'root'
    // The leader has the most to send already.
    const canOthers = engine.progress.some(({ node, recentlyActive }) => {
      return node !== self && recentlyActive
    })
    return canOthers ? 'leads' : 'root'
  }

  function facts(): Facts {
    const { voters = [], learners = [], leader } = deps.board.current() ?? {}
    return {
      standing: standing(),
      roots: [...voters, ...learners].filter((node) => node !== self),
      leader,
      told: (deps.board.told()?.applied ?? 0) as LogIndex,
      serves: ownReplica() || deps.isHub(self) ? CHILDREN_MAX : HYPHA_CHILDREN_MAX,
    }
  }

  /** One copy is enough: what the log drives takes the place of what was followed. */
  function look(): void {
    if (ownReplica() && machine.index > 0) {
      machine = emptyMachine()
      void file.erase()
    }
    following.look()
  }

  async function take(): Promise<FollowedCopy | undefined> {
    if (!isReadable()) return undefined
    await following.stop()
    const { index } = machine
    const { view } = machine.registry
    const { term = 0, voters = view.voters } = deps.board.told() ?? {}
    const latest = following.latest()
    const state = await inTurns(clock, machine.snapshotSteps())
    return { state, index, view, voters, latest, term }
  }

  async function stop(): Promise<void> {
    await following.stop()
    await file.stop()
  }

  return {
    look,
    take,
    release: following.start,
    async giveUp(ending) {
      untold ??= isReadable() ? machine : undefined
      await stop()
      if (untold) {
        const { index } = untold
        const copy = { index, view: untold.registry.view, latest: following.latest() }
        await reportFollowed(deps, copy, ending)
      }
      untold = undefined
      await file.erase()
    },
    async heights(peers, signal) {
      const asked = peers.map(async (node) => {
        return { node, height: await following.heightOf(node, signal) }
      })
      const { height } = following.status()
      return [{ node: self, height }, ...(await Promise.all(asked))].flatMap((one) => {
        return one.height ? [{ node: one.node, height: one.height }] : []
      })
    },
    status: following.status,
    trouble() {
      const { failure } = following.status()
      const what = failure?.code === 'UPGRADE_REQUIRED' ? OVERTAKEN : STOPPED
      return failure && { code: 'REPLICA_FAILED', message: `${what} ${failure.message}` }
    },
    copy() {
      if (!isReadable()) return undefined
      return {
        view: machine.registry.view,
        get height() {
          return machine.index
        },
      }
    },
    logMoved() {
      if (machine.index > 0 && ownReplica()) look()
    },
    async answer(question, signal) {
      if (!isReadable()) return undefined
      if (question.kind === 'query' && question.stale) {
        return answerQuery(machine.registry.view, question.query)
      }
      // Without a parent nothing may come any more, though the committee may be in reach.
      if (question.kind !== 'changes' || following.status().parent === undefined) return undefined
      const { registry, subscribe } = machine
      const found = await untilChanged({ clock, subscribe }, registry.view, question, signal)
      // The committee may remember what this copy was never told.
      return 'compacted' in found ? undefined : found
    },
    async start() {
      await file.load(machine)
      await following.start()
    },
    stop,
  }
}

/** Whoever may read keys may have all of them. */
export function mayFollow(held: ReturnType<PrimaryDeps['permissionsOf']>): boolean {
  return held !== undefined && (held.has('use') || held.has('admin'))
}

const STOPPED = 'This node’s copy of the registry has stopped; start the node again. The reason:'

const NOBODY = { voters: [], learners: [] }
