/** The shapes that messages and records share, and their plain forms. */
import { z } from 'zod'
import type { Plain } from '../../../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../../../base/net/index.ts'
import { type Configuration, isSound } from './configuration.ts'
import type { Entry, EntryKind } from './entries.ts'
import { MEMBERS_MAX, PAYLOAD_BYTES_MAX, SEQUENCE_MAX } from './limits.ts'
import { type Term, toIndex, toTerm } from './positions.ts'

/** The number of a kind is its place here. */
const KINDS: readonly EntryKind[] = ['normal', 'changeV1', 'changeV2']

export const INDEX = z.int().min(0).max(SEQUENCE_MAX).transform(toIndex)
export const TERM = z.int().min(0).max(SEQUENCE_MAX).transform(toTerm)

export const bytesUpTo = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= length)

export const NODE = z.string().transform((text, context): NodeId => {
  const node = parseNodeId(text)
  if (node !== undefined) return node
  context.addIssue({ code: 'custom', message: 'Not a node id.' })
  return z.NEVER
})

export const ENTRY = z
  .tuple([
    TERM,
    z
      .int()
      .min(0)
      .max(KINDS.length - 1),
    bytesUpTo(PAYLOAD_BYTES_MAX),
  ])
  .transform(([term, kind, data]): { term: Term; kind: EntryKind; data: Uint8Array } => ({
    term,
    kind: KINDS[kind] ?? 'normal',
    data,
  }))

const NODES = z.array(NODE).max(MEMBERS_MAX)
export const CONFIGURATION = z
  .tuple([NODES, NODES, NODES, NODES, z.boolean()])
  .transform(
    ([voters, outgoing, learners, learnersNext, autoLeave]): Configuration => ({
      voters,
      outgoing,
      learners,
      learnersNext,
      autoLeave,
    }),
  )
  .refine(isSound)

export function plainEntry({ term, kind, data }: Entry): Plain {
  return [term, KINDS.indexOf(kind), data]
}

export function plainConfiguration(configuration: Configuration): Plain {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration
  return [voters, outgoing, learners, learnersNext, autoLeave]
}
