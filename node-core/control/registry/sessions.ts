/**
 * What became of an author's commands, so that one sent again is answered and not applied again
 * (Raft thesis §6.3). An author counts its commands within an incarnation. Of each incarnation the
 * results after `floor` are remembered; below it everything is refused, since it may have been applied.
 *
 * A forgotten incarnation never returns: a new one must be above all that were forgotten. So whoever
 * keeps old batches and sends them again, however late, changes nothing.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { encode, type Plain } from '../../base/codec/index.ts'
import type { HashSum } from './hash-sum.ts'
import { INCARNATIONS_MAX, RESULTS_BYTES_MAX, RESULTS_MAX } from './limits.ts'
import { type Outcome, REFUSAL_CODES } from './refusals.ts'
import { bytesOf, sequence } from './shapes.ts'

/** One incarnation of one author, while a batch of it is applied. */
export interface Session {
  /** Commands up to this one are forgotten. */
  readonly floor: number
  result(at: number): Outcome | undefined
  remember(at: number, outcome: Outcome): void
  /** Ends the batch: the author has received everything up to `settled`. */
  close(settled: number): void
}

export interface Sessions {
  /** Undefined for an incarnation that is over. */
  open(author: string, incarnation: number, index: number): Session | undefined
  /** An incarnation must be above this to be let in anew. */
  floorOf(author: string): number
  /** The highest incarnation that was heard of; 0 for none. */
  latestOf(author: string): number
  /** For an author that never returns. */
  forget(author: string): void
  /** Each author, in order. */
  pack(): Plain[]
  /** Takes the next of them in. */
  load(packed: readonly unknown[]): boolean
}

interface Held {
  floor: number
  /** Where in the log it was last heard of. */
  index: number
  /** A hash of everything that was ever remembered, in order. */
  chain: Uint8Array
  results: Map<number, Outcome>
  bytes: number
}

interface AuthorRecord {
  /** Incarnations up to this one, other than those held, are over. */
  floor: number
  held: Map<number, Held>
}

export function createSessions(sum: HashSum): Sessions {
  const authors = new Map<string, AuthorRecord>()

  const headOf = (author: string, incarnation: number, held: Held): Uint8Array =>
    encode(['session', author, incarnation, held.floor, held.index, held.chain])
  const floorItem = (author: string, floor: number): Uint8Array => encode(['author', author, floor])

  function recordOf(author: string): AuthorRecord {
    const known = authors.get(author)
    if (known) return known
    const record: AuthorRecord = { floor: 0, held: new Map() }
    authors.set(author, record)
    sum.add(floorItem(author, 0))
    return record
  }

  function begin(author: string, record: AuthorRecord, incarnation: number, index: number): Held {
    if (record.held.size >= INCARNATIONS_MAX) dropStalest(author, record)
    const chain = new Uint8Array(32)
    const held: Held = { floor: 0, index, chain, results: new Map(), bytes: 0 }
    record.held.set(incarnation, held)
    sum.add(headOf(author, incarnation, held))
    return held
  }

  function dropStalest(author: string, record: AuthorRecord): void {
    const [stalest] = [...record.held].sort(
      ([one, left], [other, right]) => left.index - right.index || one - other,
    )
    if (!stalest) return
    const [incarnation, held] = stalest
    sum.subtract(headOf(author, incarnation, held))
    record.held.delete(incarnation)
    sum.subtract(floorItem(author, record.floor))
    record.floor = Math.max(record.floor, incarnation)
    sum.add(floorItem(author, record.floor))
  }

  function sessionOf(author: string, incarnation: number, held: Held, index: number): Session {
    const fresh: [at: number, outcome: Outcome][] = []
    return {
      get floor() {
        return held.floor
      },
      result: (at) => held.results.get(at),
      remember(at, outcome) {
        held.results.set(at, outcome)
        held.bytes += bytesIn(outcome)
        fresh.push([at, outcome])
      },
      close(settled) {
        const floor = floorAfter(held, settled)
        const forgotten = authors.get(author)?.held.get(incarnation) !== held
        if (forgotten || (fresh.length === 0 && floor === held.floor)) return
        sum.subtract(headOf(author, incarnation, held))
        held.index = index
        if (fresh.length > 0) held.chain = hash('sha256', encode([held.chain, fresh]), 'buffer')
        dropUpTo(held, floor)
        sum.add(headOf(author, incarnation, held))
      },
    }
  }

  return {
    open(author, incarnation, index) {
      const record = recordOf(author)
      const known = record.held.get(incarnation)
      if (!known && incarnation <= record.floor) return undefined
      const held = known ?? begin(author, record, incarnation, index)
      return sessionOf(author, incarnation, held, index)
    },
    floorOf: (author) => authors.get(author)?.floor ?? 0,
    latestOf(author) {
      const { floor = 0, held } = authors.get(author) ?? {}
      return Math.max(floor, ...(held?.keys() ?? []))
    },
    forget(author) {
      const record = authors.get(author)
      if (!record) return
      for (const [incarnation, held] of record.held) {
        sum.subtract(headOf(author, incarnation, held))
      }
      sum.subtract(floorItem(author, record.floor))
      authors.delete(author)
    },
    pack: () => sorted(authors).map(([author, { floor, held }]) => [author, floor, packHeld(held)]),
    load(packed) {
      const parsed = PACKED.safeParse(packed)
      if (!parsed.success) return false
      for (const [author, floor, sessions] of parsed.data) {
        if (authors.has(author)) return false
        authors.set(author, { floor, held: new Map(sessions.map(heldOf)) })
        sum.add(floorItem(author, floor))
        for (const [incarnation, held] of authors.get(author)?.held ?? []) {
          sum.add(headOf(author, incarnation, held))
        }
      }
      return true
    },
  }
}

