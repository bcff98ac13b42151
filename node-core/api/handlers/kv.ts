/** Keys and values of the registry, over every door. */
import { z } from 'zod'
import { isCode } from '../../base/errors/index.ts'
import type { Builder } from './base.ts'
import { changeExisting, revisionMismatch } from './existing.ts'
import { failure, toFailure } from './failures.ts'
import { entryOf, type KeyDeps, options, reading, valueBytes } from './keys.ts'
import { refuseEmpty, transactionBody, transactionDone } from './transactions.ts'

const count = z.int().min(0)
const PUT_DONE = z.object({ revision: count, createRevision: count })
const DELETE_DONE = z.object({ revision: count, deleted: z.boolean() })

export function kvHandlers({ kv }: Pick<Builder, 'kv'>, deps: KeyDeps) {
  const { primary } = deps
  return {
    get: kv.get.handler(async ({ input, signal }) => {
      const { key, consistency } = input
      const { row } = await primary().key(key, reading(consistency, signal))
      if (!row) throw failure('NOT_FOUND', `There is no key “${key}”.`)
      return entryOf(row)
    }),
    list: kv.list.handler(async ({ input, signal }) => {
      const { prefix, after, limit, consistency } = input
      const { rows, ...rest } = await primary().keys(prefix, {
        ...{ ...reading(consistency, signal), limit },
        ...(after !== undefined && { after }),
      })
      return { keys: rows.map(entryOf), ...rest }
    }),
    put: kv.put.handler(async ({ input, signal }) => {
      const { key, lease, ifMatch } = input
      const value = valueBytes(input.value)
      const put = { key, value, ...(lease !== undefined && { lease }) }
      const done =
        ifMatch === '*'
          ? await changeExisting(primary(), { op: 'put', ...put }, signal)
          : PUT_DONE.parse(
              await primary()
                .execute(
                  { kind: 'kv.put', body: { ...put, ...expecting(ifMatch) } },
                  options(signal),
                )
                .catch(mismatch),
            )
      const { revision, createRevision } = done
      return { ...put, value: input.value, revision, createRevision, modRevision: revision }
    }),
    delete: kv.delete.handler(async ({ input: { key, ifMatch }, signal }) => {
      if (ifMatch === '*') {
        const { revision } = await changeExisting(primary(), { op: 'delete', key }, signal)
        return { key, revision, deleted: true }
      }
      const body = { key, ...expecting(ifMatch) }
      const deleted = primary().execute({ kind: 'kv.delete', body }, options(signal))
      return { key, ...DELETE_DONE.parse(await deleted.catch(mismatch)) }
    }),
    transact: kv.transact.handler(async ({ input, signal }) => {
      refuseEmpty(input)
      const command = { kind: 'kv.transact', body: transactionBody(input) } as const
      return transactionDone(input, await primary().execute(command, options(signal)))
    }),
    watch: kv.watch.handler(async function* ({ input, signal }) {
      const { prefix, from } = input
      const until = signal ?? new AbortController().signal
      const since = from === undefined ? {} : { from }
      try {
        for await (const { events } of primary().watch(prefix, { ...since, signal: until })) {
          for (const { key, revision, row } of events) {
            if (row) yield { type: 'put' as const, key, revision, entry: entryOf(row) }
            else yield { type: 'delete' as const, key, revision }
          }
        }
      } catch (error) {
        throw toFailure(error, deps.logger)
      }
    }),
  }
}

function expecting(ifMatch: number | undefined) {
  return ifMatch === undefined ? {} : { expect: ifMatch }
}

function mismatch(error: unknown): never {
  if (!isCode(error, 'REVISION_MISMATCH')) throw error
  const at: unknown = error.details && Reflect.get(error.details, 'modRevision')
  throw revisionMismatch(typeof at === 'number' ? at : 0)
}
