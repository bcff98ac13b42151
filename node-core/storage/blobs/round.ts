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
import { GATHER_MS, STALL_MS, TICK_MS, WHOLE_MS } from './limits.ts'
import { createEarlyGains, mostNamed, offeredPieces } from './offers.ts'
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
}

/** What the round goes by, once a list was chosen. */
interface Chosen {
  partial: PartialBlob
  swarm: Swarm
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

  function giveUp(): void {
    finish(() => {
      Promise.resolve(chosen?.partial.suspend()).then(() => resolve(outcome), reject)
    })
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
      session.close('another list')
    } else {
      sessions.set(peer, session)
      if (chosen) enter(session, chosen)
      else if (whole && waitsForWhole) gatherAnew()
      else gatherCancel ??= clock.timer(GATHER_MS, gathered)
    }
  }

  /** One has come; the many may yet outvote it. */
  function gatherAnew(): void {
    waitsForWhole = false
    gatherCancel?.()
    gatherCancel = clock.timer(GATHER_MS, choose)
  }

  /** What somebody stands for who has all of it is waited for a little longer. */
  function gathered(): void {
    const isNamed = [...sessions.values()].some(({ offer }) => offer.has === undefined)
    if (isNamed || dialling.idle()) {
      choose()
    } else {
      waitsForWhole = true
      gatherCancel = clock.timer(WHOLE_MS, choose)
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
      [...sessions.values()].map(({ offer }) => offer),
      before?.root,
    )
    for (const session of sessions.values()) {
      if (session.offer.root !== root) leaveOut(session)
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

  function leaveOut(session: Session): void {
    sessions.delete(session.peer)
    session.close('left out')
  }

  function start(partial: PartialBlob): void {
    const { list, found } = partial
    const swarm = createSwarm(pieceCount(list.sizeBytes), found, deps.random.int(2 ** 32))
    chosen = { partial, swarm }
    gainedAtMs = clock.monotonicMs()
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
    const { partial, swarm } = chosen
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
    receivedBytes += pieceSpan(partial.list.sizeBytes, index).length
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
    if (clock.monotonicMs() - gainedAtMs > STALL_MS) giveUp()
  }

  dialling.name(request.holders)
  return promise
}

/** Of holders that a person is told of at once. */
const NAMED_MAX = 3

function isDisk(error: unknown): boolean {
  return isCode(error, 'DISK_FULL') || isCode(error, 'DISK_FAILED')
}
