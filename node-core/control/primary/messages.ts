/** `registry/1`: what a node asks a member of the committee, and what it is answered. */
import { z } from 'zod'
import { createExchange, type Plain } from '../../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import {
  ANSWER_BYTES_MAX,
  LINKS_MAX,
  LIST_KEYS_MAX,
  QUESTION_BYTES_MAX,
  WATCH_WAIT_MS,
} from './limits.ts'
import type { LogName } from './log-name.ts'

export const PROTOCOL = 'registry/1'

const text = z.string().max(1_024)
const count = z.int().min(0)
const nodeId = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

const QUERY = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('key'), key: text }),
  z.strictObject({
    what: z.literal('keys'),
    prefix: text,
    after: text.exactOptional(),
    limit: count.max(LIST_KEYS_MAX),
  }),
  z.strictObject({ what: z.literal('lease'), lease: text }),
  z.strictObject({ what: z.literal('lock'), lock: text }),
  z.strictObject({ what: z.literal('owners') }),
])
/** What can be read of the registry. */
export type Query = z.infer<typeof QUERY>

const QUESTION = z.discriminatedUnion('kind', [
  /** A sealed batch: the answer is what became of each command. */
  z.strictObject({ kind: z.literal('submit'), batch: bytes }),
  z.strictObject({ kind: z.literal('query'), query: QUERY, stale: z.boolean() }),
  /** What became of a batch that another member was handed; waits until it is applied. */
  z.strictObject({ kind: z.literal('outcome'), batch: text }),
  /** Waits while nothing has changed. */
  z.strictObject({
    kind: z.literal('changes'),
    prefix: text,
    from: count,
    waitMs: count.max(WATCH_WAIT_MS),
  }),
  /** Waits for the lease's turn; the answer is a hint, whether it has come. */
  z.strictObject({
    ...{ kind: z.literal('turn'), lock: text, lease: text },
    waitMs: count.max(WATCH_WAIT_MS),
  }),
  /** By an admin. Answered by the leader. */
  z.strictObject({
    kind: z.literal('change'),
    change: z.enum(['promote', 'demote', 'transfer']),
    node: nodeId,
  }),
  /** How far this member's own log goes. */
  z.strictObject({ kind: z.literal('position') }),
  /** How far the leader sees each member. Answered by the leader; under Simplex by any member. */
  z.strictObject({ kind: z.literal('progress') }),
  /** Under Simplex: what proves the committees after that epoch's. */
  z.strictObject({ kind: z.literal('links'), from: count }),
])
export type Question = z.infer<typeof QUESTION>

const plain = z.custom<Plain>((value) => value !== undefined)
const ANSWER = z.union([
  z.strictObject({ ok: z.literal(true), value: plain }),
  z.strictObject({
    ok: z.literal(false),
    code: z.string().max(64),
    message: text,
    details: plain.exactOptional(),
  }),
])
export type Answer = z.infer<typeof ANSWER>

/** What became of a command. The codes of refusals may be those of a later release. */
export type CommandOutcome =
  | { readonly ok: true; readonly value: Plain }
  | { readonly ok: false; readonly code: string; readonly details?: Plain }

const OUTCOMES = z.array(
  z.union([
    z.strictObject({ ok: z.literal(true), value: plain }),
    z.strictObject({
      ok: z.literal(false),
      code: z.string().max(64),
      details: plain.exactOptional(),
    }),
  ]),
)

export const { encodeQuestion, parseQuestion, encodeAnswer, parseAnswer } = createExchange({
  question: { shape: QUESTION, bytesMax: QUESTION_BYTES_MAX },
  answer: { shape: ANSWER, bytesMax: ANSWER_BYTES_MAX },
})

/** Undefined unless there is one for each of `count` commands. */
export function parseOutcomes(value: Plain, count: number): CommandOutcome[] | undefined {
  const parsed = OUTCOMES.safeParse(value)
  return parsed.success && parsed.data.length === count ? parsed.data : undefined
}

const POSITION = z.strictObject({
  last: count,
  term: count,
  log: z.string().max(64),
  certificate: bytes.exactOptional(),
  forgets: z.literal(true).exactOptional(),
})

/** Where a log ends. */
export interface Position {
  last: number
  /** That entry's term; Simplex's view. */
  term: number
  log: LogName
  /** Under Simplex what shows that a quorum voted for it, where there is such a thing. */
  certificate?: Uint8Array
  /** The log is set aside: what this member promised beyond it is gone from there. */
  forgets?: true
}

export function parsePosition(value: Plain): Position | undefined {
  const parsed = POSITION.safeParse(value)
  return parsed.success ? { ...parsed.data, log: parsed.data.log as LogName } : undefined
}

const LINKS = z.array(bytes).max(LINKS_MAX)

export function parseLinks(value: Plain): Uint8Array[] | undefined {
  return LINKS.safeParse(value).data
}
