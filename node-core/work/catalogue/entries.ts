import { assert, MyceliumError } from '../../base/errors/index.ts'
import { type Entry, parseEntry } from './entry.ts'
import type { CatalogueErrorCode } from './index.ts'
import { ENTRIES_MAX } from './limits.ts'

/** Read when they are first asked for: a node that nobody asks need not know them. */
export function createEntries(values: readonly unknown[]) {
  let read: readonly Entry[] | undefined
  const list = (): readonly Entry[] => {
    read ??= readAll(values)
    return read
  }
  return {
    list,
    get(name: string): Entry {
      const entry = list().find((each) => each.name === name)
      if (entry) return entry
      const message = `Nothing in the catalogue is called “${name}”.`
      throw new MyceliumError<CatalogueErrorCode>('ENTRY_UNKNOWN', message)
    },
  }
}

function readAll(values: readonly unknown[]): readonly Entry[] {
  assert(values.length <= ENTRIES_MAX, 'The catalogue has more entries than it may.')
  const entries = values.map(parseEntry).sort((a, b) => (a.title < b.title ? -1 : 1))
  const names = new Set(entries.map(({ name }) => name))
  assert(names.size === entries.length, 'Two entries of the catalogue have one name.')
  return entries
}
