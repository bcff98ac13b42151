/** Two may have one name: which of them is meant is then said by the beginning of its id. */
import { short } from './format.ts'

export interface Named {
  id: string
  name: string
}

/** How each is called among these, of whom one may stand there more than once. */
export function namingAmong(all: Iterable<Named>): (one: Named) => string {
  const idsOf = new Map<string, Set<string>>()
  for (const { id, name } of all) {
    const ids = idsOf.get(asRead(name)) ?? new Set()
    idsOf.set(asRead(name), ids.add(id))
  }
  return ({ id, name }) => {
    const isAlone = (idsOf.get(asRead(name))?.size ?? 0) < 2
    return isAlone ? name : `${name.trim()} (${short(id)})`
  }
}

/** People see neither the case nor spaces at the ends. */
function asRead(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase()
}
