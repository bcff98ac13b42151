/** One attempt at a blob by one list of pieces: who is dialled, and the swarm's machine run. */
import type { Clock } from '../../base/clock/index.ts'
import { every } from '../../base/clock/index.ts'
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import {
  createSwarm,
  type PieceRoot,
  type PieceSet,
  pieceCount,
  pieceSpan,
  type Swarm,
  type SwarmEffect,
  type SwarmInput,
} from '../pieces/index.ts'
import type { BlobFiles } from './blob-files.ts'
import { createDialling } from './dialling.ts'
import type { Digest, FetchProgress } from './index.ts'
import { ANSWER_MS, GATHER_MS, LOOK_AROUND_MS, STALL_MS, TICK_MS, WHOLE_MS } from './limits.ts'
import { createEarlyGains, mostNamed, offeredPieces } from './offers.ts'
import { createPace, type Pace } from './pace.ts'
import { leftoverList, openPartial, type PartialBlob } from './partial-blob.ts'
import type { PieceThread } from './piece-thread.ts'
import type { CamePiece, Session, SessionDeps } from './session.ts'
import type { Suspects } from './suspects.ts'

export interface FetchRequest {
  digest: Digest
  holders: readonly NodeId[]
  bytesMax: number
  /** What there is room for now. */
  roomBytes(): number
  /** What is thrown where that is too little. */
  noRoom(): Error
  /** Who asks can turn to others than these holders. */
  elsewhere?: boolean
  signal: AbortSignal
  onProgress(progress: FetchProgress): void
}

export interface RoundDeps extends SessionDeps {
  self: NodeId
  clock: Clock
  random: Random
  logger: Logger
  files: BlobFiles
  pieces: PieceThread
  suspects: Suspects
  nameOf(node: NodeId): string
  /** From now on what has come can be served to others. */
  share(partial: PartialBlob, has: PieceSet): void
  /** A piece has come. */
  gained(index: number, frame: Uint8Array): void
  received(bytes: number): void
}

export interface RoundOutcome {
  /** All pieces by the list; undefined when nobody had them. */
  partial?: PartialBlob
  /** Who said to have all of a blob with this list. */
  vouchers: NodeId[]
  /** Who gave that list. */
  listFrom?: NodeId
  /** Somebody sent what is not in the list it named. */
  liars: boolean
  /** The smallest that was offered and is larger than it may be, or than there is room for. */
  refusedBytes?: number
  /**
   * It was given up for coming too slowly. rivals: others named another list, or were not asked yet.
   * alone: these have had their turn, and whoever asks can turn to others.
   */
  slow?: 'rivals' | 'alone' | undefined
}

/** What the round goes by, once a list was chosen. */
interface Chosen {
  partial: PartialBlob
  swarm: Swarm
  pace: Pace
  /** How often this list was too slow before. */
  lagged: number
  atMs: number
}

