/**
 * This node's copy where it is not of the committee, and its place among those who follow the log,
 * whichever copy it has (docs/adr/0014).
 */
import type { Plain } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import {
  CHILDREN_MAX,
  createFollowing,
  type Facts,
  type Following,
  type FollowStatus,
  HYPHA_CHILDREN_MAX,
} from '../follow/index.ts'
import { type BatchReader, createRegistry, type RegistryView } from '../registry/index.ts'
import { isNamed } from './committee.ts'
import type { CommitteeBoard } from './committee-board.ts'
import type { PrimaryDeps, PrimaryStatus } from './index.ts'
import { type LogName, protocolOf } from './log-name.ts'
import { createMachine } from './machine.ts'
import type { Question } from './messages.ts'
import { answerQuery } from './queries.ts'
import type { Replica } from './replica.ts'
import { untilChanged } from './waiting.ts'

export interface Follower extends Pick<Following, 'start' | 'stop' | 'look' | 'heightOf'> {
  /** Undefined while it holds nothing, or a copy of the committee's log stands in its place. */
  view(): RegistryView | undefined
  /** Undefined for what is not for it to answer: whatever must not be behind. */
  answer(question: Question, signal: AbortSignal): Promise<Plain | undefined>
  status(): FollowStatus
  trouble(): PrimaryStatus['trouble']
}

export interface FollowerDeps
  extends Pick<
    PrimaryDeps,
    'network' | 'net' | 'clock' | 'random' | 'logger' | 'isHub' | 'permissionsOf'
  > {
  batches: BatchReader
  board: Pick<CommitteeBoard, 'current' | 'told'>
  replica(): Replica | undefined
  /** Which log is followed. */
  log: LogName
  /** The copy has moved on. */
  applied(): void
}

export function createFollower(deps: FollowerDeps): Follower {
  const { network, net, clock } = deps
  const { self } = net
  const machine = createMachine(deps.batches, createRegistry({ network, voters: [] }))
  const following = createFollowing({
    ...{ net, clock, facts, isHub: deps.isHub, mayAsk: mayRead },
    ...{ random: deps.random, logger: deps.logger },
    protocol: protocolOf('follow/1', deps.log),
    copy: () => ownReplica()?.copy ?? machine,
  })
  const waiting = { clock, subscribe: machine.subscribe }
  let unsubscribe = (): void => {}

  /** A copy of the log itself, as soon as there is something in it. */
  function ownReplica(): Replica | undefined {
    const replica = deps.replica()
    const { state, applied = 0 } = replica?.status() ?? {}
    return state === 'running' && applied > 0 ? replica : undefined
  }

  /** Whoever may read keys may have all of them. */
  function mayRead(node: NodeId): boolean {
    const held = deps.permissionsOf(node)
    return held !== undefined && (held.has('use') || held.has('admin'))
  }

  function standing(): Facts['standing'] {
    const engine = ownReplica()?.status().engine
    if (!engine) return mayRead(self) ? 'follows' : 'idle'
    if (!engine.quorum || !isNamed(engine.members, self)) return 'cut'
    if (engine.leader !== self) return 'root'
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

  return {
    look: following.look,
    heightOf: following.heightOf,
    status: following.status,
    trouble() {
      const { failure } = following.status()
      return failure && { code: 'REPLICA_FAILED', message: `${STOPPED} ${failure.message}` }
    },
    view: () => (machine.index > 0 && !ownReplica() ? machine.registry.view : undefined),
    async answer(question, signal) {
      if (machine.index === 0 || ownReplica()) return undefined
      if (question.kind === 'query' && question.stale) {
        return answerQuery(machine.registry.view, question.query)
      }
      // Without a parent nothing may come any more, though the committee may be in reach.
      if (question.kind !== 'changes' || following.status().parent === undefined) return undefined
      const found = await untilChanged(waiting, machine.registry.view, question, signal)
      // The committee may remember what this copy was never told.
      return 'compacted' in found ? undefined : found
    },
    async start() {
      unsubscribe = machine.subscribe(deps.applied)
      await following.start()
    },
    async stop() {
      unsubscribe()
      await following.stop()
    },
  }
}

const STOPPED = 'This node’s copy of the registry has stopped; start the node again. The reason:'
