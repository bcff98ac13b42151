/** The questions and answers of one protocol as bytes: each with its shape, and what is read at most. */
import type { z } from 'zod'
import { MyceliumError } from '../errors/index.ts'
import { decode, encode } from './index.ts'

export interface Message<Shape extends z.ZodType> {
  readonly shape: Shape
  readonly bytesMax: number
}

export interface Exchange<Question, Answer> {
  encodeQuestion(question: Question): Uint8Array
  /** Undefined for anything else. */
  parseQuestion(body: Uint8Array): Question | undefined
  encodeAnswer(answer: Answer): Uint8Array
  parseAnswer(body: Uint8Array): Answer | undefined
}

export function createExchange<Question extends z.ZodType, Answer extends z.ZodType>(of: {
  question: Message<Question>
  answer: Message<Answer>
}): Exchange<z.output<Question>, z.output<Answer>> {
  return {
    encodeQuestion: (question) => encode(question),
    parseQuestion: (body) => parse(of.question, body),
    encodeAnswer: (answer) => encode(answer),
    parseAnswer: (body) => parse(of.answer, body),
  }
}

function parse<Shape extends z.ZodType>(
  { shape, bytesMax }: Message<Shape>,
  body: Uint8Array,
): z.output<Shape> | undefined {
  try {
    return shape.safeParse(decode(body, { bytesMax })).data
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}
