/**
 * Several keys at once, as etcd's transactions: if all comparisons hold `success` is
 * done, otherwise `failure`; all of it in one revision. Within one namespace, so that one right covers it.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { kind } from './kind.ts'
import { keyAnswer, value } from './kv.ts'
import { ANSWER_BYTES_MAX, COMPARES_MAX, KEY_ANSWER_COST_BYTES, OPERATIONS_MAX } from './limits.ts'
import { isHeldBy } from './locks.ts'
import { mayPut, takeName, whyNotEnter } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { key, namespaceOf, sequence } from './shapes.ts'
import type { State } from './state.ts'
import { WEIGHED_SINCE } from './weight.ts'

const relation = z.enum(['=', '!=', '<', '>'])

/** An absent key's numbers are 0, and no comparison with its value holds. */
const compare = z.discriminatedUnion('target', [
  z.strictObject({
    ...{ target: z.enum(['createRevision', 'modRevision', 'version']), key },
    ...{ is: relation, than: sequence },
  }),
  z.strictObject({ target: z.literal('value'), key, is: relation, than: value }),
  /** The lock is this lease's now. */
  z.strictObject({ target: z.literal('lock'), key, lease: key }),
])
type Compare = z.infer<typeof compare>

const operation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('put'), key, value, lease: key.exactOptional() }),
  z.strictObject({ op: z.literal('delete'), key }),
  z.strictObject({ op: z.literal('get'), key }),
])
type Operation = z.infer<typeof operation>

/** No key is changed twice in it, since a revision changes a key once. */
const branch = z
  .array(operation)
  .max(OPERATIONS_MAX)
  .refine((operations) => {
    const changed = operations.flatMap(({ op, key }) => (op === 'get' ? [] : [key]))
    return new Set(changed).size === changed.length
  })

const body = z
  .strictObject({
    compare: z.array(compare).max(COMPARES_MAX),
    success: branch,
    failure: branch,
  })
  .refine((transaction) => namespacesIn(transaction).size === 1)

/**
 * Value: `{ succeeded, revision, answers }`, an answer for each operation of the branch that was done:
 * put `null`, delete whether there was one, get the key or `null`.
 */
export const transact = kind(1, body, (state, author, transaction) => {
  const [namespace = ''] = namespacesIn(transaction)
  const refusal = whyNotEnter(state, author, namespace)
  if (refusal) return refuse(refusal)
  const succeeded = transaction.compare.every((one) => holdsNow(state, one))
  const operations = succeeded ? transaction.success : transaction.failure
  const puts = operations.filter((one) => one.op === 'put')
  const missing = puts.find(({ lease }) => lease !== undefined && !state.leases.table.get(lease))
  if (missing) return refuse('NO_LEASE')
  if (!mayPut(state, author, namespace, puts)) return refuse('LIMIT_REACHED')
  const answer = answerBytes(state, operations)
  const isBounded = state.version >= WEIGHED_SINCE
  const isTooMuch = isBounded && answer.whole > state.answerBytesLeft
  if (answer.values > ANSWER_BYTES_MAX || isTooMuch) return refuse('TOO_LARGE')
  state.answerBytesLeft -= answer.whole

  if (puts.length > 0) takeName(state, author, namespace)
  const changes = operations.some(({ op, key }) => {
    return op === 'put' || (op === 'delete' && state.keys.table.get(key) !== undefined)
  })
  if (changes) state.keys.advance()
  const answers = operations.map((one) => perform(state, one))
  return done({ succeeded, revision: state.keys.revision, answers })
})

function perform(state: State, operation: Operation): Plain {
  const held = state.keys.table.get(operation.key)
  switch (operation.op) {
    case 'put':
      state.keys.put(operation.key, operation.value, operation.lease ?? null)
      return null
    case 'delete':
      if (held) state.keys.delete(operation.key)
      return held !== undefined
    case 'get':
      return held ? keyAnswer(operation.key, held) : null
  }
}

function holdsNow(state: State, one: Compare): boolean {
  if (one.target === 'lock') return isHeldBy(state.locks.table.get(one.key), one.lease)
  const item = state.keys.table.get(one.key)
  if (one.target !== 'value') return matches((item?.[one.target] ?? 0) - one.than, one.is)
  return item !== undefined && matches(Buffer.compare(item.value, one.than), one.is)
}

function matches(difference: number, is: z.infer<typeof relation>): boolean {
  switch (is) {
    case '=':
      return difference === 0
    case '!=':
      return difference !== 0
    case '<':
      return difference < 0
    case '>':
      return difference > 0
  }
}

/** Of the values that would be read, and with all around them; one put earlier in the branch counts as what it then is. */
function answerBytes(state: State, operations: readonly Operation[]) {
  const put = new Map<string, Extract<Operation, { op: 'put' }>>()
  let [values, whole] = [0, 0]
  for (const one of operations) {
    if (one.op === 'put') put.set(one.key, one)
    if (one.op !== 'get') continue
    const item = put.get(one.key) ?? state.keys.table.get(one.key)
    if (!item) continue
    values += item.value.byteLength
    const around = one.key.length + (item.lease?.length ?? 0) + KEY_ANSWER_COST_BYTES
    whole += item.value.byteLength + around
  }
  return { values, whole }
}

function namespacesIn(transaction: {
  compare: readonly Compare[]
  success: readonly Operation[]
  failure: readonly Operation[]
}): Set<string> {
  const names = new Set<string>()
  for (const one of transaction.compare) {
    names.add(namespaceOf(one.key))
    if (one.target === 'lock') names.add(namespaceOf(one.lease))
  }
  for (const one of [...transaction.success, ...transaction.failure]) {
    names.add(namespaceOf(one.key))
    if (one.op === 'put' && one.lease !== undefined) names.add(namespaceOf(one.lease))
  }
  return names
}
