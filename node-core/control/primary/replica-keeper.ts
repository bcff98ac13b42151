/**
 * Whether this node holds a copy: from its first start where it founded the network, as soon as it is
 * named in a committee, and no longer once it is out of it.
 */
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { isNamed } from './committee.ts'
import type { CommitteeBoard } from './committee-board.ts'
import type { Ending, EraBook } from './era-book.ts'
import type { PrimaryStatus } from './index.ts'
import type { LogName } from './log-name.ts'
import { foundOn, giveUp, goesOnHere, type OverrulingDeps } from './overruling.ts'
import { createReplica, type Replica, type ReplicaDeps } from './replica.ts'
import { readCopy, type SalvagedCopy } from './salvaging.ts'
import { eraseReplica, readStanding } from './standing.ts'

export interface ReplicaKeeper {
  /** Undefined while there is none, or it could not be opened. */
  current(): Replica | undefined
  trouble(): PrimaryStatus['trouble']
  /** Does not wait for a long log to be read. */
  start(): void
  /** What is told of the committee, or what the copy says itself, has changed. */
  look(): void
  /**
   * Ends the era of the copy here, and goes on from it alone in the next one. What `prepare` throws
   * leaves everything as it was.
   */
  found(prepare: (copy: SalvagedCopy) => Promise<Ending>): Promise<void>
  /** Once what was decided so far has been done. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface ReplicaKeeperDeps
  extends Omit<ReplicaDeps, 'isTold' | 'name'>,
    Pick<OverrulingDeps, 'late'> {
  eras: EraBook
  board(): Pick<CommitteeBoard, 'told'>
  changed(): void
  applied(): void
}

export function createReplicaKeeper(deps: ReplicaKeeperDeps): ReplicaKeeper {
  const { disk, logger, eras } = deps
  const { self } = deps.net
  const overruling = { ...deps, self }
  let replica: Replica | undefined
  let failed: PrimaryStatus['trouble']
  let unsubscribe = (): void => {}
  let stopped = false
  /** How far the log had come when this node was found to be out of the committee. */
  let leftAt = 0
  /** Opening and closing happen one after the other. */
  let turn: Promise<void> = Promise.resolve()

  function inTurn(run: () => Promise<void>): void {
    turn = turn
      .then(() => (stopped ? undefined : run()))
      .catch((error: unknown) => {
        logger.error('The copy of the registry is in trouble.', { error: messageOf(error) })
      })
  }

  async function open(): Promise<void> {
    const opening = createReplica({ ...deps, isTold: isToldOf, name: eras.log() })
    try {
      await opening.start()
      failed = undefined
      replica = opening
      const forget = [opening.subscribe(deps.changed), opening.onApplied(deps.applied)]
      unsubscribe = () => {
        for (const end of forget) end()
      }
    } catch (error) {
      await opening.stop()
      failed = troubleOf(error)
      logger.error(failed.message, { code: failed.code })
    }
    deps.changed()
  }

  async function close(): Promise<void> {
    unsubscribe()
    const closing = replica
    replica = undefined
    await closing?.stop()
  }

  async function leave(): Promise<void> {
    logger.info('This node has left the committee.', {})
    leftAt = Math.max(replica?.status().applied ?? 0, deps.board().told()?.applied ?? 0)
    await close()
    await eraseReplica(disk, eras.log())
    failed = undefined
    deps.changed()
  }

  /** The era of the copy that was held is over. */
  async function overruled(name: LogName, ending: Ending): Promise<void> {
    await close()
    leftAt = 0
    failed = undefined
    if (goesOnHere(ending, self)) {
      // Cut short by a crash after it was decided.
      await foundOn(overruling, await readCopy(overruling, name), { from: name, to: eras.log() })
      await open()
      return
    }
    await giveUp(overruling, name, ending)
    eras.tell(true)
    deps.changed()
  }

  async function foundNow(prepare: (copy: SalvagedCopy) => Promise<Ending>): Promise<void> {
    const from = eras.log()
    await close()
    try {
      const copy = await readCopy(overruling, from)
      await eras.begin(await prepare(copy))
      await foundOn(overruling, copy, { from, to: eras.log() })
    } finally {
      await open()
    }
  }

  /**
   * By the newer of two words: its own log's, and what others tell. A newcomer's log begins before it
   * was named. Never because nothing is known.
   */
  function isOut(): boolean {
    const told = deps.board().told()
    const { applied = 0, engine } = replica?.status() ?? {}
    if (told && told.applied >= applied) return !isNamed(told, self)
    const members = engine?.members
    return members !== undefined && members.voters.length > 0 && !isNamed(members, self)
  }

  function isToldOf(node: NodeId): boolean {
    const told = deps.board().told()
    return told !== undefined && isNamed(told, node)
  }

  /** An older word than the one by which it left takes no node in: it would vote with an empty log. */
  function isTakenIn(): boolean {
    return isToldOf(self) && (deps.board().told()?.applied ?? 0) > leftAt
  }

  async function decide(): Promise<void> {
    const { standing, log } = await readStanding(disk)
    const ending = eras.ending()
    if (ending && standing !== 'none' && log !== eras.log()) return overruled(log, ending)
    if (replica || failed) {
      if (isOut()) await leave()
    } else if (isTakenIn() || standing !== 'none') {
      await open()
      if (ending) eras.tell(false)
    }
  }

  return {
    current: () => replica,
    trouble() {
      if (failed) return failed
      const failure = replica?.status().failure
      return failure && { code: 'REPLICA_FAILED', message: `${STOPPED} ${failure.message}` }
    },
    start: () => inTurn(decide),
    look: () => inTurn(decide),
    found: (prepare) =>
      new Promise((resolve, reject) => {
        inTurn(() => foundNow(prepare).then(resolve, reject))
      }),
    settled: () => turn,
    async stop() {
      stopped = true
      await turn
      await close()
    },
  }
}

const STOPPED = 'This node’s copy of the registry has stopped; start the node again. The reason:'
const DAMAGED =
  'This node’s copy of the registry cannot be read and is not used. Take the node out of the ' +
  'committee (mycelium demote) and in again (mycelium promote): it then gets a new copy.'

function troubleOf(error: unknown): NonNullable<PrimaryStatus['trouble']> {
  const code = error instanceof MyceliumError ? error.code : undefined
  const damaged = code?.startsWith('LOG_') || code === 'RAFT_RECORDS_DAMAGED'
  return damaged
    ? { code: 'LOG_DAMAGED', message: `${DAMAGED} (${messageOf(error)})` }
    : { code: 'REPLICA_FAILED', message: `${STOPPED} ${messageOf(error)}` }
}
