/**
 * Rows by key, in order, each counted into the state's hash. Rows are never changed in place: another
 * row takes their place, so whoever holds one holds what it was.
 */
import { z } from 'zod'
import { encode, type Plain } from '../../base/codec/index.ts'
import { createSortedKeys } from '../../base/sorted-keys/index.ts'
import { createCounted } from './counted.ts'
import type { HashSum } from './hash-sum.ts'
import { ROW_COST_BYTES } from './limits.ts'
import { namespaceOf } from './shapes.ts'
import type { Weight } from './weight.ts'

export interface Table<Row> {
  readonly name: string
  readonly size: number
  get(key: string): Row | undefined
  set(key: string, row: Row): void
  delete(key: string): void
  /** In order. */
  keys(prefix?: string): string[]
  /** In order, at most `limit`, after `after`. */
  page(prefix: string, options: { after?: string; limit: number }): [key: string, row: Row][]
  /** How many rows stand under the names of one owner; 0 unless its rows are charged. */
  ofOwner(owner: string): number
  /** How many stand under one name. The same. */
  ofName(name: string): number
  /** What a row weighs; 0 where there is none. */
  weightOf(key: string): number
  /** How much more it would weigh with this row. */
  growth(key: string, row: Row): number
  /** Its rows as they are now, for a snapshot that is written while others take their places. */
  capture(): CapturedTable
  /** Takes the next rows of a snapshot in; false when they are none of this table's, or out of order. */
  load(packed: readonly unknown[]): boolean
}

export interface CapturedTable {
  readonly name: string
  readonly size: number
  /** In order, as plain data that `load` reads. */
  packed(at: number): Plain
}

export interface TableDeps {
  sum: HashSum
  weight: Weight
  ownerOf(name: string): string | undefined
  /** Called once for each row that came, changed or went. */
  changed(table: string, key: string): void
}

export interface TableOptions<Row> {
  name: string
  shape: z.ZodType<Row>
  /** A row as plain data, which `shape` reads. */
  pack: (row: Row) => Plain
  /** What is hashed: bytes that no other row of any table has. Default: by the codec. */
  bytesOf?: (key: string, row: Row) => Uint8Array
  /** Keys begin with a name, and rows are charged to who has it. Default: no. */
  named?: boolean
  /** For what is derived from the rows. */
  onChange?: (key: string, before: Row | undefined, after: Row | undefined) => void
}

export function createTable<Row extends object>(
  deps: TableDeps,
  options: TableOptions<Row>,
): Table<Row> {
  const { name, shape, pack, onChange, named = false } = options
  const rows = new Map<string, Row>()
  const order = createSortedKeys()
  const bytesOf =
    options.bytesOf ?? ((key: string, row: Row): Uint8Array => encode([name, key, pack(row)]))

  const perOwner = createCounted()
  const perName = createCounted()
  const packedRow = z.tuple([z.string(), shape])
  let loadedTo: string | undefined

  function place(key: string, row: Row | undefined): void {
    keep(key, row)
    deps.changed(name, key)
  }

  function keep(key: string, row: Row | undefined): void {
    const before = rows.get(key)
    let grows = 0
    if (before) {
      const bytes = bytesOf(key, before)
      deps.sum.subtract(bytes)
      grows -= bytes.byteLength + ROW_COST_BYTES
    }
    if (row) {
      const bytes = bytesOf(key, row)
      deps.sum.add(bytes)
      grows += bytes.byteLength + ROW_COST_BYTES
      rows.set(key, row)
      if (!before) order.add(key)
    } else {
      rows.delete(key)
      order.remove(key)
    }
    const under = named ? namespaceOf(key) : undefined
    deps.weight.change(grows, under)
    if (under !== undefined) count(under, before, row)
    onChange?.(key, before, row)
  }

  function count(under: string, before: Row | undefined, after: Row | undefined): void {
    if ((before === undefined) === (after === undefined)) return
    const owner = deps.ownerOf(under) ?? ''
    perOwner.change(before && owner, after && owner)
    perName.change(before && under, after && under)
  }

  function weightOf(key: string): number {
    const row = rows.get(key)
    return row ? bytesOf(key, row).byteLength + ROW_COST_BYTES : 0
  }

  return {
    name,
    ofOwner: perOwner.of,
    ofName: perName.of,
    weightOf,
    growth: (key, row) => bytesOf(key, row).byteLength + ROW_COST_BYTES - weightOf(key),
    get size() {
      return rows.size
    },
    get: (key) => rows.get(key),
    set: place,
    delete: (key) => {
      if (rows.has(key)) place(key, undefined)
    },
    keys: (prefix = '') => order.startingWith(prefix),
    page: (prefix, page) =>
      order.page(prefix, page).flatMap((key): [string, Row][] => {
        const row = rows.get(key)
        return row ? [[key, row]] : []
      }),
    capture() {
      const keys = order.all()
      const captured = keys.map((key) => rows.get(key))
      return {
        name,
        size: keys.length,
        packed(at) {
          const [key, row] = [keys[at], captured[at]]
          return key === undefined || !row ? null : [key, pack(row)]
        },
      }
    },
    load(packed) {
      for (const item of packed) {
        const parsed = packedRow.safeParse(item)
        if (!parsed.success) return false
        const [key, row] = parsed.data
        if (loadedTo !== undefined && key <= loadedTo) return false
        keep(key, row)
        loadedTo = key
      }
      return true
    },
  }
}
