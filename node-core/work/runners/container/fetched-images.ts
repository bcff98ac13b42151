/**
 * Which images of the engine this node brought there. Only those may be removed again, and only while
 * they have no name but the one that they were pulled by: a name is its owner's.
 */
import { z } from 'zod'
import type { Clock } from '../../../base/clock/index.ts'
import { isCode } from '../../../base/errors/index.ts'
import type { KeptFile } from '../../../base/kept-file/index.ts'
import type { FetchedImages } from '../../space/index.ts'
import { createEngine, type Engine } from './engine.ts'
import { FETCHED_MAX } from './limits.ts'
import { type Located, locate } from './socket.ts'

export interface FetchedBook extends FetchedImages {
  /** @param reference What it was pulled by; absent where it came from members. */
  remember(imageId: string, reference?: string): Promise<void>
  /** Whether it is one of those, whatever names it has by now. */
  has(imageId: string): Promise<boolean>
  /** It did not come after all. */
  forget(imageId: string): Promise<void>
}

const bookForm = z.record(
  z.string(),
  z.object({
    reference: z.string().optional(),
    usedAtMs: z.number(),
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
    const kept = [...(await entries())].map(([id, { reference, usedAtMs, leaving }]) => {
      const more = { ...(reference !== undefined && { reference }), ...(leaving && { leaving }) }
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
      all.set(imageId, { usedAtMs: clock.wallMs(), ...(reference !== undefined && { reference }) })
      const [oldest] = all.keys()
      if (oldest !== undefined && all.size > FETCHED_MAX) all.delete(oldest)
      await write()
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
        return images.map(({ id, tags: [name], sizeBytes }) => ({
          id,
          ...(name !== undefined && { name }),
          sizeBytes: sizes.get(id) ?? sizeBytes,
          usedAtMs: all.get(id)?.usedAtMs ?? 0,
        }))
      } catch (error) {
        if (isCode(error, 'ENGINE_UNAVAILABLE')) return []
        throw error
      }
    },

    touch(ids) {
      void entries().then((all) => {
        for (const id of ids) {
          const entry = all.get(id)
          if (entry) all.set(id, { ...entry, usedAtMs: clock.wallMs() })
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
