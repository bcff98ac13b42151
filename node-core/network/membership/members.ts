/** The values of membership's keys, checked as they come from other nodes. */
import { z } from 'zod'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { Life } from './detector.ts'
import type { Asleep, NodeProfile } from './index.ts'
import { ADDRESSES_MAX, DOUBTS_MAX, LABELS_MAX, LINKS_MAX, TEXT_LENGTH_MAX } from './limits.ts'

export interface Alive {
  beat: number
  left: boolean
  /** It left for good, and did not merely stop: only with `left`. */
  gone: boolean
  asleep?: Asleep
}

export interface Doubt extends Life {
  node: NodeId
}

export interface Link {
  to: NodeId
  latencyMs?: number
}

const text = z.string().max(TEXT_LENGTH_MAX)
const count = z.int().min(0)
const nodeId = z
  .string()
  .refine((value) => parseNodeId(value) !== undefined)
  .transform((value) => value as NodeId)
const PROFILE = z.object({
  name: text.min(1),
  role: z.enum(['sclerotia', 'rhizomorph', 'hypha']),
  version: text,
  addresses: z.array(text).max(ADDRESSES_MAX),
  labels: z.record(text, text).refine((labels) => Object.keys(labels).length <= LABELS_MAX),
  kinds: z.array(text).max(16),
  strangers: z.array(text).max(16).exactOptional(),
  capacity: z.object({
    ...{ cpuMillis: count, memoryBytes: count, diskBytes: count },
    gpus: count.exactOptional(),
  }),
})
const time = z.iso.datetime()
const ALIVE = z
  .object({
    beat: count,
    left: z.boolean().optional(),
    gone: z.boolean().optional(),
    asleep: z.object({ since: time, until: time.exactOptional() }).exactOptional(),
  })
  .transform(({ left = false, gone = false, ...said }): Alive => {
    return { ...said, left, gone: left && gone }
  })
const DOUBTS = z.object({
  suspects: z.array(z.object({ node: nodeId, incarnation: count, beat: count })).max(DOUBTS_MAX),
})
const LINKS = z.object({
  links: z.array(z.object({ to: nodeId, latencyMs: count.optional() })).max(LINKS_MAX),
})

export const parseProfile = (value: unknown): NodeProfile | undefined =>
  PROFILE.safeParse(value).data
/** The fields of a profile that no node takes; none of one that is right. */
export function profileFaults(value: unknown): string[] {
  const issues = PROFILE.safeParse(value).error?.issues ?? []
  return [...new Set(issues.map(({ path }) => String(path[0] ?? 'profile')))]
}
export const parseAlive = (value: unknown): Alive | undefined => ALIVE.safeParse(value).data
export const parseDoubts = (value: unknown): Doubt[] => DOUBTS.safeParse(value).data?.suspects ?? []

export function parseLinks(value: unknown): Link[] {
  return (LINKS.safeParse(value).data?.links ?? []).map(({ to, latencyMs }) => ({
    to,
    ...(latencyMs === undefined ? {} : { latencyMs }),
  }))
}

/** none: nothing to tell. latency: only round trips moved. links: peers came or went. */
export function compareLinks(
  before: readonly Link[],
  after: readonly Link[],
): 'none' | 'latency' | 'links' {
  const known = new Map(before.map((link) => [link.to, link.latencyMs]))
  if (known.size !== after.length || after.some(({ to }) => !known.has(to))) return 'links'
  const moved = after.some(({ to, latencyMs }) => {
    const old = known.get(to)
    if (old === undefined || latencyMs === undefined) return old !== latencyMs
    return Math.abs(old - latencyMs) > Math.max(20, old / 2)
  })
  return moved ? 'latency' : 'none'
}
