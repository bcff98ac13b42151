/**
 * What a member of the committee vouches for: the hash of the state as of an entry, under its node's
 * key. A word goes down the tree with the entries, so whoever follows compares what it holds with what
 * the committee holds, however many hands the entries came through.
 *
 * The hash (docs/adr/0010) tells states apart that differ by a fault or by what somebody left out or
 * put in another order; a member that may choose many rows of its own could make two that collide.
 */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  type NetworkId,
  nodeIdOf,
  openEnvelope,
  type Signer,
  sealEnvelope,
} from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { LOG_NAME_LENGTH_MAX, WORD_BYTES_MAX, WORDS_MAX } from './limits.ts'

export interface Word {
  author: NodeId
  index: LogIndex
  /** Hex. */
  hash: string
  /**
   * Of which log: entries of one number are others after a committee was overruled. Undefined in the first
   * era, and from who goes by rules that do not have it.
   */
  log: string | undefined
}

const INDEX = z
  .int()
  .min(1)
  .transform((value) => value as LogIndex)
const HASH = z.string().regex(/^[0-9a-f]{64}$/)
const SHAPE = z.union([
  z.tuple([z.literal(1), INDEX, HASH]).transform(([, index, hash]) => ({ index, hash })),
  z
    .tuple([z.literal(2), z.string().min(1).max(LOG_NAME_LENGTH_MAX), INDEX, HASH])
    .transform(([, log, index, hash]) => ({ log, index, hash })),
])

export function sealWord(
  signer: Signer,
  network: NetworkId,
  { index, hash, log }: Omit<Word, 'author'>,
): Uint8Array {
  const said = log === undefined ? [1, index, hash] : [2, log, index, hash]
  return sealEnvelope(signer, 'log', network, encode(said))
}

/** Undefined for what nobody signed. Whether its author is of the committee is the caller's to check. */
export function openWord(network: NetworkId, bytes: Uint8Array): Word | undefined {
  try {
    const { key, payload } = openEnvelope('log', network, bytes, { bytesMax: WORD_BYTES_MAX })
    return { author: nodeIdOf(key), log: undefined, ...SHAPE.parse(decode(payload)) }
  } catch (error) {
    if (error instanceof MyceliumError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** The latest words that held, to be handed on. */
export interface Words {
  has(index: LogIndex): boolean
  add(index: LogIndex, word: Uint8Array): void
  /** About the latest entry between two, both included. */
  between(first: LogIndex, last: LogIndex): Uint8Array | undefined
  clear(): void
}

export function createWords(): Words {
  const words = new Map<LogIndex, Uint8Array>()
  return {
    has: (index) => words.has(index),
    add(index, word) {
      words.set(index, word)
      const [oldest] = words.keys()
      if (words.size > WORDS_MAX && oldest !== undefined) words.delete(oldest)
    },
    between(first, last) {
      const found = [...words.keys()].filter((index) => index >= first && index <= last)
      return words.get(Math.max(...found) as LogIndex)
    },
    clear: () => words.clear(),
  }
}
