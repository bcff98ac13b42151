import { nameOf } from '../draft/index.ts'
import type { Bodies } from './bodies.ts'

export interface Identified {
  bodies: Bodies
  /** One for each workload, in their order. */
  ids: readonly string[]
}

/**
 * Who is who after the draft has changed, here or in another way of writing it: the very same object,
 * else the same name, else what stands in the same place of a list that is as long as it was.
 */
export function identify(before: Identified, bodies: Bodies): string[] {
  const free = new Map(before.ids.map((id, index) => [id, index]))
  const ids: (string | undefined)[] = bodies.map(() => undefined)
  const take = (matches: (was: number, now: number) => boolean): void => {
    for (const now of bodies.keys()) {
      if (ids[now] !== undefined) continue
      const found = [...free].find(([, was]) => matches(was, now))
      if (!found) continue
      ids[now] = found[0]
      free.delete(found[0])
    }
  }
  take((was, now) => before.bodies[was] === bodies[now])
  take((was, now) => isNamedAlike(before.bodies[was], bodies[now]))
  take((was, now) => was === now && before.bodies.length === bodies.length)
  let next = Math.max(0, ...before.ids.map((id) => Number(id.slice(1))))
  return ids.map((id) => {
    next += id === undefined ? 1 : 0
    return id ?? `s${next}`
  })
}

function isNamedAlike(one: Bodies[number] | undefined, other: Bodies[number] | undefined): boolean {
  if (!one || !other) return false
  const name = nameOf(one)
  return name !== '' && name === nameOf(other)
}
