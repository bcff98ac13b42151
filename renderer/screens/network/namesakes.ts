import { shortId } from '../../format/index.ts'

interface Named {
  id: string
  name: string
}

/** Short ids of those whose name another one has too, by their id. */
export type Marks = ReadonlyMap<string, string>

/** Tells apart what has one name: everybody chooses their own, so nothing keeps two from choosing alike. */
export function marksOf(ones: Iterable<Named>): Marks {
  const byName = new Map<string, Set<string>>()
  for (const { id, name } of ones) {
    // As people read it: they see neither the case nor spaces at the ends.
    const read = name.trim().normalize('NFKC').toLowerCase()
    byName.set(read, (byName.get(read) ?? new Set()).add(id))
  }
  const alike = [...byName.values()].filter((ids) => ids.size > 1)
  return new Map(alike.flatMap((ids) => [...ids].map((id) => [id, shortId(bare(id))] as const)))
}

/** The name as it is said in a sentence. */
export function called({ id, name }: Named, marks: Marks): string {
  const mark = marks.get(id)
  return mark === undefined ? name : `${name.trim()} (${mark})`
}

/** On the map, which has little room: how the id begins. */
export function calledInShort({ id, name }: Named, marks: Marks): string {
  const [begins] = marks.get(id)?.split('…') ?? []
  return begins === undefined ? name : `${name.trim()} (${begins})`
}

/** What is typed to confirm: with the end of the id where the name alone may mean another one. */
export function typedName({ id, name }: Named, marks: Marks): string {
  return marks.has(id) ? `${name.trim()} ${id.slice(-4)}` : name
}

/** All owners are keys: what they begin with tells nobody apart. */
function bare(id: string): string {
  return id.replace(/^did:key:/, '')
}
