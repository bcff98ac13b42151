/** `node/<NodeId>/load`: what is asked of workloads at that node, and what their copies take there. */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { LATENCY_CLASSES_MS } from '../edge/index.ts'
import { TOLD_VERSIONS_MAX, TOLD_WORKLOADS_MAX } from './limits.ts'

const count = z.number().int().min(0)
const CLASSES = new Set(LATENCY_CLASSES_MS)
const few = <Value>(values: ReadonlyMap<string, Value>): boolean =>
  values.size <= TOLD_WORKLOADS_MAX
const mapOf = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .record(z.string().max(63), shape)
    .transform((record) => new Map(Object.entries(record)))
    .refine(few)

/** By the upper bound of a class; whatever is none of ours would have no end. */
const latencies = z
  .record(z.string(), count)
  .transform(
    (record) => new Map(Object.entries(record).map(([boundMs, of]) => [Number(boundMs), of])),
  )
  .refine((counts) => [...counts.keys()].every((boundMs) => CLASSES.has(boundMs)))

const load = z.object({
  /** By workload. */
  asked: mapOf(
    z.object({
      open: count,
      waiting: count,
      /** Totals since the node's start, by version. */
      versions: z
        .record(
          z.string().max(64),
          z.object({
            answers: count,
            errors: count,
            latencies,
          }),
        )
        .transform((record) => new Map(Object.entries(record)))
        .refine(({ size }) => size <= TOLD_VERSIONS_MAX),
    }),
  ),
  /** By workload: thousandths of a core that so many copies take together. */
  processor: mapOf(z.object({ cpuMillis: count, copies: count })),
})
export type NodeLoad = z.output<typeof load>

export const LOAD_KEY = 'load'

export function parseLoad(value: unknown): NodeLoad | undefined {
  return load.safeParse(value).data
}

/** Undefined where there is nothing to tell. */
export function loadForm({ asked, processor }: NodeLoad): Plain | undefined {
  if (asked.size + processor.size === 0) return undefined
  const plainOf = [...asked].map(([name, { versions, ...rest }]) => {
    const told = [...versions].map(([version, { latencies, ...counts }]) => {
      return [version, { ...counts, latencies: Object.fromEntries(latencies) }] as const
    })
    return [name, { ...rest, versions: Object.fromEntries(told) }] as const
  })
  return { asked: Object.fromEntries(plainOf), processor: Object.fromEntries(processor) }
}
