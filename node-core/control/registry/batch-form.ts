/** What stands in a batch under its signature, and how it is read. */
import { z } from 'zod'
import { BATCH_COMMANDS_MAX, SEQUENCE_MAX } from './limits.ts'
import { isSequence, positive, sequence } from './shapes.ts'

export const BATCH_VERSION = 1
const KIND_LENGTH_MAX = 64
const FIELDS = 6

export const BATCH = z
  .strictObject({
    v: z.literal(BATCH_VERSION),
    incarnation: positive,
    first: positive.max(SEQUENCE_MAX - BATCH_COMMANDS_MAX),
    settled: sequence,
    timeMs: sequence,
    commands: z
      .array(z.tuple([z.string().min(1).max(KIND_LENGTH_MAX), z.unknown()]))
      .min(1)
      .max(BATCH_COMMANDS_MAX),
  })
  .refine(({ first, settled }) => settled < first)

export type BatchContent = z.infer<typeof BATCH>

/**
 * Undefined for what is no batch. Every node reads every batch, so one that is plainly right is found so
 * by hand, and the rest is the shape's to judge. `batch-form.test.ts` holds the one to the other.
 */
export function readBatch(content: unknown): BatchContent | undefined {
  return isPlainlyBatch(content) ? content : BATCH.safeParse(content).data
}

export function isPlainlyBatch(content: unknown): content is BatchContent {
  if (typeof content !== 'object' || content === null) return false
  const field = (name: string): unknown => Reflect.get(content, name)
  const [first, settled, incarnation] = [field('first'), field('settled'), field('incarnation')]
  return (
    field('v') === BATCH_VERSION &&
    isSequence(incarnation) &&
    incarnation > 0 &&
    isSequence(first) &&
    first <= SEQUENCE_MAX - BATCH_COMMANDS_MAX &&
    isSequence(settled) &&
    settled < first &&
    isSequence(field('timeMs')) &&
    areCommands(field('commands')) &&
    Object.keys(content).length === FIELDS
  )
}

function areCommands(list: unknown): boolean {
  if (!Array.isArray(list)) return false
  return list.length > 0 && list.length <= BATCH_COMMANDS_MAX && list.every(isCommand)
}

function isCommand(command: unknown): boolean {
  if (!Array.isArray(command) || command.length !== 2) return false
  const kind: unknown = command[0]
  return typeof kind === 'string' && kind.length > 0 && kind.length <= KIND_LENGTH_MAX
}
