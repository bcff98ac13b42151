/** From an entry and all answers to bodies of deploys. */

import { MyceliumError } from '../../base/errors/index.ts'
import { parseWorkload, validationError } from '../spec/index.ts'
import type { Answer, Answers } from './answers.ts'
import type { Entry, Template } from './entry.ts'

export interface FilledSecret {
  /** As the manifests name it: `blog-db/password`. */
  name: string
  value: string
}

export interface Filled {
  /** All answers, those that were made or had a default among them: the same again gives the same. */
  answers: Answers
  /** Each of them would be taken; what is used comes before what uses it. */
  workloads: Record<string, unknown>[]
  /** To be written before: copies wait for them. */
  secrets: FilledSecret[]
}

export function fillTemplate(entry: Entry, answers: Answers): Filled {
  const workloads: Record<string, unknown>[] = []
  const secrets: FilledSecret[] = []
  for (const { secrets: handed, ...rest } of entry.workloads) {
    const uses = handed?.map(({ of, ...use }) => {
      const name = textOf(use.name, answers)
      secrets.push({ name, value: String(answers[of]) })
      return { ...use, name }
    })
    const workload = { ...placed(rest, answers), ...(uses && { secrets: uses }) }
    mustBeTaken(workload)
    workloads.push(workload)
  }
  return { answers, workloads, secrets }
}

/** The answers are judged before; what is wrong only together with others is told of the whole. */
function mustBeTaken(workload: Record<string, unknown>): void {
  try {
    parseWorkload(workload)
  } catch (error) {
    if (!(error instanceof MyceliumError) || error.code !== 'VALIDATION_ERROR') throw error
    throw validationError([{ path: '', message: error.message }])
  }
}

function placed(template: Omit<Template, 'secrets'>, answers: Answers): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, withAnswers(value, answers)]),
  )
}

function withAnswers(value: unknown, answers: Answers): unknown {
  if (typeof value === 'string') return answerFor(value, answers)
  if (Array.isArray(value)) return value.map((each) => withAnswers(each, answers))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      return [key, key === 'env' ? asText(withAnswers(each, answers)) : withAnswers(each, answers)]
    }),
  )
}

/** Variables are text whatever was asked for. */
function asText(env: unknown): unknown {
  if (typeof env !== 'object' || env === null) return env
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))
}

/** A place that is all of a text becomes the answer as it is: a number stays one. */
function answerFor(text: string, answers: Answers): Answer {
  const whole = /^\$\{([A-Za-z0-9]+)\}$/.exec(text)?.[1]
  return (whole === undefined ? undefined : answers[whole]) ?? textOf(text, answers)
}

function textOf(text: string, answers: Answers): string {
  return text.replace(/\$\{([A-Za-z0-9]+)\}/g, (_, key: string) => String(answers[key]))
}