export function runRound(
  deps: RoundDeps,
  request: FetchRequest,
  refused: ReadonlySet<PieceRoot>,
  /** Who made an offer and gave no list; those of this round come to them. */
  withheld: Set<NodeId>,
): Promise<RoundOutcome> {
  const { clock, suspects, nameOf } = deps
  const { digest } = request
  const abort = new AbortController()
  const signal = AbortSignal.any([request.signal, abort.signal])
  const { promise, resolve, reject } = Promise.withResolvers<RoundOutcome>()
  const outcome: RoundOutcome = { vouchers: [], liars: false }
  /** Those whose offer stands, and of a chosen list those who are in the swarm. */
  const sessions = new Map<NodeId, Session>()
  const deliverers = new Set<NodeId>()
  /** What peers gained after their offers and before there was a list to go by. */
  const early = createEarlyGains<Session>()
  let root: PieceRoot | undefined
  let choosing = false
  let chosen: Chosen | undefined
  let gatherCancel: (() => void) | undefined
  let waitsForWhole = false
  /** Somebody names another list than the chosen one, which may be the right one. */
  let rivals = false
  let gainedAtMs = clock.monotonicMs()
  let receivedBytes = 0
  let over = false

  const dialling = createDialling(
    {
      ...deps,
      ...{ digest, signal },
      passedOver: (peer) => withheld.has(peer) || suspects.has(peer, clock.monotonicMs()),
    },
    {
      onSession,
      onIdle: onQuiet,
      onBusy() {
        gainedAtMs = clock.monotonicMs()
      },
      onPiece,
      onReceived: deps.received,
      onOthers: (nodes) => dialling.name(nodes),
      onGained(session, indexes) {
        if (chosen) return apply({ type: 'gained', peer: session.peer, indexes })
        if (!early.note(session, indexes)) session.close('gains too much')
      },
      onRefused: ({ peer }, index) => apply({ type: 'refused', peer, index }),
      onEnd(session) {
        if (sessions.get(session.peer) === session) {
          sessions.delete(session.peer)
          apply({ type: 'gone', peer: session.peer })
        }
        early.take(session)
        // One that has been of use may have lost its connection alone.
        dialling.ended(session.peer, deliverers.delete(session.peer))
      },
    },
  )
  const stopTicking = every(clock, TICK_MS, tick, fail)
  const onAbort = (): void => fail(request.signal.reason)
  request.signal.addEventListener('abort', onAbort, { once: true })

  function finish(settle: () => void): void {
    if (over) return
    over = true
    gatherCancel?.()
    void stopTicking()
    request.signal.removeEventListener('abort', onAbort)
    abort.abort(new Error('the transfer is over'))
    settle()
  }

  function fail(error: unknown): void {
    finish(() => {
      Promise.resolve(chosen?.partial.suspend()).then(() => reject(error), reject)
    })
  }

  function giveUp(slow?: RoundOutcome['slow']): void {
    if (over) return
    // Where one list leads nowhere, another is left.
    outcome.slow = slow ?? (chosen && rivals ? 'rivals' : undefined)
    if (outcome.slow && chosen) putLast(chosen)
    finish(() => {
      Promise.resolve(chosen?.partial.suspend()).then(() => resolve(outcome), reject)
    })
  }

  /** Who lags is not to blame: those who do not come first the next time. */
  function putLast({ atMs }: Chosen): void {
    const { vouchers, listFrom } = outcome
    const late = new Set([...vouchers, ...sessions.keys(), ...(listFrom ? [listFrom] : [])])
    const run = { sinceMs: atMs, nowMs: clock.monotonicMs() }
    for (const peer of late) suspects.lag(peer, run)
  }

  function blame(session: Session, why: string): void {
    deps.logger.warn('a peer sent something else', { digest, peer: session.peer, why })
    suspects.blame(session.peer, clock.monotonicMs())
    outcome.liars = true
    session.close(why)
  }

  function onSession(session: Session): void {
    const { peer, offer } = session
    const whole = offer.has === undefined
    if (refused.has(offer.root)) {
      if (whole) blame(session, 'stands for a false list')
      else session.close('a false list')
    } else if (offer.sizeBytes > Math.min(request.bytesMax, request.roomBytes())) {
      const { refusedBytes = Number.POSITIVE_INFINITY } = outcome
      outcome.refusedBytes = Math.min(refusedBytes, offer.sizeBytes)
      session.close('too large')
    } else if (root !== undefined && offer.root !== root) {
      rivals = true
      session.close('another list')
      // One that was never slow is not kept waiting for one that was.
      if (chosen && chosen.lagged > 0 && lagged(peer) === 0) giveUp('rivals')
    } else {
      sessions.set(peer, session)
      if (chosen) enter(session, chosen)
      else if (waitsForWhole && isWished(session)) gatherAnew()
      else gatherCancel ??= clock.timer(GATHER_MS, gathered)
    }
  }

  /** One has come; the many may yet outvote it. */
  function gatherAnew(): void {
    waitsForWhole = false
    gatherCancel?.()
    gatherCancel = clock.timer(GATHER_MS, choose)
  }

  /** Somebody who has all of it stands for it, and was not too slow before. */
  const isWished = ({ peer, offer }: Session): boolean =>
    offer.has === undefined && lagged(peer) === 0

  /** Such a one is waited for a little longer; where there is only one that was too slow, for all answers. */
  function gathered(): void {
    const all = [...sessions.values()]
    if (dialling.idle() || all.some(isWished)) {
      choose()
    } else {
      waitsForWhole = true
      const isSlow = all.every(({ peer }) => lagged(peer) > 0)
      gatherCancel = clock.timer(isSlow ? ANSWER_MS : WHOLE_MS, choose)
    }
  }

  /** Nobody is left to be waited for. */
  function onQuiet(): void {
    if (over) return
    if (sessions.size === 0) giveUp()
    else choose()
  }

  function choose(): void {
    if (choosing || chosen || over || sessions.size === 0) return
    gatherCancel?.()
    gatherCancel = undefined
    waitsForWhole = false
    choosing = true
    begin()
      .catch(fail)
      .finally(() => {
        choosing = false
        choose()
      })
  }

  async function begin(): Promise<void> {
    const before = await leftoverList(deps.files, digest)
    root = mostNamed(
      [...sessions.values()].map(({ offer, peer }) => ({ offer, lagged: lagged(peer) })),
      before?.root,
    )
    for (const session of sessions.values()) {
      if (session.offer.root === root) continue
      rivals = true
      leaveOut(session)
    }
    for (const session of sessions.values()) {
      try {
        const partial = await openPartial(deps, digest, await session.list())
        if (over) return partial.suspend()
        outcome.listFrom = session.peer
        return start(partial)
      } catch (error) {
        if (isDisk(error) || over) throw error
        if (isCode(error, 'DIGEST_MISMATCH')) blame(session, messageOf(error))
        withheld.add(session.peer)
        leaveOut(session)
        // The time that it took is not the others' fault.
        gainedAtMs = clock.monotonicMs()
      }
    }
    // None of them had the list: whoever comes next may name another.
    root = undefined
    if (dialling.idle()) giveUp()
  }

  const lagged = (peer: NodeId): number => suspects.lagged(peer, clock.monotonicMs())

  function leaveOut(session: Session): void {
    sessions.delete(session.peer)
    session.close('left out')
  }

  function start(partial: PartialBlob): void {
    const { list, found } = partial
    const swarm = createSwarm(pieceCount(list.sizeBytes), found, deps.random.int(2 ** 32))
    gainedAtMs = clock.monotonicMs()
    const least = Math.min(...[...sessions.keys()].map(lagged))
    const pace = createPace(list.sizeBytes, least, gainedAtMs)
    chosen = { partial, swarm, pace, lagged: least, atMs: gainedAtMs }
    for (const index of found) receivedBytes += pieceSpan(list.sizeBytes, index).length
    deps.share(partial, swarm.held)
    for (const session of sessions.values()) enter(session, chosen)
    finishIfComplete()
  }

  function enter(session: Session, { partial, swarm }: Chosen): void {
    const { peer, offer } = session
    const size = pieceCount(partial.list.sizeBytes)
    const has = offeredPieces(offer, size)
    if (!has) {
      leaveOut(session)
      return
    }
    if (offer.has === undefined) outcome.vouchers.push(peer)
    for (const index of early.take(session)) has.add(index)
    run(swarm.step(clock.monotonicMs(), { type: 'offered', peer, has }))
  }

  function apply(input: SwarmInput): void {
    if (chosen && !over) run(chosen.swarm.step(clock.monotonicMs(), input))
  }

  function run(effects: readonly SwarmEffect[]): void {
    for (const effect of effects) {
      const session = sessions.get(effect.peer)
      if (!session) continue
      if (effect.type === 'ask') session.ask(effect.index)
      else if (effect.type === 'cancel') session.cancel(effect.index)
      else if (effect.why === 'lied') blame(session, 'a piece is not in its list')
      else session.close('fell silent')
    }
  }

  async function onPiece(session: Session, came: CamePiece, frame: Uint8Array): Promise<void> {
    if (!chosen || over || sessions.get(session.peer) !== session) return
    const { partial, swarm, pace } = chosen
    const { index } = came
    if (swarm.held.has(index)) return
    let right = false
    try {
      right = await partial.write(index, came)
    } catch (error) {
      return fail(error)
    }
    if (over) return
    const isNew = right && !swarm.held.has(index)
    apply({ type: 'arrived', peer: session.peer, index, right })
    if (!isNew) return
    deliverers.add(session.peer)
    gainedAtMs = clock.monotonicMs()
    const { length } = pieceSpan(partial.list.sizeBytes, index)
    receivedBytes += length
    pace.came(length)
    deps.gained(index, frame)
    const names = [...deliverers].slice(-NAMED_MAX).map(nameOf)
    const totalBytes = partial.list.sizeBytes
    request.onProgress({ receivedBytes, totalBytes, from: names.join(', ') })
    finishIfComplete()
  }

  function finishIfComplete(): void {
    if (!chosen?.swarm.complete()) return
    const { partial } = chosen
    finish(() => resolve({ ...outcome, partial }))
  }

  function tick(): void {
    apply({ type: 'tick' })
    const slow = chosen && slowness(chosen)
    if (slow || clock.monotonicMs() - gainedAtMs > STALL_MS) giveUp(slow)
  }

  function slowness({ pace, lagged, atMs }: Chosen): RoundOutcome['slow'] {
    const nowMs = clock.monotonicMs()
    const isSlow = pace.tooSlow(nowMs)
    const hadTurn = lagged > 0 && request.elsewhere
    if (isSlow && !hadTurn && (rivals || dialling.waits())) return 'rivals'
    if (isSlow && request.elsewhere) return 'alone'
    return hadTurn && !rivals && nowMs - atMs > LOOK_AROUND_MS ? 'alone' : undefined
  }

  dialling.name(request.holders.toSorted((a, b) => lagged(a) - lagged(b)))
  return promise
}

/** Of holders that a person is told of at once. */
const NAMED_MAX = 3

function isDisk(error: unknown): boolean {
  return isCode(error, 'DISK_FULL') || isCode(error, 'DISK_FAILED')
}
