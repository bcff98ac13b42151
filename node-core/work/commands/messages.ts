/**
 * What is said on `exec/1`. A framed question, then frames of one letter and its bytes. Back: `k` it
 * runs, `o` and `e` what it wrote, `x` its exit code, `f` a failure. There: `i` for its input, `c` for
 * the end of that, `r` for another size of its terminal.
 */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { framed } from '../../base/net/index.ts'
import type { CommandOutput, TerminalSize } from '../runners/index.ts'
import {
  COMMAND_FRAME_BYTES_MAX,
  COMMAND_QUESTION_BYTES_MAX,
  COMMAND_WORD_LENGTH_MAX,
  COMMAND_WORDS_MAX,
  TERMINAL_SIDE_MAX,
} from './limits.ts'

const side = z.number().int().min(1).max(TERMINAL_SIDE_MAX)
const terminal = z.object({ columns: side, rows: side })
const question = z.object({
  instance: z.string().max(90),
  part: z.string().max(63).exactOptional(),
  command: z.array(z.string().max(COMMAND_WORD_LENGTH_MAX)).min(1).max(COMMAND_WORDS_MAX),
  terminal: terminal.exactOptional(),
  input: z.boolean(),
})
export type CommandQuestion = z.infer<typeof question>

const failure = z.object({
  code: z.string().max(64),
  message: z.string().max(1_024),
  /** Of a program that could not be started; earlier releases say none. */
  exitCode: z.number().int().exactOptional(),
})

export type ToCommand =
  | { kind: 'input'; bytes: Uint8Array }
  | { kind: 'end' }
  | { kind: 'resize'; size: TerminalSize }

export type FromCommand =
  | { kind: 'runs' }
  | { kind: 'output'; output: CommandOutput }
  /** Output of no bytes, to find out whether anybody is there. */
  | { kind: 'nothing' }
  | { kind: 'exit'; code: number }

export function questionFrame(asked: CommandQuestion): Uint8Array {
  return framed(encode(asked))
}

export function parseQuestion(bytes: Uint8Array): CommandQuestion {
  const parsed = question.safeParse(plainOf(bytes))
  if (!parsed.success) throw refused('Not a question for a command.')
  return parsed.data
}

/** As many frames as the bytes need. */
export function* toFrames(said: ToCommand): Generator<Uint8Array> {
  switch (said.kind) {
    case 'input':
      for (const piece of pieces(said.bytes)) yield lettered('i', piece)
      return
    case 'end':
      yield lettered('c')
      return
    case 'resize':
      yield lettered('r', encode({ ...said.size }))
  }
}

export function parseToCommand(frame: Uint8Array): ToCommand {
  const rest = frame.subarray(1)
  switch (letterOf(frame)) {
    case 'i':
      return { kind: 'input', bytes: rest }
    case 'c':
      return { kind: 'end' }
    case 'r': {
      const size = terminal.safeParse(plainOf(rest))
      if (size.success) return { kind: 'resize', size: size.data }
    }
  }
  throw refused('Not anything for a command.')
}

export function* fromFrames(said: FromCommand): Generator<Uint8Array> {
  switch (said.kind) {
    case 'runs':
      yield lettered('k')
      return
    case 'output':
      for (const piece of pieces(said.output.bytes)) {
        yield lettered(said.output.stream === 'stdout' ? 'o' : 'e', piece)
      }
      return
    case 'nothing':
      yield lettered('o')
      return
    case 'exit':
      yield lettered('x', encode(said.code))
  }
}

export function failureFrame(error: unknown): Uint8Array {
  const { code, details = {} } = error instanceof MyceliumError ? error : { code: 'INTERNAL_ERROR' }
  const message = messageOf(error).slice(0, 1_024).toWellFormed()
  const exitCode: unknown = Reflect.get(details, 'exitCode')
  return lettered('f', encode({ code, message, ...(typeof exitCode === 'number' && { exitCode }) }))
}

/** Throws what the other side could not do. */
export function parseFromCommand(frame: Uint8Array): FromCommand {
  const rest = frame.subarray(1)
  switch (letterOf(frame)) {
    case 'k':
      return { kind: 'runs' }
    case 'o':
      return { kind: 'output', output: { stream: 'stdout', bytes: rest } }
    case 'e':
      return { kind: 'output', output: { stream: 'stderr', bytes: rest } }
    case 'x': {
      const code = z.number().int().safeParse(plainOf(rest))
      if (code.success) return { kind: 'exit', code: code.data }
      break
    }
    case 'f': {
      const failed = failure.safeParse(plainOf(rest))
      if (failed.success) {
        const { code, message, ...details } = failed.data
        throw new MyceliumError(code, message, { details })
      }
    }
  }
  throw refused('The peer answered with something that is of no command.')
}

function letterOf(frame: Uint8Array): string {
  return String.fromCharCode(frame[0] ?? 0)
}

function lettered(letter: string, bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  return framed(Buffer.concat([Buffer.from(letter), bytes]))
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += COMMAND_FRAME_BYTES_MAX) {
    yield bytes.subarray(from, from + COMMAND_FRAME_BYTES_MAX)
  }
}

function plainOf(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { bytesMax: COMMAND_QUESTION_BYTES_MAX })
  } catch {
    return undefined
  }
}

function refused(message: string): MyceliumError {
  return new MyceliumError('NET_REFUSED', message)
}
