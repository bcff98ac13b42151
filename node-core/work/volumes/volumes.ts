/** The shell: looks at what is kept here, tells the others, and deletes what has run out. */
import { looking, sleep } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import { createKeptFile } from '../../base/kept-file/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { StoredVolume } from '../runners/index.ts'
import { type KeptVolume, keptVolumeOf, volumeKey } from '../spec/index.ts'
import type { VolumeErrorCode, VolumePlace, Volumes, VolumesDeps } from './index.ts'
import {
  DUE_FOR_MS,
  IN_USE_WAIT_MS,
  LOOK_MS,
  LOOK_SELDOM_MS,
  MARKS_BYTES_MAX,
  VOLUME_ANSWER_MS,
  VOLUME_MESSAGE_BYTES_MAX,
} from './limits.ts'
import {
  deletedAt,
  dueSince,
  expired,
  isHeldByCopy,
  isUnwanted,
  isWanted,
  type Mark,
  type Marks,
  nextMarks,
  parseMarks,
  storedMarks,
} from './marks.ts'
import {
  encodeVolumeMessage,
  errorOf,
  parseAnswer,
  parseOrder,
  refusalOf,
  VOLUME_PROTOCOL,
  type VolumeAnswer,
  type VolumeOrder,
} from './messages.ts'
import { createSeenTime, seenFor } from './seen-time.ts'
import { createStores, type Held } from './stores.ts'

