/** The shell: what is left of networks that this computer was in, and its end after 30 days. */
import { looking } from '../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import { createKeptFile } from '../../base/kept-file/index.ts'
import type { NodeVolume } from '../runners/index.ts'
import type { LeftData, LeftDataDeps, LeftVolume } from './index.ts'
import {
  dueOf,
  isPresent,
  type Leavings,
  leftVolumes,
  matching,
  type Present,
  parseLeavings,
  storedLeavings,
} from './left.ts'
import { LEFT_BYTES_MAX, LOOK_MS, LOOK_SELDOM_MS } from './limits.ts'
import { createSeenTime, seenFor } from './seen-time.ts'

export function createLeftData(deps: LeftDataDeps): LeftData {
  const { store, clock } = deps
  const logger = deps.logger.child('left-data')
  const file = createKeptFile(
    { disk: deps.disk, path: 'left-data.cbor', logger },
    { bytesMax: LEFT_BYTES_MAX },
  )
  const seenTime = createSeenTime(clock)
  let stopLooking: (() => Promise<void>) | undefined
  /** Changes of what is written one after the other: each begins with what stands there. */
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work)
    turn = next.catch(() => {
      // Whoever asked is told.
    })
    return next
  }

  async function leavings(): Promise<Leavings> {
    return parseLeavings(await file.read())
  }

  async function present(): Promise<Present | undefined> {
    const network = await deps.network()
    return network && { network: network.id, node: deps.self }
  }

  async function list(): Promise<LeftVolume[]> {
    return leftVolumes(await store.list(), await present(), await leavings())
  }

  /** Asked anew before each: this computer may have come back to that network a moment ago. */
  async function removeLeft(volume: NodeVolume): Promise<void> {
    if (isPresent(volume, await present())) {
      throw new MyceliumError('CONFLICT', 'This computer is in that network again.')
    }
    await store.remove(volume).catch(async (error: unknown) => {
      if (!isCode(error, 'VOLUME_IN_USE')) throw error
      await deps.leftovers.end()
      await store.remove(volume)
    })
    logger.info('Data of a network that this computer has left was removed for good', {
      ...{ id: volume.id, network: volume.network },
    })
  }

  async function countSeen(): Promise<void> {
    // Taken in any case: what passed before a network was left counts for nothing.
    const passedMs = seenTime.take()
    const before = await leavings()
    // Where the disk takes it not, the data stays so much longer.
    if (passedMs > 0 && before.size > 0) await file.write(storedLeavings(seenFor(before, passedMs)))
  }

  async function look(): Promise<undefined> {
    await inTurn(countSeen)
    const due = dueOf(await list(), await leavings(), clock.wallMs())
    for (const volume of due) {
      await removeLeft(volume).catch((error: unknown) => {
        logger.warn('Data stays though its time is over', { id: volume.id, why: messageOf(error) })
      })
    }
  }

  async function leave(): Promise<void> {
    const current = await deps.network()
    if (!current) return
    const next = new Map(await leavings())
    next.set(current.id, { name: current.name, atMs: clock.wallMs(), seenMs: 0 })
    if (await file.write(storedLeavings(next))) return
    throw new MyceliumError(
      'UNAVAILABLE',
      'This computer could not write down that it leaves, and when its data may go, so it stays in ' +
        'the network: see that its disk has room and can be written to, then leave again.',
    )
  }

  async function stay(): Promise<void> {
    const current = await deps.network()
    const next = new Map(await leavings())
    if (!current || !next.delete(current.id)) return
    if (await file.write(storedLeavings(next))) return
    // It counts for nothing while this computer is in that network.
    logger.warn('What says that this network was left could not be taken back')
  }

  return {
    list,
    async remove(id) {
      const found = matching(await list(), id)
      const [only] = found
      if (!only) throw new MyceliumError('NOT_FOUND', `There is no volume “${id}”.`)
      if (found.length > 1) {
        const message = `“${id}” fits ${found.length} volumes: name it further.`
        const candidates = found.map(({ leftId }) => ({ id: leftId }))
        throw new MyceliumError('CONFLICT', message, {
          details: { reason: 'AMBIGUOUS', candidates },
        })
      }
      await removeLeft(only)
    },
    leave: () => inTurn(leave),
    stay: () => inTurn(stay),
    async start() {
      if (stopLooking) return
      const gaps = { gapMs: LOOK_MS, seldomMs: LOOK_SELDOM_MS }
      const looks = looking(clock, gaps, look, (error) => {
        if (isCode(error, 'ENGINE_UNAVAILABLE')) return
        logger.warn('A look at what is left failed', { error: messageOf(error) })
      })
      stopLooking = looks.stop
    },
    async stop() {
      await stopLooking?.()
      stopLooking = undefined
    },
  }
}
