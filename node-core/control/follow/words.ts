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
import { WORD_BYTES_MAX, WORDS_MAX } from './limits.ts'

export interface Word {
  author: NodeId
  index: LogIndex
  /** Hex. */
  hash: string
}

const SHAPE = z.tuple([
  z.literal(1),
  z
    .int()
    .min(1)
    .transform((value) => value as LogIndex),
  z.string().regex(/^[0-9a-f]{64}$/),
])

export function sealWord(
  signer: Signer,
  network: NetworkId,
  { index, hash }: Omit<Word, 'author'>,
): Uint8Array {
  return sealEnvelope(signer, 'log', network, encode([1, index, hash]))
}

/** Undefined for what nobody signed. Whether its author is of the committee is the caller's to check. */
export function openWord(network: NetworkId, bytes: Uint8Array): Word | undefined {
  try {
    const { key, payload } = openEnvelope('log', network, bytes, { bytesMax: WORD_BYTES_MAX })
    const [, index, hash] = SHAPE.parse(decode(payload))
    return { author: nodeIdOf(key), index, hash }
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
