import type { Inputs, NodeClient } from '../../transport/index.ts'
import type { LogLine } from './log-lines.ts'

export interface Kept<Gone> {
  name: string
  grep: string
  /** One copy alone. */
  instance: string | undefined
  /** Copies that are gone, the latest first. */
  gone: readonly Gone[]
  /** Whether there are copies that are not. */
  isThere: boolean
}

/**
 * All lines that are kept, those of copies that are gone first: what the others have printed does not hold
 * them. Returns those of the gone that could not be read: a computer that is away takes none of the rest.
 */
export async function readKept<Gone extends { instance: string }>(
  toNode: () => NodeClient,
  of: Kept<Gone>,
  take: (line: LogLine) => void,
): Promise<Gone[]> {
  const { name, grep, instance, gone, isThere } = of
  const input = { name, tail: 'all' as const, ...(grep && { grep }) }
  const read = async (which: Pick<Inputs['workloads']['logs'], 'instance'>): Promise<void> => {
    for await (const line of await toNode().workloads.logs({ ...input, ...which })) take(line)
  }
  if (instance !== undefined) {
    await read({ instance })
    return []
  }
  const missing: Gone[] = []
  for (const one of gone.toReversed()) {
    try {
      await read({ instance: one.instance })
    } catch {
      missing.push(one)
    }
  }
  if (isThere) await read({})
  return missing
}
