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

type Amount = NonNullable<z.infer<typeof report>['progressDetail']>

/** Compressed. Without `total`: it has begun, and the engine has not told how large it is. */
interface Layer {
  done: number
  total?: number
}

/** After these the engine tells no more of what came. */
const WHOLE = ['Verifying Checksum', 'Download complete', 'Extracting', 'Pull complete']

export function createPullProgress() {
  const layers = new Map<string, Layer>()

  function next(id: string, status: string, { current = 0, total }: Amount): Layer | undefined {
    const before = layers.get(id)
    if (status === 'Pulling fs layer') return { done: 0 }
    if (status === 'Downloading' && total) return { done: current, total }
    if (!before || !WHOLE.includes(status) || before.done === before.total) return undefined
    // A small one may come whole before anything is told of it.
    const { total: all = 0 } = before
    return { done: all, total: all }
  }

  return {
    /**
     * Undefined when the line told nothing new. No total while layers are to come whose size is not known.
     * Throws what the engine reports as an error.
     */
    take(line: unknown): { doneBytes: number; totalBytes?: number } | undefined {
      const parsed = report.safeParse(line)
      if (!parsed.success) return undefined
      const { id, status, error, progressDetail = {} } = parsed.data
      // The engine answers 200 and tells of a failure inside the report.
      if (error) throw engineError(Object.assign(new Error(error), { statusCode: 500 }))
      const layer = id && status && next(id, status, progressDetail)
      if (!layer) return undefined
      layers.set(id, layer)
      const all = [...layers.values()]
      const doneBytes = all.reduce((sum, { done }) => sum + done, 0)
      if (all.every(({ total }) => total === undefined)) return undefined
      if (all.some(({ total }) => total === undefined)) return { doneBytes }
      return { doneBytes, totalBytes: all.reduce((sum, { total = 0 }) => sum + total, 0) }
    },
  }
}
