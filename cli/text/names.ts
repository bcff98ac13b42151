/** Two may have one name: which of them is meant is then said by the beginning of its id. */
import { short } from './format.ts'

export interface Named {
  id: string
  name: string
}

/** How each is called among these. */
export function namingAmong(all: readonly Named[]): (one: Named) => string {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { name } of all) (seen.has(name) ? twice : seen).add(name)
  return ({ id, name }) => (twice.has(name) ? `${name} (${short(id)})` : name)
}
