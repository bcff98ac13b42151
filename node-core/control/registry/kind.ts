/** One kind of command: since when it is known, its shape, and what it does. */
import type { z } from 'zod'
import type { FoundedNetwork } from '../../identity/index.ts'
import type { Author, KeyIds } from './authors.ts'
import { type Outcome, refuse } from './refusals.ts'
import type { State } from './state.ts'

/** What a command is applied in. */
export interface Turn {
  readonly state: State
  readonly ids: KeyIds
  /** Of the author's life in which it was signed. */
  readonly incarnation: number
  /** Undefined for a key that is nobody's in this network. */
  readonly author: Author | undefined
}

/** Where a command came from, for proofs in it. */
export interface Origin {
  readonly network: FoundedNetwork
  /** Who signed the batch. */
  readonly key: Uint8Array
}

/** Checks everything before it changes anything. */
export type Run = (turn: Turn) => Outcome

export interface Kind<Shape extends z.ZodType = z.ZodType> {
  /** The version of the rules from which it is known. Its shape never changes after that. */
  readonly since: number
  readonly shape: Shape
  /** Undefined unless the body has the kind's shape and its proofs hold. */
  read(body: unknown, origin: Origin): Run | undefined
}

export function kind<Shape extends z.ZodType>(
  since: number,
  shape: Shape,
  apply: (state: State, author: Author, body: z.output<Shape>) => Outcome,
  /** By hand, for a kind that comes often: takes what the shape takes, and nothing else. */
  readBody: (body: unknown) => z.output<Shape> | undefined = (body) => shape.safeParse(body).data,
): Kind<Shape> {
  return {
    since,
    shape,
    read(body) {
      const read = readBody(body)
      if (read === undefined) return undefined
      return ({ state, author }) => (author ? apply(state, author, read) : refuse('UNKNOWN_AUTHOR'))
    },
  }
}

/** As `kind`, with signatures in its body. */
export function kindWithProof<Shape extends z.ZodType, Proven>(
  since: number,
  shape: Shape,
  /** What the signatures say; undefined when one does not hold. */
  prove: (body: z.output<Shape>, origin: Origin) => Proven | undefined,
  apply: (state: State, author: Author, proven: Proven) => Outcome,
): Kind<Shape> {
  return kindForStrangers(since, shape, prove, ({ state, author }, proven) =>
    author ? apply(state, author, proven) : refuse('UNKNOWN_AUTHOR'),
  )
}

/**
 * A kind by which a key comes to be somebody's. A stranger's results are not remembered, so applying
 * it twice must change nothing the second time, whatever happened in between.
 */
export function kindForStrangers<Shape extends z.ZodType, Proven>(
  since: number,
  shape: Shape,
  /** The signatures in it; undefined when one does not hold. */
  prove: (body: z.output<Shape>, origin: Origin) => Proven | undefined,
  apply: (turn: Turn, proven: Proven) => Outcome,
): Kind<Shape> {
  return {
    since,
    shape,
    read(body, origin) {
      const parsed = shape.safeParse(body)
      const proven = parsed.success ? prove(parsed.data, origin) : undefined
      return proven === undefined ? undefined : (turn) => apply(turn, proven)
    },
  }
}
