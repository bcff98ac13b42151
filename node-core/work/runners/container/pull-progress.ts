/** A registry pull's progress: the sum over its layers, and the error that the report may hold. */
import { z } from 'zod'
import { engineError } from './engine-errors.ts'

const report = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional() })
    .optional(),
})

export function createPullProgress() {
  const layers = new Map<string, { done: number; total: number }>()
  return {
    /** Undefined when the line told nothing new. Throws what the engine reports as an error. */
    take(line: unknown): { doneBytes: number; totalBytes: number } | undefined {
      const parsed = report.safeParse(line)
      if (!parsed.success) return undefined
      const { id, status, error, progressDetail } = parsed.data
      // The engine answers 200 and tells of a failure inside the report.
      if (error) throw engineError(Object.assign(new Error(error), { statusCode: 500 }))
      const { current = 0, total } = progressDetail ?? {}
      if (!id || !total || status !== 'Downloading') return undefined
      layers.set(id, { done: current, total })
      const all = [...layers.values()]
      return {
        doneBytes: all.reduce((sum, layer) => sum + layer.done, 0),
        totalBytes: all.reduce((sum, layer) => sum + layer.total, 0),
      }
    },
  }
}
