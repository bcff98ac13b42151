/** `spore/1`: the newest document, and signatures for the next one. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import { toEra } from '../../control/succession/index.ts'
import type { SporeVersion } from './index.ts'
import { SPORE_BYTES_MAX } from './limits.ts'

export const SPORE_PROTOCOL = 'spore/1'

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const count = z.int().min(0)
const version = z.tuple([count, count, count]).transform(
  ([era, index, edition]): SporeVersion => ({
    era: toEra(era),
    index: index as LogIndex,
    edition,
  }),
)

const QUESTION = z.discriminatedUnion('kind', [
  /** Answered with a document that is newer than what is held, or with nothing. */
  z.strictObject({ kind: z.literal('latest'), held: version.nullable() }),
  /** A document, to a voter. Answered with its signature, or with nothing. */
  z.strictObject({ kind: z.literal('sign'), document: bytes }),
  /** A statement of a committee, to a voter of the one before. The same. */
  z.strictObject({ kind: z.literal('vouch'), statement: bytes }),
  /** A statement, to a node of an admin. Answered with a mandate, or with nothing. */
  z.strictObject({ kind: z.literal('mandate'), statement: bytes }),
])
export type SporeQuestion = z.infer<typeof QUESTION>

export function encodeQuestion(question: SporeQuestion): Uint8Array {
  if (question.kind !== 'latest') return encode(question)
  const { held } = question
  return encode({ kind: 'latest', held: held && [held.era, held.index, held.edition] })
}

export function parseQuestion(body: Uint8Array): SporeQuestion | undefined {
  try {
    return QUESTION.safeParse(decode(body, { bytesMax: SPORE_BYTES_MAX })).data
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}

export const NOTHING = new Uint8Array()