export function createVolumes(deps: VolumesDeps): Volumes {
  const { state, view, net, clock } = deps
  const store = createStores(deps.stores)
  const logger = deps.logger.child('volumes')
  const { self } = net
  const file = createKeptFile(
    { disk: deps.disk, path: 'volumes.cbor', logger },
    { bytesMax: MARKS_BYTES_MAX },
  )
  const seenTime = createSeenTime(clock)
  /** As they are on the disk: what is said of a volume is said by them. */
  let marks: Marks = new Map()
  /** As they are to be, whether the disk takes it or not. */
  let meant: Marks = marks
  let overdue: ReadonlyMap<string, number> = new Map()
  let used: ReadonlyMap<string, number> = new Map()
  let countedAtMs = Number.NEGATIVE_INFINITY
  const toldOver = new Set<string>()
  let counting: Promise<void> | undefined
  let stopping = new AbortController()
  let stopWatching: (() => unknown)[] = []
  /** Looks and orders one after the other: both write the marks. */
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work)
    turn = next.catch(() => {
      // Whoever asked is told.
    })
    return next
  }

  async function look(): Promise<undefined> {
    const held = await store.list()
    const { volumes, isUnseen } = held
    const seen = seenFor(meant, seenTime.take())
    const unseen = [...seen].filter(([id]) => isUnseen(id))
    await keep(new Map([...nextMarks(volumes, seen, view, clock.wallMs()), ...unseen]))
    try {
      await tell(held)
    } finally {
      // Where the disk takes no word, what goes makes room.
      if (await removeOver(volumes)) await tell(await store.list())
    }
    countBeside(held)
  }

  /** Says whether any was. */
  async function removeOver(held: readonly StoredVolume[]): Promise<boolean> {
    const nowMs = clock.monotonicMs()
    overdue = dueSince(view.isConfirmed() ? dueOf(held) : [], overdue, nowMs)
    let isAnyGone = false
    for (const volume of held) {
      const sinceMs = overdue.get(volume.id)
      const isTime = sinceMs !== undefined && nowMs - sinceMs >= DUE_FOR_MS
      // Each may take a while: asked anew.
      if (!isTime || !view.isConfirmed() || !isUnwanted(volume, view)) continue
      try {
        await remove(volume)
        isAnyGone = true
      } catch (error) {
        const why = messageOf(error)
        logger.warn('Data stays though its time is over', { id: volume.id, why })
      }
    }
    return isAnyGone
  }

  /** By what is meant, and by what is on the disk: nobody was told of the rest. */
  function dueOf(held: readonly StoredVolume[]): string[] {
    const [now, before] = [meant, marks].map((all) => new Set(expired(all, clock.wallMs())))
    return held.flatMap((volume) => {
      const isOver = now?.has(volume.id) && before?.has(volume.id)
      return isOver && isUnwanted(volume, view) ? [volume.id] : []
    })
  }

  /** False where the disk took none: then what it has is in force. */
  async function keep(next: Marks): Promise<boolean> {
    meant = next
    if (JSON.stringify([...next]) === JSON.stringify([...marks])) return true
    if (!(await file.write(storedMarks(next) as Plain))) return false
    marks = next
    return true
  }

  /** What is said is on the disk first: a restart would take it back. */
  async function mark(id: string, next: Mark): Promise<void> {
    const before = meant
    if (await keep(new Map([...without(before, id), [id, next]]))) return
    meant = before
    throw refused('UNAVAILABLE', 'The disk took no word of it. Nothing was changed.')
  }

  /** For good. Throws CONFLICT, VOLUME_IN_USE, ENGINE_UNAVAILABLE. */
  async function remove(held: StoredVolume): Promise<void> {
    refuseWanted(held)
    await store.remove(held.id)
    logger.info('Data was removed for good', { id: held.id })
    await keep(without(meant, held.id))
  }

  /** Of a workload that was deleted a moment ago the last copy may still be ending. */
  async function removeOnceFree(held: StoredVolume): Promise<void> {
    const untilMs = clock.monotonicMs() + IN_USE_WAIT_MS
    for (;;) {
      try {
        return await remove(held)
      } catch (error) {
        if (!isCode(error, 'VOLUME_IN_USE')) throw error
        const isStopped = stopWatching.length === 0
        if (isStopped || clock.monotonicMs() >= untilMs) {
          const details = { reason: 'VOLUME_IN_USE' }
          throw refused('CONFLICT', STILL_IN_USE, { cause: error, details })
        }
      }
      await sleep(clock, LOOK_MS)
    }
  }

  function refuseWanted(held: StoredVolume): void {
    if (!isWanted(held, view)) return
    const message = `“${held.workload}” has it: delete the workload, or take the volume out of it.`
    throw refused('CONFLICT', message)
  }

  /**
   * Files are counted seldom, since an engine goes through all of them; and beside all else, since that
   * takes minutes.
   */
  function countBeside(held: Held): void {
    const isSoon = clock.monotonicMs() - countedAtMs < LOOK_SELDOM_MS
    if (counting || held.volumes.length === 0 || isSoon) return
    countedAtMs = clock.monotonicMs()
    const { signal } = stopping
    counting = count(held, signal)
      .catch((error: unknown) => {
        if (signal.aborted) return
        logger.warn('What is kept could not be counted', { error: messageOf(error) })
      })
      .finally(() => {
        counting = undefined
      })
  }

  async function count(counted: Held, signal: AbortSignal): Promise<void> {
    used = await store.usage(counted, signal)
    await inTurn(async () => {
      const held = await store.list()
      for (const volume of held.volumes) sayIfOver(volume)
      await tell(held)
    })
  }

  function sayIfOver(volume: StoredVolume): void {
    const bytes = used.get(volume.id) ?? 0
    const most = sizeOf(volume)
    if (bytes <= most) toldOver.delete(volume.id)
    else if (!toldOver.has(volume.id)) {
      toldOver.add(volume.id)
      logger.warn('A volume holds more than it may', { id: volume.id, bytes, most })
    }
  }

  /** As it is wanted now; a volume's own label is from when it was made. */
  function sizeOf(volume: StoredVolume): number {
    const wanted = isWanted(volume, view) ? view.desired(volume.workload) : undefined
    const found = wanted?.workload.volumes?.find(({ name }) => name === volume.volume)
    return found?.sizeBytes ?? volume.sizeBytes
  }

  async function tell(held: Held): Promise<void> {
    await tellAll(held).catch((error: unknown) => {
      // Its owner was removed, for good: nobody would heed it.
      if (!isCode(error, 'FORBIDDEN')) throw error
    })
  }

  async function tellAll({ volumes, isUnseen }: Held): Promise<void> {
    const told = new Map(ownRecords().map((one) => [one.id, one]))
    for (const volume of volumes) {
      const value = toldOf(volume)
      const before = told.get(volume.id)
      told.delete(volume.id)
      if (before && JSON.stringify(withoutPlace(before)) === JSON.stringify(value)) continue
      await state.put(volumeKey(self, volume.id), value)
    }
    for (const id of told.keys()) {
      if (!isUnseen(id)) await state.delete(volumeKey(self, id))
    }
  }

  function toldOf(volume: StoredVolume) {
    const { owner, workload, index, kind, createdAtMs } = volume
    const usedBytes = used.get(volume.id)
    const mark = marks.get(volume.id)
    return {
      ...{ owner, workload, index, volume: volume.volume, sizeBytes: sizeOf(volume) },
      ...(kind && { kind }),
      ...(usedBytes !== undefined && { usedBytes }),
      createdAt: new Date(createdAtMs).toISOString(),
      ...(mark?.kind === 'deleted' && { deletedAt: new Date(mark.atMs).toISOString() }),
    }
  }

  function ownRecords(): KeptVolume[] {
    return list().filter(({ node }) => node === self)
  }

  function list(): KeptVolume[] {
    const all = state.list('node/').flatMap((record) => keptVolumeOf(record) ?? [])
    return all.sort(
      (a, b) => compare(a.workload, b.workload) || a.index - b.index || compare(a.id, b.id),
    )
  }

  async function obey(order: VolumeOrder, from: NodeId): Promise<void> {
    const held = await store.find(order.id)
    if (!held) throw refused('NOT_FOUND', 'There is no such volume on that computer.')
    if (from !== self && !deps.mayDelete(from, held.owner)) {
      throw refused('FORBIDDEN', 'It belongs to somebody else.')
    }
    if (order.what === 'restore') await mark(order.id, { kind: 'kept' })
    else {
      refuseWanted(held)
      if (order.forGood) await removeOnceFree(held)
      else if (isHeldByCopy(held, self, view)) throw refused('CONFLICT', heldText(held))
      else await mark(order.id, deletedAt(clock.wallMs()))
    }
    await tell(await store.list())
  }

  /** Whoever asked was told that nobody answers, and must not find it done a while after. */
  function refuseLate(order: VolumeOrder, untilMs: number): void {
    const takesMs = order.what === 'delete' && order.forGood ? IN_USE_WAIT_MS : 0
    if (clock.monotonicMs() + takesMs < untilMs) return
    throw refused('UNAVAILABLE', 'That computer is busy with other data. Nothing was changed.')
  }

  async function answer(body: Uint8Array, peer: NodeId): Promise<Uint8Array> {
    const order = parseOrder(body)
    const untilMs = clock.monotonicMs() + VOLUME_ANSWER_MS
    const told = await inTurn(async () => {
      refuseLate(order, untilMs)
      await obey(order, peer)
    }).then((): VolumeAnswer => ({ ok: true }), refusalOf)
    return encodeVolumeMessage(told)
  }

  async function send({ node, id }: VolumePlace, order: VolumeOrder): Promise<void> {
    if (node === self) return inTurn(() => obey(order, self))
    const options = { timeoutMs: VOLUME_ANSWER_MS, answerBytesMax: VOLUME_MESSAGE_BYTES_MAX }
    const bytes = await net
      .request(node, VOLUME_PROTOCOL, encodeVolumeMessage(order), options)
      .catch((cause: unknown) => {
        const message = `The computer that has ${id} does not answer (${messageOf(cause)}). If it is not to come back: mycelium volume delete ${id} --give-up`
        throw refused('NET_UNREACHABLE', message, { cause })
      })
    const told = parseAnswer(bytes)
    if (!told.ok) throw errorOf(told)
  }

  return {
    list,
    delete: (which, { forGood = false } = {}) =>
      send(which, { what: 'delete', id: which.id, forGood }),
    restore: (which) => send(which, { what: 'restore', id: which.id }),
    async start() {
      if (stopWatching.length > 0) return
      marks = parseMarks(await file.read())
      meant = marks
      overdue = new Map()
      stopping = new AbortController()
      const gaps = { gapMs: LOOK_MS, seldomMs: LOOK_SELDOM_MS }
      const looks = looking(
        clock,
        gaps,
        () => inTurn(look),
        (error) => logger.warn('A look at what is kept failed', { error: messageOf(error) }),
      )
      stopWatching = [
        net.onRequest(VOLUME_PROTOCOL, answer, { requestBytesMax: VOLUME_MESSAGE_BYTES_MAX }),
        view.subscribe(({ of }) => of === 'workload' && looks.soon()),
        deps.reconciler.subscribe(({ status }) => status === 'Running' && looks.soon()),
        looks.stop,
      ]
      looks.soon()
    },
    async stop() {
      const ends = stopWatching
      stopWatching = []
      stopping.abort()
      for (const end of ends) await end()
      await counting
      await turn
    },
  }
}

function refused(
  code: VolumeErrorCode,
  message: string,
  more: { cause?: unknown; details?: { reason: string } } = {},
): MyceliumError<VolumeErrorCode> {
  return new MyceliumError(code, message, more)
}

const heldText = ({ workload }: StoredVolume): string =>
  `A copy of “${workload}” still runs there and has it. It can be deleted once that has ended.`

const STILL_IN_USE =
  'What used it is still ending on that computer, and has it until then. Try again in a moment.'

function withoutPlace({ node: _, id: __, ...value }: KeptVolume) {
  return value
}

function without(marks: Marks, id: string): Marks {
  return new Map([...marks].filter(([marked]) => marked !== id))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
