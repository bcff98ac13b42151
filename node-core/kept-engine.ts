/**
 * Which engine the node of a home used last. Where no node runs, that one is asked what is left of it: the
 * DOCKER_HOST of a shell may name another, which has nothing of the node and would be taken to be clean.
 */
import { z } from 'zod'
import type { Disk } from './base/disk/index.ts'
import { messageOf } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import { engineAddressOf, type Located, parseDockerHost } from './work/runners/container/index.ts'

export const KEPT_ENGINE = 'engine.json'

const form = z.object({ version: z.literal(1), address: z.string() })

/** Where that fails the node works all the same: the engine is then looked for. */
export async function keepEngine(
  { disk, logger }: { disk: Disk; logger: Logger },
  address: string,
): Promise<void> {
  try {
    if ((await readAddress(disk)) === address) return
    const text = `${JSON.stringify({ version: 1, address })}\n`
    await disk.writeAtomic(KEPT_ENGINE, new TextEncoder().encode(text), { mode: 0o600 })
  } catch (error) {
    logger.warn('The address of the engine could not be kept', { reason: messageOf(error) })
  }
}

/** The one of a home, or else the one that this process finds by its own environment. */
export async function engineOfHome(disk: Pick<Disk, 'read'>): Promise<Located> {
  const address = await readAddress(disk)
  return { environment: address === undefined ? process.env : { DOCKER_HOST: address } }
}

/** Whether a node of this home ever had one. */
export async function hadEngine(disk: Pick<Disk, 'read'>): Promise<boolean> {
  return (await disk.read(KEPT_ENGINE)) !== undefined
}

/** As DOCKER_HOST says it. */
export async function engineAddressOfHome(disk: Pick<Disk, 'read'>): Promise<string> {
  return engineAddressOf(await engineOfHome(disk))
}

/** None where what is there is not understood. */
async function readAddress(disk: Pick<Disk, 'read'>): Promise<string | undefined> {
  const bytes = await disk.read(KEPT_ENGINE)
  if (!bytes) return undefined
  try {
    const { address } = form.parse(JSON.parse(new TextDecoder().decode(bytes)))
    return parseDockerHost(address) && address
  } catch {
    return undefined
  }
}
