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
import {
  AUTHOR_COST_BYTES,
  INCARNATION_COST_BYTES,
  INCARNATIONS_MAX,
  RESULT_COST_BYTES,
  RESULTS_BYTES_BEFORE_6,
  RESULTS_BYTES_MAX,
  RESULTS_MAX,
  RESULTS_TOTAL_BYTES_MAX,
} from './limits.ts'
import { type Outcome, REFUSAL_CODES } from './refusals.ts'
import { leastWanted, type Remembered } from './result-room.ts'
import { bytesOf, sequence } from './shapes.ts'
import type { Weight } from './weight.ts'

/** One incarnation of one author, while a batch of it is applied. */
export interface Session {
  /** Commands up to this one are forgotten. */
  readonly floor: number
  result(at: number): Outcome | undefined
  remember(at: number, outcome: Outcome): void
  /**
   * Before `count` commands that are new (from version 6 of the rules on): the author has received everything
   * up to `settled`, and of the rest the first are forgotten as far as there is no room. So what becomes of
   * these is never forgotten before anybody was told.
   */
  makeRoom(settled: number, count: number): void
  /** Ends the batch: the author has received everything up to `settled`. Where room was made, no more goes. */
  close(settled: number, options: { roomWasMade: boolean }): void
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

export interface SessionsDeps {
  sum: HashSum
  weight: Weight
  /** Whose results an author's are. */
  ownerOf(author: string): string
}

interface Held {
  floor: number
  /** Where in the log it was last heard of. */
  index: number
  /** A hash of everything that was ever remembered, in order. */
  chain: Uint8Array
  results: Map<number, Result>
  /** Of all of them. */
  sizeBytes: number
}

interface Result {
  readonly outcome: Outcome
  readonly sizeBytes: number
}

interface AuthorRecord {
  /** Incarnations up to this one, other than those held, are over. */
  floor: number
  held: Map<number, Held>
}

export function createSessions({ sum, weight, ownerOf }: SessionsDeps): Sessions {
  const authors = new Map<string, AuthorRecord>()
  let resultBytes = 0

  const headOf = (author: string, incarnation: number, held: Held): Uint8Array =>
    encode(['session', author, incarnation, held.floor, held.index, held.chain])
  const floorItem = (author: string, floor: number): Uint8Array => encode(['author', author, floor])

  function recordOf(author: string): AuthorRecord {
    const known = authors.get(author)
    if (known) return known
    const record: AuthorRecord = { floor: 0, held: new Map() }
    authors.set(author, record)
    sum.add(floorItem(author, 0))
    weight.change(AUTHOR_COST_BYTES)
    return record
  }

  function begin(author: string, record: AuthorRecord, incarnation: number, index: number): Held {
    if (record.held.size >= INCARNATIONS_MAX) dropStalest(author, record)
    const chain = new Uint8Array(32)
    const held: Held = { floor: 0, index, chain, results: new Map(), sizeBytes: 0 }
    record.held.set(incarnation, held)
    sum.add(headOf(author, incarnation, held))
    weight.change(INCARNATION_COST_BYTES)
    return held
  }

  function drop(author: string, incarnation: number, held: Held): void {
    sum.subtract(headOf(author, incarnation, held))
    weigh(-held.sizeBytes)
    weight.change(-INCARNATION_COST_BYTES)
  }

  function weigh(bytes: number): void {
    resultBytes += bytes
    weight.change(bytes)
  }

  /** What the head tells of changes. */
  function change(author: string, incarnation: number, held: Held, act: () => void): void {
    sum.subtract(headOf(author, incarnation, held))
    act()
    sum.add(headOf(author, incarnation, held))
  }

  function keep(held: Held, at: number, outcome: Outcome): void {
    const result = resultOf(outcome)
    held.results.set(at, result)
    held.sizeBytes += result.sizeBytes
    weigh(result.sizeBytes)
  }

  function dropUpTo(held: Held, floor: number): void {
    if (floor === held.floor) return
    held.floor = floor
    for (const [at, { sizeBytes }] of held.results) {
      if (at > floor) continue
      held.results.delete(at)
      held.sizeBytes -= sizeBytes
      weigh(-sizeBytes)
    }
  }

  /** A good deal at once, or it would be looked for at each batch. */
  function forgetLeastWanted(spared: Held): void {
    const all = [...authors].flatMap(([author, record]) =>
      [...record.held].map(([incarnation, held]): Remembered => {
        const { index, sizeBytes } = held
        const owner = ownerOf(author)
        return { owner, author, incarnation, index, sizeBytes, spared: held === spared }
      }),
    )
    const some = all.filter(({ sizeBytes }) => sizeBytes > 0)
    for (const { author, incarnation } of leastWanted(some, (RESULTS_TOTAL_BYTES_MAX * 3) / 4)) {
      const held = authors.get(author)?.held.get(incarnation)
      if (!held) continue
      const last = Math.max(held.floor, ...held.results.keys())
      change(author, incarnation, held, () => dropUpTo(held, last))
    }
  }

  function dropStalest(author: string, record: AuthorRecord): void {
    const [stalest] = [...record.held].sort(
      ([one, left], [other, right]) => left.index - right.index || one - other,
    )
    if (!stalest) return
    const [incarnation, held] = stalest
    drop(author, incarnation, held)
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
      result: (at) => held.results.get(at)?.outcome,
      makeRoom(settled, count) {
        const { size } = held.results
        const asked = Math.max(held.floor, settled)
        const isRoom = size + count <= RESULTS_MAX && held.sizeBytes <= RESULTS_BYTES_MAX
        const floor = isRoom ? asked : floorWithRoom(held, asked, count)
        if (floor === held.floor) return
        change(author, incarnation, held, () => dropUpTo(held, floor))
      },
      remember: (at, outcome) => fresh.push([at, outcome]),
      close(settled, { roomWasMade }) {
        // Its node was removed by the batch itself.
        if (authors.get(author)?.held.get(incarnation) !== held) return
        for (const [at, outcome] of fresh) keep(held, at, outcome)
        const asked = Math.max(held.floor, settled)
        const floor = roomWasMade ? asked : floorAfter(held, asked)
        if (fresh.length === 0 && floor === held.floor) return
        change(author, incarnation, held, () => {
          held.index = index
          if (fresh.length > 0) held.chain = hash('sha256', encode([held.chain, fresh]), 'buffer')
          dropUpTo(held, floor)
        })
        if (roomWasMade && resultBytes > RESULTS_TOTAL_BYTES_MAX) forgetLeastWanted(held)
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
      for (const [incarnation, held] of record.held) drop(author, incarnation, held)
      sum.subtract(floorItem(author, record.floor))
      weight.change(-AUTHOR_COST_BYTES)
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
        weight.change(AUTHOR_COST_BYTES)
        for (const [incarnation, held] of authors.get(author)?.held ?? []) {
          sum.add(headOf(author, incarnation, held))
          weight.change(INCARNATION_COST_BYTES)
          weigh(held.sizeBytes)
        }
      }
      return true
    },
  }
}

