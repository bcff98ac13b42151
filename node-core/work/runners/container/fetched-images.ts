/**
 * Which images of the engine this node brought there. Only those may be removed again, and only while
 * they have no name but the one that they were pulled by: a name is its owner's.
 */
import { z } from 'zod'
import type { Clock } from '../../../base/clock/index.ts'
import { isCode } from '../../../base/errors/index.ts'
import type { KeptFile } from '../../../base/kept-file/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import type { FetchedImages } from '../../space/index.ts'
import { createEngine, type Engine } from './engine.ts'
import { FETCHED_MAX, SOUGHT_MAX } from './limits.ts'
import { type Located, locate } from './socket.ts'

export interface FetchedBook extends FetchedImages {
  /** @param reference What it was pulled by; absent where it came from members. */
  remember(imageId: string, reference?: string): Promise<void>
  /** That it is what a name without an id turned out to mean for this owner's work, where it has no such tag. */
  meant(imageId: string, sought: Sought): Promise<void>
  /** What the name turned out to mean, as long as that is noted. */
  meaningOf(sought: Sought): Promise<string | undefined>
  /** Whether it is one of those, whatever names it has by now. */
  has(imageId: string): Promise<boolean>
  /** It did not come after all. */
  forget(imageId: string): Promise<void>
}

/** Of one owner's work: what others were told a name means is nothing to it. */
export interface Sought {
  reference: string
  owner: OwnerId
}

const soughtForm = z.object({ reference: z.string(), owner: z.string() })
const bookForm = z.record(
  z.string(),
  z.object({
    reference: z.string().optional(),
    usedAtMs: z.number(),
    sought: z.array(soughtForm).optional(),
    /** The engine was asked to remove it, and may do so after nobody waits for its answer. */
    leaving: z.literal(true).optional(),
  }),
)
type Entry = z.infer<typeof bookForm>[string]

/** Those of this node on its engine, with or without a network. */
export function createNodeImages(file: KeptFile, clock: Clock, at: Located): FetchedImages {
  return createFetchedBook(
    createEngine(() => locate(at), clock),
    file,
    clock,
  )
}

export function createFetchedBook(
  engine: Pick<Engine, 'images' | 'imageSizes' | 'removeImage'>,
  file: KeptFile,
  clock: Clock,
): FetchedBook {
  let loaded: Promise<Map<string, Entry>> | undefined

  const entries = (): Promise<Map<string, Entry>> => {
    loaded ??= file.read().then((value) => {
      const parsed = bookForm.safeParse(value)
      // Without the book nothing is known to be ours, so everything stays.
      return new Map(parsed.success ? Object.entries(parsed.data) : [])
    })
    return loaded
  }

  async function write(): Promise<void> {
    const kept = [...(await entries())].map(([id, { reference, usedAtMs, leaving, sought }]) => {
      const more = {
        ...(reference !== undefined && { reference }),
        ...(leaving && { leaving }),
        ...(sought && { sought }),
      }
      return [id, { usedAtMs, ...more }] as const
    })
    await file.write(Object.fromEntries(kept))
  }

  /** What is not there is struck out only where it was to go: an engine may be another one for a while. */
  async function strike(leaving: readonly string[], there: ReadonlySet<string>): Promise<void> {
    const all = await entries()
    const gone = leaving.filter((id) => !there.has(id) && all.get(id)?.leaving)
    for (const id of gone) all.delete(id)
    if (gone.length > 0) await write()
  }

  const book: FetchedBook = {
    async remember(imageId, reference) {
      const all = await entries()
      const sought = all.get(imageId)?.sought
      all.set(imageId, {
        usedAtMs: clock.wallMs(),
        ...(reference !== undefined && { reference }),
        ...(sought && { sought }),
      })
      const [oldest] = all.keys()
      if (oldest !== undefined && all.size > FETCHED_MAX) all.delete(oldest)
      await write()
    },

    async meant(imageId, { reference, owner }) {
      const all = await entries()
      for (const [id, { sought, ...rest }] of all) {
        const others = (sought ?? []).filter((one) => !isSame(one, { reference, owner }))
        if (id === imageId) others.push({ reference, owner })
        const latest = others.slice(-SOUGHT_MAX)
        all.set(id, { ...rest, ...(latest.length > 0 && { sought: latest }) })
      }
      await write()
    },

    async meaningOf(asked) {
      const found = [...(await entries())].find(([, entry]) => {
        return entry.sought?.some((one) => isSame(one, asked))
      })
      return found?.[0]
    },

    has: async (imageId) => (await entries()).has(imageId),

    async forget(imageId) {
      if ((await entries()).delete(imageId)) await write()
    },

    async list() {
      const all = await entries()
      if (all.size === 0) return []
      try {
        // Before the engine is asked: what is fetched again meanwhile is not in its answer.
        const leaving = [...all].flatMap(([id, entry]) => (entry.leaving ? [id] : []))
        const there = await engine.images()
        await strike(leaving, new Set(there.map(({ id }) => id)))
        const images = there.filter(({ id, tags }) => {
          const entry = all.get(id)
          return entry && tags.every((tag) => tag === entry.reference)
        })
        if (images.length === 0) return []
        const sizes = await engine.imageSizes()
        return images.map(({ id, tags: [tag], sizeBytes }) => {
          const { usedAtMs = 0, sought = [] } = all.get(id) ?? {}
          const names = sought.map(({ reference }) => reference)
          const name = tag ?? names.at(-1)
          return {
            ...{ id, names, usedAtMs, sizeBytes: sizes.get(id) ?? sizeBytes },
            ...(name !== undefined && { name }),
          }
        })
      } catch (error) {
        if (isCode(error, 'ENGINE_UNAVAILABLE')) return []
        throw error
      }
    },

    touch(ids) {
      void entries().then((all) => {
        for (const [id, entry] of all) {
          const names = entry.sought?.map(({ reference }) => reference) ?? []
          const isUsed = [id, ...names].some((name) => ids.has(name))
          if (isUsed) all.set(id, { ...entry, usedAtMs: clock.wallMs() })
        }
      })
    },

    async remove(id) {
      const all = await entries()
      const entry = all.get(id)
      if (entry && !entry.leaving) {
        all.set(id, { ...entry, leaving: true })
        await write()
      }
      if (!(await engine.removeImage(id))) return false
      await book.forget(id)
      return true
    },
  }
  return book
}

function isSame(one: { reference: string; owner: string }, other: typeof one): boolean {
  return one.reference === other.reference && one.owner === other.owner
}
