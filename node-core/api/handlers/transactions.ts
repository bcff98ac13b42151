/** Transactions between the contract's form and the registry's. */
import { z } from 'zod'
import type { Command } from '../../control/registry/index.ts'
import type { Comparison, TransactionAnswer, TransactionStep } from '../contract/index.ts'
import { failure } from './failures.ts'
import { entryOf, valueBytes } from './keys.ts'

type Body = Extract<Command, { kind: 'kv.transact' }>['body']

export interface Transaction {
  compare: Comparison[]
  success: TransactionStep[]
  failure: TransactionStep[]
}

const count = z.int().min(0)
const ROW = z.object({
  key: z.string(),
  value: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  ...{ createRevision: count, modRevision: count, version: count },
  lease: z.string().nullable(),
})
const DONE = z.object({
  succeeded: z.boolean(),
  revision: count,
  answers: z.array(z.unknown()),
})

export function transactionBody({ compare, success, failure }: Transaction): Body {
  return {
    compare: compare.map((one) => {
      return one.target === 'value' ? { ...one, than: valueBytes(one.than) } : one
    }),
    success: success.map(stepOf),
    failure: failure.map(stepOf),
  }
}

function stepOf(step: TransactionStep): Body['success'][number] {
  if (step.op !== 'put') return step
  const { op, key, value, lease } = step
  return { op, key, value: valueBytes(value), ...(lease !== undefined && { lease }) }
}

/** What the registry answered, told by step. */
export function transactionDone(transaction: Transaction, value: unknown) {
  const { succeeded, revision, answers } = DONE.parse(value)
  const steps = succeeded ? transaction.success : transaction.failure
  return {
    ...{ succeeded, revision },
    answers: steps.map((step, at) => answerOf(step, answers[at])),
  }
}

function answerOf({ op, key }: TransactionStep, answer: unknown): TransactionAnswer {
  switch (op) {
    case 'put':
      return { op, key }
    case 'delete':
      return { op, key, deleted: answer === true }
    case 'get': {
      const row = ROW.safeParse(answer).data
      return { op, key, entry: row ? entryOf(row) : null }
    }
  }
}

/** A command without a step or a comparison is of no namespace. */
export function refuseEmpty({ compare, success, failure: otherwise }: Transaction): void {
  if (compare.length + success.length + otherwise.length > 0) return
  const problem = { path: 'success', message: 'A transaction names at least one key.' }
  throw failure('VALIDATION_ERROR', `${problem.path}: ${problem.message}`, [problem])
}