/** Before version 6: further than the author asks where more is held than may be, the batch's own among them. */
function floorAfter(held: Held, asked: number): number {
  const { results, sizeBytes } = held
  if (results.size <= RESULTS_MAX && sizeBytes <= RESULTS_BYTES_BEFORE_6) return asked
  const sizes = sorted(results).map(([at, { outcome }]): Sized => [at, valuesIn(outcome)])
  const bytes = sizes.reduce((sum, [, size]) => sum + size, 0)
  if (results.size <= RESULTS_MAX && bytes <= RESULTS_BYTES_BEFORE_6) return asked
  return floorOver(sizes, asked, { bytes, count: results.size, bytesMax: RESULTS_BYTES_BEFORE_6 })
}

function floorWithRoom({ results, sizeBytes }: Held, asked: number, more: number): number {
  const sizes = sorted(results).map(([at, one]): Sized => [at, one.sizeBytes])
  const count = results.size + more
  return floorOver(sizes, asked, { bytes: sizeBytes, count, bytesMax: RESULTS_BYTES_MAX })
}

type Sized = [at: number, bytes: number]

/** The lowest one, from `asked` on, above which no more are held than may be. */
function floorOver(
  sizes: readonly Sized[],
  asked: number,
  { bytes, count, bytesMax }: { bytes: number; count: number; bytesMax: number },
): number {
  let [bytesLeft, left, floor] = [bytes, count, asked]
  for (const [at, size] of sizes) {
    if (at > asked && left <= RESULTS_MAX && bytesLeft <= bytesMax) break
    left--
    bytesLeft -= size
    floor = Math.max(floor, at)
  }
  return floor
}

function resultOf(outcome: Outcome): Result {
  const said = outcome.ok ? outcome.value : (outcome.details ?? null)
  return { outcome, sizeBytes: RESULT_COST_BYTES + plainBytes(said) }
}

/** No fewer than the codec writes; most commands are small, and the codec would take longer than this. */
function plainBytes(value: Plain): number {
  if (typeof value === 'string') return HEAD_BYTES + 3 * value.length
  if (typeof value !== 'object' || value === null) return HEAD_BYTES
  if (value instanceof Uint8Array) return HEAD_BYTES + value.byteLength
  let bytes = HEAD_BYTES
  for (const item of Object.values(value)) bytes += FIELD_BYTES + plainBytes(item)
  return bytes
}

/** A number, or the head of anything else. */
const HEAD_BYTES = 9
/** The longest name of a field in an outcome, with its head. */
const FIELD_BYTES = 20

/** Of the values in it alone. */
function valuesIn(outcome: Outcome): number {
  return outcome.ok ? valueBytes(outcome.value) : 0
}

function valueBytes(value: Plain): number {
  if (value instanceof Uint8Array) return value.byteLength
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((bytes: number, item: Plain) => bytes + valueBytes(item), 0)
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
    sorted(results).map(([at, { outcome }]) => [at, outcome]),
  ])
}

function heldOf([incarnation, floor, index, chain, list]: z.infer<typeof HELD>): [number, Held] {
  const results = new Map(list.map(([at, outcome]) => [at, resultOf(outcome)]))
  const sizeBytes = [...results.values()].reduce((sum, result) => sum + result.sizeBytes, 0)
  return [incarnation, { floor, index, chain, results, sizeBytes }]
}
