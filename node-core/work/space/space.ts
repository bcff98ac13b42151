/** The shell: looks at the disk and the engine, and drops what may go. */
import { every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import { type Digest, parseDigest } from '../../storage/blobs/index.ts'
import type { Reclaimed, Space, SpaceDeps, SpaceOptions, Stayed } from './index.ts'
import { type Found, judged, type Kept, overdue, reclaimable, totalBytes } from './keeping.ts'
import { BUDGET_BYTES_DEFAULT, SWEEP_MS } from './limits.ts'

export function createSpace(deps: SpaceDeps, options: SpaceOptions = {}): Space {
  const { blobs, images, clock, logger } = deps
  const budgetBytes = options.budgetBytes ?? BUDGET_BYTES_DEFAULT
  let stopSweeping: (() => Promise<void>) | undefined
  /** One after the other, so that no two count the same bytes as freed. */
  let turn: Promise<unknown> = Promise.resolve()

  async function find(): Promise<Found[]> {
    const held = (await blobs.list()).map(({ digest, busy, ...rest }) => {
      return { ...rest, id: digest, busy }
    })
    const left = (await blobs.leftovers()).map(({ digest, ...rest }): Found => {
      return { kind: 'leftover', id: digest, busy: false, ...rest }
    })
    const fetched = (await images.list()).map((image): Found => {
      return { kind: 'image', busy: false, ...image }
    })
    return [...held, ...left, ...fetched]
  }

  /** Names of images by their ids, as of the last look. */
  const namesOf = new Map<string, readonly string[]>()

  async function look(): Promise<Kept[]> {
    const wanted = deps.wanted()
    if (wanted) images.touch(wanted.images)
    const found = await find()
    namesOf.clear()
    for (const { id, names } of found) if (names) namesOf.set(id, names)
    return judgedNow(found)
  }

  const judgedNow = (found: readonly Found[]): Kept[] =>
    judged(found, { nowMs: clock.wallMs(), wanted: deps.wanted(), isKeeper: deps.isKeeper })

  /** An engine may have taken minutes over what went before it. */
  async function mayStillGo(kept: Kept): Promise<boolean> {
    const { use: _, ...rest } = kept
    const names = namesOf.get(kept.id)
    let found: Found = { ...rest, busy: false, ...(names && { names }) }
    if (kept.kind === 'bundle' || kept.kind === 'layer') {
      const held = (await blobs.list()).find(({ digest }) => digest === kept.id)
      if (!held) return false
      found = { ...found, kind: held.kind, busy: held.busy, usedAtMs: held.usedAtMs }
    }
    return judgedNow([found]).every(({ use }) => use === undefined)
  }

  async function drop(all: readonly Kept[]): Promise<Reclaimed> {
    const dropped: Kept[] = []
    const stayed: Stayed[] = []
    for (const kept of all) {
      try {
        if (!(await mayStillGo(kept))) continue
        if (await dropOne(kept)) dropped.push(kept)
        else stayed.push({ ...kept, reason: 'in-use' })
      } catch (error) {
        const message = messageOf(error)
        stayed.push({ ...kept, reason: 'failed', message })
        logger.warn('what nobody uses was not dropped', { id: kept.id, reason: message })
      }
    }
    const freedBytes = totalBytes(dropped)
    if (dropped.length > 0) logger.info('space was freed', { freedBytes, things: dropped.length })
    return { freedBytes, dropped, stayed }
  }

  async function dropOne({ kind, id }: Kept): Promise<boolean> {
    if (kind === 'image') return images.remove(id)
    const digest: Digest | undefined = parseDigest(id)
    if (!digest) return false
    if (kind === 'leftover') await blobs.dropLeftover(digest)
    else await blobs.remove(digest)
    return true
  }

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act)
    turn = done.catch(() => {})
    return done
  }

  const sweep = async (): Promise<void> => {
    await inTurn(async () => drop(overdue(await look(), { nowMs: clock.wallMs(), budgetBytes })))
  }

  return {
    async start() {
      stopSweeping ??= every(clock, SWEEP_MS, sweep, (error) => {
        logger.warn('what is kept was not looked at', { reason: messageOf(error) })
      })
    },
    async stop() {
      await stopSweeping?.()
      stopSweeping = undefined
      await turn
    },
    async usage() {
      const kept = await look()
      return {
        budgetBytes,
        usedBytes: totalBytes(kept),
        reclaimableBytes: totalBytes(reclaimable(kept)),
        kept: kept.toSorted((a, b) => b.sizeBytes - a.sizeBytes),
      }
    },
    reclaim: () => inTurn(async () => drop(reclaimable(await look()))),
  }
}
