import type { NodeClient } from '../../transport/index.ts'

export interface HalfThere {
  kept: string
  missing: string
}

interface Given {
  name: string
  value: string
}

/**
 * Names that are given one value hold it together, as a database and what uses it. Where one is there and
 * another is not, nobody can read what the one holds, and what the other would be given is something else.
 */
export async function halfThere(
  client: NodeClient,
  given: readonly Given[],
  wrote: ReadonlyMap<string, string>,
): Promise<HalfThere | undefined> {
  const there = new Set<string>()
  const shared = given.filter(({ value }) => given.filter((one) => one.value === value).length > 1)
  for (const { name } of shared) {
    const { secrets } = await client.secrets.list({ prefix: name, limit: 1 })
    if (secrets.some((one) => one.name === name)) there.add(name)
  }
  for (const { name: kept, value } of shared) {
    // What this window wrote is what the other is to hold.
    if (!there.has(kept) || wrote.get(kept) === value) continue
    const missing = shared.find((one) => one.value === value && !there.has(one.name))?.name
    if (missing !== undefined) return { kept, missing }
  }
  return undefined
}
