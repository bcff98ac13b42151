/** Keys and values of the registry, over every door. */
import { z } from 'zod'
import type { Builder } from './base.ts'
import { changeExisting } from './existing.ts'
import { toFailure } from './failures.ts'
import { createKeyCalls, mismatch } from './key-calls.ts'
import { entryOf, type KeyDeps, options, reading, valueBytes } from './keys.ts'
import { refuseEmpty, transactionBody, transactionDone } from './transactions.ts'

const count = z.int().min(0)
const DELETE_DONE = z.object({ revision: count, deleted: z.boolean() })

export function kvHandlers({ kv }: Pick<Builder, 'kv'>, deps: KeyDeps) {
  const { primary } = deps
  const calls = createKeyCalls(deps)
  return {
    get: kv.get.handler(({ input, signal }) => calls.get(input, signal)),
    list: kv.list.handler(async ({ input, signal }) => {
      const { prefix, after, limit, consistency } = input
      const { rows, ...rest } = await primary().keys(prefix, {
        ...{ ...reading(consistency, signal), limit },
        ...(after !== undefined && { after }),
      })
      return { keys: rows.map(entryOf), ...rest }
    }),
    put: kv.put.handler(({ input: { value, ...input }, signal }) =>
      calls.put({ ...input, value: valueBytes(value) }, signal),
    ),
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
      const since = from === undefined ? {} : { from: Math.max(1, from) }
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
