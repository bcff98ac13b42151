/** One key at a time: put and delete, plain or if it is at an expected revision. */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import type { KeyItem } from './history.ts'
import { kind } from './kind.ts'
import { VALUE_BYTES_MAX } from './limits.ts'
import { mayPut, takeName, whyNotEnter } from './namespaces.ts'
import { done, type Outcome, refuse } from './refusals.ts'
import { bytesUpTo, isKey, isSequence, key, namespaceOf, sequence } from './shapes.ts'

/** The revision at which the key was last put; 0: there must be none. */
const expect = sequence.exactOptional()
export const value = bytesUpTo(VALUE_BYTES_MAX)

/**
 * Without `lease` the key hangs on none, whatever it hung on before.
 * Value: `{ revision, createRevision, version }`.
 */
export const putKey = kind(
  1,
  z
    .strictObject({ key, value, lease: key.exactOptional(), expect })
    .refine((put) => put.lease === undefined || namespaceOf(put.lease) === namespaceOf(put.key)),
  (state, author, { key, value, lease, expect }) => {
    const namespace = namespaceOf(key)
    const refusal = whyNotEnter(state, author, namespace)
    if (refusal) return refuse(refusal)
    const mismatch = whyNotExpected(state.keys.table.get(key), expect)
    if (mismatch) return mismatch
    if (lease !== undefined && !state.leases.table.get(lease)) return refuse('NO_LEASE')
    const put = lease === undefined ? { key, value } : { key, value, lease }
    if (!mayPut(state, author, namespace, [put])) return refuse('LIMIT_REACHED')
    takeName(state, author, namespace)
    const revision = state.keys.advance()
    const { createRevision, version } = state.keys.put(key, value, lease ?? null)
    return done({ revision, createRevision, version })
  },
  readPut,
)

interface Put {
  key: string
  value: Uint8Array
  lease?: string
  expect?: number
}

/** Most commands are puts, and each is read on every node. `kv-reading.test.ts` holds it to the shape. */
function readPut(body: unknown): Put | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const key: unknown = Reflect.get(body, 'key')
  const value: unknown = Reflect.get(body, 'value')
  if (typeof key !== 'string' || !isKey(key)) return undefined
  if (!(value instanceof Uint8Array) || value.byteLength > VALUE_BYTES_MAX) return undefined
  const put: Put = { key, value }
  const lease: unknown = Reflect.get(body, 'lease')
  if (lease !== undefined) {
    if (typeof lease !== 'string' || !isKey(lease)) return undefined
    if (namespaceOf(lease) !== namespaceOf(key)) return undefined
    put.lease = lease
  }
  const expected: unknown = Reflect.get(body, 'expect')
  if (expected !== undefined) {
    if (!isSequence(expected)) return undefined
    put.expect = expected
  }
  return Object.keys(body).length === Object.keys(put).length ? put : undefined
}

/** Value: `{ revision, deleted }`; deleting what is not there changes nothing. */
export const deleteKey = kind(
  1,
  z.strictObject({ key, expect }),
  (state, author, { key, expect }) => {
    const refusal = whyNotEnter(state, author, namespaceOf(key))
    if (refusal) return refuse(refusal)
    const held = state.keys.table.get(key)
    const mismatch = whyNotExpected(held, expect)
    if (mismatch) return mismatch
    if (!held) return done({ revision: state.keys.revision, deleted: false })
    const revision = state.keys.advance()
    state.keys.delete(key)
    return done({ revision, deleted: true })
  },
)

/** What a key is, as commands and queries answer it. */
export function keyAnswer(key: string, item: KeyItem) {
  return { key, ...item } satisfies Plain
}

function whyNotExpected(
  held: KeyItem | undefined,
  expect: number | undefined,
): Outcome | undefined {
  const modRevision = held?.modRevision ?? 0
  if (expect === undefined || expect === modRevision) return undefined
  return refuse('REVISION_MISMATCH', { modRevision })
}