/** As far as the author asks, and further where more is held than may be. */
function floorAfter(held: Held, settled: number): number {
  const floor = Math.max(held.floor, settled)
  if (held.results.size <= RESULTS_MAX && held.bytes <= RESULTS_BYTES_MAX) return floor
  let left = held.results.size
  let { bytes } = held
  let raised = floor
  for (const [at, outcome] of sorted(held.results)) {
    if (at > floor && left <= RESULTS_MAX && bytes <= RESULTS_BYTES_MAX) break
    left--
    bytes -= bytesIn(outcome)
    raised = Math.max(raised, at)
  }
  return raised
}

function dropUpTo(held: Held, floor: number): void {
  if (floor === held.floor) return
  held.floor = floor
  for (const [at, outcome] of held.results) {
    if (at > floor) continue
    held.results.delete(at)
    held.bytes -= bytesIn(outcome)
  }
}

/** Of the values in it; everything else in an outcome is small. */
function bytesIn(outcome: Outcome): number {
  return outcome.ok ? plainBytes(outcome.value) : 0
}

function plainBytes(value: Plain): number {
  if (value instanceof Uint8Array) return value.byteLength
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((bytes: number, item: Plain) => bytes + plainBytes(item), 0)
}

function sorted<Key extends string | number, Value>(map: ReadonlyMap<Key, Value>): [Key, Value][] {
  return [...map].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
}

const OUTCOME = z.union([
  z.strictObject({ ok: z.literal(true), value: z.custom<Plain>() }),
  z.strictObject({
    ok: z.literal(false),
    code: z.enum(REFUSAL_CODES),
    details: z.custom<Plain>((value) => value !== undefined).exactOptional(),
  }),
])
const HELD = z.tuple([
  sequence,
  sequence,
  sequence,
  bytesOf(32),
  z.array(z.tuple([sequence, OUTCOME])),
])
const PACKED = z.array(z.tuple([z.string(), sequence, z.array(HELD)]))

function packHeld(held: ReadonlyMap<number, Held>): Plain {
  return sorted(held).map(([incarnation, { floor, index, chain, results }]) => [
    incarnation,
    floor,
    index,
    chain,
    sorted(results),
  ])
}

function heldOf([incarnation, floor, index, chain, results]: z.infer<typeof HELD>): [number, Held] {
  const bytes = results.reduce((sum, [, outcome]) => sum + bytesIn(outcome), 0)
  return [incarnation, { floor, index, chain, results: new Map(results), bytes }]
}
