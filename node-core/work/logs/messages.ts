/**
 * What is said about logs between nodes. On `logs/3`: one framed question, then framed lines until the
 * log ends, an empty frame. `log-list/1`: which logs a node holds of something.
 */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { framed } from '../../base/net/index.ts'
import type { LogLines } from './kept-lines.ts'
import {
  LOG_FRAME_BYTES_MAX,
  LOG_GREP_LENGTH_MAX,
  LOG_LINE_BYTES_MAX,
  LOG_LIST_MAX,
  LOG_QUESTION_BYTES_MAX,
  LOG_TAIL_MAX,
} from './limits.ts'
import type { KeptLine } from './record.ts'

const id = z.string().max(90)
const time = z.string().max(32)
const part = z.string().max(63)

const question = z.object({
  instance: id,
  /** Of the copy that is kept for this other node. */
  copyOf: z.string().max(64).exactOptional(),
  follow: z.boolean(),
  tail: z.number().int().min(0).max(LOG_TAIL_MAX),
  since: time.exactOptional(),
  grep: z.string().max(LOG_GREP_LENGTH_MAX).exactOptional(),
  previous: z.boolean().exactOptional(),
  /** All of it. */
  whole: z.boolean().exactOptional(),
  /** What stands behind this line of that log. */
  after: z.object({ log: time, number: z.int().min(0) }).exactOptional(),
})
export type LogQuestion = z.infer<typeof question>

/** The last is its number in its log; 0 for what is none of its lines. */
const line = z.tuple([z.iso.datetime(), z.enum(['o', 'e', 'n']), part, z.string(), z.int().min(0)])
const answer = z.union([
  z.object({ log: z.iso.datetime().max(32), lines: z.array(line) }),
  z.object({ code: z.string().max(64), message: z.string().max(1_024) }),
])

const listQuestion = z.object({ workload: part.exactOptional(), instance: id.exactOptional() })
export type ListQuestion = z.infer<typeof listQuestion>

const heldLog = z.object({
  instance: id,
  workload: part,
  index: z.number().int(),
  /** Where it ran. */
  node: z.string().max(64),
  since: time,
  until: time.exactOptional(),
  /** Up to when it goes, as far as known. */
  lastAt: time,
  copy: z.boolean(),
  /** Of a copy: how many lines of the log there are up to its end. */
  lines: z.int().min(0).exactOptional(),
})
export type HeldLog = z.infer<typeof heldLog>
const list = z.object({ logs: z.array(heldLog).max(LOG_LIST_MAX) })

const LETTER = { stdout: 'o', stderr: 'e', note: 'n' } as const
const STREAM = { o: 'stdout', e: 'stderr', n: 'note' } as const

export function questionFrame(asked: LogQuestion): Uint8Array {
  return framed(encode(asked))
}

/** Undefined when the bytes are no question. */
export function parseQuestion(bytes: Uint8Array): LogQuestion | undefined {
  const parsed = question.safeParse(plainOf(bytes, LOG_QUESTION_BYTES_MAX))
  return parsed.success ? parsed.data : undefined
}

/** As many frames as these lines need. */
export function* lineFrames({ log, lines }: LogLines): Generator<Uint8Array> {
  for (let from = 0; from < lines.length; ) {
    let [to, bytes] = [from, 0]
    while (to < lines.length && (to === from || bytes < LOG_FRAME_BYTES_MAX / 2)) {
      bytes += (lines[to]?.line.length ?? 0) * 3 + 64
      to++
    }
    yield framed(encode({ log, lines: lines.slice(from, to).map(lineOf) }))
    from = to
  }
}

function lineOf(one: KeptLine): z.infer<typeof line> {
  const { at, stream, part: name = '', line: text, number } = one
  const short = text.length * 3 <= LOG_LINE_BYTES_MAX ? text : text.slice(0, LOG_LINE_BYTES_MAX / 3)
  // Half of a pair that a cut has left is no text that can be sent.
  return [at, LETTER[stream], name, short.toWellFormed(), number]
}

export function failureFrame(code: string, message: string): Uint8Array {
  return framed(encode({ code, message: message.slice(0, 1_024).toWellFormed() }))
}

/** The next lines. Throws what the other side could not do, or NET_REFUSED for nonsense. */
export function parseAnswer(bytes: Uint8Array): LogLines {
  const parsed = answer.safeParse(plainOf(bytes, LOG_FRAME_BYTES_MAX * 2))
  if (!parsed.success) throw refused('The peer answered with something that is no log line.')
  if ('code' in parsed.data) throw new MyceliumError(parsed.data.code, parsed.data.message)
  const { log } = parsed.data
  const lines = parsed.data.lines.map(([at, letter, name, text, number]): KeptLine => {
    const one = { at, stream: STREAM[letter], line: text, number }
    return name === '' ? one : { ...one, part: name }
  })
  return { log, lines }
}

export function listQuestionBytes(asked: ListQuestion): Uint8Array {
  return encode(asked)
}

export function parseListQuestion(bytes: Uint8Array): ListQuestion {
  const parsed = listQuestion.safeParse(plainOf(bytes, LOG_QUESTION_BYTES_MAX))
  if (!parsed.success) throw refused('Not a question for a list of logs.')
  return parsed.data
}

export function listBytes(logs: readonly HeldLog[]): Uint8Array {
  return encode({ logs: logs.slice(0, LOG_LIST_MAX) })
}

export function parseList(bytes: Uint8Array): HeldLog[] {
  const parsed = list.safeParse(plainOf(bytes, LOG_FRAME_BYTES_MAX))
  if (!parsed.success) throw refused('The peer answered with something that is no list of logs.')
  return parsed.data.logs
}

function plainOf(bytes: Uint8Array, bytesMax: number): unknown {
  try {
    return decode(bytes, { bytesMax })
  } catch {
    return undefined
  }
}

function refused(message: string): MyceliumError {
  return new MyceliumError('NET_REFUSED', message)
}
