/** How large answers may become, for whoever gathers commands into batches. */
import { ANSWER_BYTES_MAX, KEY_ANSWER_COST_BYTES, KEY_LENGTH_MAX } from './limits.ts'
import type { Command } from './release.ts'

type Transaction = Extract<Command, { kind: 'kv.transact' }>['body']

/** What a command may be answered with beside a few numbers, whatever the keys hold by then. Bytes. */
export function answerBytesMax({ kind, body }: Command): number {
  if (kind !== 'kv.transact') return 0
  return Math.max(branchBytesMax(body.success), branchBytesMax(body.failure))
}

function branchBytesMax(operations: Transaction['success']): number {
  const keys = operations.flatMap(({ op, key }) => (op === 'get' ? [key] : []))
  const around = keys.map((key) => key.length + KEY_LENGTH_MAX + KEY_ANSWER_COST_BYTES)
  return keys.length === 0 ? 0 : around.reduce((sum, bytes) => sum + bytes, ANSWER_BYTES_MAX)
}
