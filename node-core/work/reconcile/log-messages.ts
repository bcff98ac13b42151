/** What is said on `logs/1`: one framed question, then framed answers until the log ends. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { framed } from '../../base/net/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import { LOG_LINE_BYTES_MAX, LOG_TAIL_MAX } from './limits.ts'

export interface LogQuestion {
  instance: string
  tail?: number
  follow: boolean
}

const question = z.object({
  instance: z.string().max(90),
  tail: z.number().int().min(0).max(LOG_TAIL_MAX).exactOptional(),
  follow: z.boolean(),
})

const answer = z.union([
  z.object({
    at: z.iso.datetime(),
    stream: z.enum(['stdout', 'stderr']),
    line: z.string(),
    part: z.string().max(63).exactOptional(),
  }),
  z.object({ code: z.string().max(64), message: z.string().max(1_024) }),
])

export function questionFrame(asked: LogQuestion): Uint8Array {
  const { instance, tail, follow } = asked
  return framed(encode({ instance, follow, ...(tail !== undefined && { tail }) }))
}

/** Undefined when the bytes are no question. */
export function parseQuestion(bytes: Uint8Array): LogQuestion | undefined {
  const parsed = question.safeParse(plainOf(bytes))
  return parsed.success ? parsed.data : undefined
}

export function lineFrame({ at, stream, line, part }: LogLineOut): Uint8Array {
  return framed(encode({ at, stream, line: cut(line), ...(part !== undefined && { part }) }))
}

export function failureFrame(code: string, message: string): Uint8Array {
  return framed(encode({ code, message: message.slice(0, 1_024) }))
}

/** The next line. Throws what the other side could not do, or NET_REFUSED for nonsense. */
export function parseAnswer(bytes: Uint8Array): LogLineOut {
  const parsed = answer.safeParse(plainOf(bytes))
  if (!parsed.success) {
    throw new MyceliumError('NET_REFUSED', 'The peer answered with something that is no log line.')
  }
  if ('code' in parsed.data) throw new MyceliumError(parsed.data.code, parsed.data.message)
  return parsed.data
}

function plainOf(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { bytesMax: LOG_LINE_BYTES_MAX * 2 })
  } catch {
    return undefined
  }
}

function cut(line: string): string {
  return line.length * 3 <= LOG_LINE_BYTES_MAX ? line : line.slice(0, LOG_LINE_BYTES_MAX / 3)
}
