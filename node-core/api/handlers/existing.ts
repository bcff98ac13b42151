/** `If-Match: *`: a key is changed only if there is one. */
import { z } from 'zod'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Command } from '../../control/registry/index.ts'
import { failure } from './failures.ts'
import { type KeyPrimary, options } from './keys.ts'
import { EXISTING_TRIES } from './limits.ts'

type Step = Extract<Command, { kind: 'kv.transact' }>['body']['success'][number]

const DONE = z.object({ succeeded: z.boolean(), revision: z.int() })

/**
 * The key's life is named by the revision that began it, so whoever changes its value meanwhile is no
 * hindrance; only one that goes and comes back is looked at again.
 */
export async function changeExisting(
  primary: Pick<KeyPrimary, 'key' | 'execute'>,
  step: Step,
  signal: AbortSignal | undefined,
): Promise<{ revision: number; createRevision: number }> {
  const { key } = step
  for (let tries = 0; tries < EXISTING_TRIES; tries++) {
    const { row } = await primary.key(key, options(signal))
    if (!row) throw revisionMismatch(0)
    const { createRevision } = row
    const sameLife = { target: 'createRevision', key, is: '=', than: createRevision } as const
    const body = { compare: [sameLife], success: [step], failure: [] }
    const answer = await primary.execute({ kind: 'kv.transact', body }, options(signal))
    const { succeeded, revision } = DONE.parse(answer)
    if (succeeded) return { revision, createRevision }
  }
  throw failure('UNAVAILABLE', 'The key goes and comes back all the time. Try again.')
}

/** The contract's word for where the key is; 0: nowhere. */
export function revisionMismatch(revision: number): MyceliumError {
  const message =
    revision === 0 ? 'There is no such key.' : `The key is at revision ${revision} by now.`
  return new MyceliumError('REVISION_MISMATCH', message, { details: { revision } })
}
