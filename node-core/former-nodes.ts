/** Which nodes had a home before it was uninstalled: what they left at the engine is found by their ids alone. */
import { z } from 'zod'
import type { Disk } from './base/disk/index.ts'
import { type NodeId, parseNodeId } from './base/net/index.ts'

export const FORMER_NODES = 'uninstalled.json'

const form = z.object({ version: z.literal(1), nodes: z.array(z.string()) })

/** None where that cannot be read: then nothing is known to be theirs, so everything stays. */
export async function formerNodes(disk: Pick<Disk, 'read'>): Promise<NodeId[]> {
  const nodes = (await readForm(disk)) ?? []
  return nodes.flatMap((text) => parseNodeId(text) ?? [])
}

/** Whether an uninstall began here and has not ended, though no node may have had the home. */
export async function isHalfUninstalled(disk: Pick<Disk, 'read'>): Promise<boolean> {
  return (await readForm(disk)) !== undefined
}

export async function writeFormerNodes(
  disk: Pick<Disk, 'writeAtomic'>,
  nodes: readonly NodeId[],
): Promise<void> {
  const text = `${JSON.stringify({ version: 1, nodes }, null, 2)}\n`
  await disk.writeAtomic(FORMER_NODES, new TextEncoder().encode(text), { mode: 0o600 })
}

async function readForm(disk: Pick<Disk, 'read'>): Promise<string[] | undefined> {
  const bytes = await disk.read(FORMER_NODES)
  return bytes && form.safeParse(parseJson(new TextDecoder().decode(bytes))).data?.nodes
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
