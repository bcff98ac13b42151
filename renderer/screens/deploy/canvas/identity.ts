import { type Draft, nameOf } from './draft.ts'

export interface Identified {
  draft: Draft
  /** One for each workload, in their order. */
  ids: readonly string[]
}

/**
 * Who is who after the draft has changed, here or in another way of writing it: the very same object,
 * else the same name, else what stands in the same place of a list that is as long as it was.
 */
export function identify(before: Identified, draft: Draft): string[] {
  const free = new Map(before.ids.map((id, index) => [id, index]))
  const ids: (string | undefined)[] = draft.map(() => undefined)
  const take = (matches: (was: number, now: number) => boolean): void => {
    for (const now of draft.keys()) {
      if (ids[now] !== undefined) continue
      const found = [...free].find(([, was]) => matches(was, now))
      if (!found) continue
      ids[now] = found[0]
      free.delete(found[0])
    }
  }
  take((was, now) => before.draft[was] === draft[now])
  take((was, now) => isNamedAlike(before.draft[was], draft[now]))
  take((was, now) => was === now && before.draft.length === draft.length)
  let next = Math.max(0, ...before.ids.map((id) => Number(id.slice(1))))
  return ids.map((id) => {
    next += id === undefined ? 1 : 0
    return id ?? `s${next}`
  })
}

function isNamedAlike(one: Draft[number] | undefined, other: Draft[number] | undefined): boolean {
  if (!one || !other) return false
  const name = nameOf(one)
  return name !== '' && name === nameOf(other)
}
