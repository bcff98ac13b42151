/** Which nodes had a home before it was uninstalled: what they left at the engine is found by their ids alone. */
import { z } from 'zod'
import type { Disk } from './base/disk/index.ts'
import { type NodeId, parseNodeId } from './base/net/index.ts'

export const FORMER_NODES = 'uninstalled.json'

const form = z.object({ version: z.literal(1), nodes: z.array(z.string()) })

/** None where that cannot be read: then nothing is known to be theirs, so everything stays. */
export async function formerNodes(disk: Pick<Disk, 'read'>): Promise<NodeId[]> {
  const bytes = await disk.read(FORMER_NODES)
  if (!bytes) return []
  const parsed = form.safeParse(parseJson(new TextDecoder().decode(bytes)))
  if (!parsed.success) return []
  return parsed.data.nodes.flatMap((text) => parseNodeId(text) ?? [])
}

export async function writeFormerNodes(
  disk: Pick<Disk, 'writeAtomic'>,
  nodes: readonly NodeId[],
): Promise<void> {
  const text = `${JSON.stringify({ version: 1, nodes }, null, 2)}\n`
  await disk.writeAtomic(FORMER_NODES, new TextEncoder().encode(text), { mode: 0o600 })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
