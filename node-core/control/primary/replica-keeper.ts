/**
 * Whether this node holds a copy: from its first start where it founded the network, as soon as it is
 * named in a committee, and no longer once it is out of it.
 */
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type Committee, committeeIn, isNamed } from './committee.ts'
import type { CommitteeBoard } from './committee-board.ts'
import { codeOf, DAMAGED, isOfTheDisk, passes, stoppedBy, troubleOf } from './copy-trouble.ts'
import type { Ending, EraBook } from './era-book.ts'
import { failure } from './failures.ts'
import type { PrimaryStatus } from './index.ts'
import { REOPEN_MS } from './limits.ts'
import type { LogName } from './log-name.ts'
import { type Basis, createNewEra, type NewEraDeps, type Overruling } from './new-era.ts'
import { forgetUnreadable, rememberPromised } from './promised.ts'
import { createReplica, type Replica, type ReplicaDeps } from './replica.ts'
import { readSetAside, type SetAside } from './set-aside.ts'
import { contradicts, refuseStale, standAlone } from './stale-copy.ts'
import { eraseReplica, hasLog, logsIn, readStanding, writeStanding } from './standing.ts'

export interface ReplicaKeeper {
  /** Undefined while there is none, or it could not be opened. */
  current(): Replica | undefined
  trouble(): PrimaryStatus['trouble']
  /** Does not wait for a long log to be read. */
  start(): void
  /** What is told of the committee, or what the copy says itself, has changed. */
  look(): void
  /** The log that this node may not vote with; undefined where there is none that can be read. */
  aside(): Promise<SetAside | undefined>
  /**
   * Ends the era of the copy here, of the log or followed, and goes on from it alone in the next one.
   * Throws NOT_RUNNING where there is none, and once it stops; what `prepare` throws leaves everything
   * as it was.
   */
  found(from: Basis, prepare: (copy: Overruling) => Promise<Ending>): Promise<void>
  /** Once what was decided so far has been done; undefined where nothing is under way. */
  settled(): Promise<void> | undefined
  stop(): Promise<void>
}

export interface ReplicaKeeperDeps
  extends Omit<ReplicaDeps, 'isTold' | 'epochToVoteFrom' | 'name' | 'ending'>,
    Pick<NewEraDeps, 'late' | 'followed'> {
  eras: EraBook
  board(): Pick<CommitteeBoard, 'told' | 'isInForce' | 'mayVote'>
  changed(): void
  applied(): void
}

export function createReplicaKeeper(deps: ReplicaKeeperDeps): ReplicaKeeper {
  const { disk, logger, eras } = deps
  const { self } = deps.net
  let replica: Replica | undefined
  let failed: PrimaryStatus['trouble']
  /** What the disk had done to the copy before this one. */
  let waiting: { trouble: NonNullable<PrimaryStatus['trouble']>; committed: number } | undefined
  /** The log that was opened last. */
  let opened: LogName | undefined
  /** Of which log the disk here could not do what is to be done, and is asked again in a while. */
  let waitsForDisk: LogName | undefined
  let unsubscribe = (): void => {}
  let cancelReopening: (() => void) | undefined
  let stopped = false
  /** Read once, however many ask. */
  let aside: { of: PrimaryStatus['trouble']; read: Promise<SetAside | undefined> } | undefined
  /** How far the word of the committee had come when the copy was found to be unusable. */
  let failedAt = 0
  /** How far the log had come when this node was found to be out of the committee. */
  let leftAt = NEVER
  /** Opening and closing happen one after the other. */
  let turn: Promise<void> = Promise.resolve()
  let underWay = 0

  /** Whatever comes of it, the next one has its turn. */
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    underWay++
    const done = turn.then(run)
    const over = (): void => void underWay--
    turn = done.then(over, over)
    return done
  }

  function lookInTurn(run: () => Promise<void>): void {
    inTurn(async () => (stopped ? undefined : run())).catch((error: unknown) => {
      logger.error('The copy of the registry is in trouble.', { error: messageOf(error) })
    })
  }

  const newEra = createNewEra({
    ...{ ...deps, self, open, close, decide, putOff },
    isOpen: () => replica !== undefined,
    forget() {
      leftAt = NEVER
      failed = undefined
    },
  })
  const copiedHome = () => ({
    ...{ ...deps, self, ending: eras.ending() },
    ...{ told: () => deps.board().told(), stopped: () => stopped },
  })

  async function open(): Promise<void> {
    opened = eras.log()
    const opening = createReplica({
      ...deps,
      name: opened,
      ending: eras.ending(),
      isTold: (node) => deps.board().mayVote(node, own()),
      epochToVoteFrom: () => (deps.board().told()?.applied ?? 0) + 1,
    })
    try {
      await refuseStale(copiedHome())
      await opening.start()
      failed = undefined
      replica = opening
      const forget = [opening.subscribe(deps.changed), opening.onApplied(deps.applied)]
      unsubscribe = () => {
        for (const end of forget) end()
      }
    } catch (error) {
      await opening.stop()
      fail(troubleOf(error))
      if (isOfTheDisk(codeOf(error))) reopenLater()
    }
    deps.changed()
  }

  function fail(trouble: NonNullable<PrimaryStatus['trouble']>): void {
    failed = trouble
    failedAt = deps.board().told()?.applied ?? 0
    logger.error(trouble.message, { code: trouble.code })
  }

  /**
   * A log that could not be written takes no more in its life (docs/adr/0009). The next life reads what
   * is there and syncs it again, so the disk may have room by then. Nor does one whose leader sent what
   * cannot be read: the next asks again.
   */
  function reopenLater(): void {
    cancelReopening ??= deps.clock.timer(REOPEN_MS, () => {
      cancelReopening = undefined
      lookInTurn(async () => {
        waitsForDisk = undefined
        if (opened === undefined) failed = undefined
        return isOpened() ? openAnew() : settle()
      })
    })
  }

  function isOpened(): boolean {
    return (replica !== undefined || failed !== undefined) && opened === eras.log()
  }

  async function openAnew(): Promise<void> {
    const { engine } = replica?.status() ?? {}
    const before = trouble()
    waiting = before && { trouble: before, committed: engine?.committed ?? 0 }
    await close()
    failed = undefined
    await open()
  }

  /** Neither the log of the era before is opened any more, nor the new one, which may be half of one. */
  async function putOff(error: unknown): Promise<Error> {
    const trouble = troubleOf(error)
    await close()
    opened = undefined
    fail(trouble)
    if (isOfTheDisk(codeOf(error))) {
      waitsForDisk = eras.log()
      reopenLater()
    }
    deps.changed()
    return failure(trouble.code, trouble.message)
  }

  async function settle(): Promise<void> {
    try {
      await decide()
    } catch (error) {
      if (!isOfTheDisk(codeOf(error))) throw error
      await putOff(error)
    }
  }

  async function close(): Promise<void> {
    unsubscribe()
    const closing = replica
    replica = undefined
    await closing?.stop()
  }

  async function leave(): Promise<void> {
    logger.info('This node has left the committee.', {})
    leftAt = Math.max(own()?.applied ?? 0, deps.board().told()?.applied ?? 0)
    const { engine } = replica?.status() ?? {}
    await close()
    await forgetUnreadable(disk)
    await rememberPromised(disk, eras.log(), engine)
    await eraseReplica(disk, eras.log())
    failed = undefined
    deps.changed()
  }

  async function asideNow(): Promise<SetAside | undefined> {
    if (stopped || replica || failed?.code !== 'LOG_DAMAGED') return undefined
    if (aside?.of !== failed) aside = { of: failed, read: readSetAside(deps, eras.log()) }
    return aside.read
  }

  /**
   * By the newer of two words: its own log's, and what others tell. A newcomer's log begins before it
   * was named. Never because nothing is known.
   */
  function isOut(): boolean {
    const told = deps.board().told()
    const held = own()
    const newer = told && told.applied >= (held?.applied ?? 0) ? told : held
    if (newer === undefined || isNamed(newer, self)) return false
    return deps.board().isInForce(newer, newer === held ? undefined : held)
  }

  function own(): Committee | undefined {
    return replica && committeeIn(replica.status())
  }

  function isToldOf(node: NodeId): boolean {
    const told = deps.board().told()
    return told !== undefined && isNamed(told, node)
  }

  /** An older word than the one by which it left takes no node in: it would vote with an empty log. */
  function isTakenIn(): boolean {
    return isToldOf(self) && (deps.board().told()?.applied ?? 0) > leftAt
  }

  /** What others know of it shows that the log is an older copy. */
  function isStale(): boolean {
    const { failure, engine } = replica?.status() ?? {}
    if (failure?.code === 'RAFT_LOG_STALE') return true
    // A founder that came back passes through epochs that were its own, and does not vote in them.
    const passes = engine?.epoch !== undefined && engine.epoch < (replica?.votesFrom() ?? 0)
    return !passes && contradicts(deps.board().told(), engine, self)
  }

  async function setAside(): Promise<void> {
    await close()
    await writeStanding(disk, 'stale', { log: eras.log() })
    await open()
  }

  async function decide(): Promise<void> {
    if (!eras.isKnown()) return
    const ending = eras.ending()
    if (isOpened()) {
      if (isOut()) await leave()
      else if (isLearnerAgain()) {
        await forgetUnreadable(disk)
        await eraseReplica(disk, eras.log())
        await open()
      } else if (isStale()) await setAside()
      else if (passes(replica?.status().failure?.code)) reopenLater()
      return
    }
    if (waitsForDisk === eras.log()) return
    let place: Awaited<ReturnType<typeof readStanding>>
    try {
      place = await readStanding(disk)
    } catch (error) {
      if (!isCode(error, 'LOG_DAMAGED')) throw error
      return openUnknown(messageOf(error))
    }
    const { standing, log } = place
    if (await newEra.goOnFollowed(ending, standing === 'none' ? undefined : log)) return
    if (ending && standing === 'none') await newEra.giveUpLeft(ending)
    if (ending && standing !== 'none' && log !== eras.log()) await newEra.overruled(log, ending)
    else if (standing !== 'none') await open()
    else if (isTakenIn()) {
      if (deps.board().told()?.learners.includes(self)) await open()
      else if (await hasLog(disk, eras.log())) await openUnknown(GONE)
      else refuseToVote()
      if (ending) eras.tell(false)
    } else if (await hasLog(disk, eras.log())) await openUnknown(GONE)
  }

  /** Nothing says what the log here is, or whether it is whole: to be shown like one that is damaged. */
  async function openUnknown(why: string): Promise<void> {
    const ending = eras.ending()
    opened = eras.log()
    if (ending && !(await hasLog(disk, opened))) {
      // Its era has ended meanwhile, so it votes no more, and what it holds beyond has to be told.
      const [before] = await logsIn(disk)
      if (before !== undefined) return newEra.overruled(before, ending)
    }
    try {
      await standAlone(copiedHome(), opened, why)
    } catch (error) {
      fail(troubleOf(error))
      deps.changed()
      return
    }
    await open()
  }

  /** Members learn first. One that votes and holds nothing has lost what it has promised. */
  function refuseToVote(): void {
    // Decided for this log, or every look would decide it again, at once and for ever.
    opened = eras.log()
    fail({ code: 'LOG_DAMAGED', message: `${DAMAGED} (Its log is gone.)` })
    deps.changed()
  }

  /** Until the copy that was opened anew has shown that it takes writes: the disk may still be full. */
  function trouble(): PrimaryStatus['trouble'] {
    const unknown = eras.trouble() ?? failed
    if (unknown) return unknown
    const { failure, engine } = replica?.status() ?? {}
    if (failure) return stoppedBy(failure.code, failure.message)
    const follows = engine?.quorum && engine.leader !== undefined && engine.leader !== self
    if (follows || (engine && engine.committed > (waiting?.committed ?? 0))) waiting = undefined
    return waiting?.trouble
  }

  /** It went and came back while it heard of neither: a learner has promised nothing. */
  function isLearnerAgain(): boolean {
    const told = deps.board().told()
    if (failed?.code !== 'LOG_DAMAGED' || !told) return false
    return told.applied > failedAt && told.learners.includes(self)
  }

  return {
    current: () => replica,
    trouble,
    start() {
      lookInTurn(newEra.tidy)
      lookInTurn(settle)
    },
    look: () => lookInTurn(settle),
    aside: () => inTurn(asideNow),
    found: (from, prepare) =>
      inTurn(async () => {
        if (stopped) throw failure('NOT_RUNNING', 'The node is stopping.')
        return newEra.found(from, prepare)
      }),
    settled: () => (underWay > 0 ? turn : undefined),
    async stop() {
      stopped = true
      cancelReopening?.()
      await turn
      await close()
    },
  }
}

/** Below the genesis, which under Simplex names voters in epoch 0. */
const NEVER = -1
const GONE = 'registry/standing.cbor is gone from this computer.'
