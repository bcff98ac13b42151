/** What nodes of this home have at this computer's engine, and its end. */
import type { Clock } from './base/clock/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import { isCode, messageOf } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import { engineOfHome } from './kept-engine.ts'
import { fetchedImages } from './space-side.ts'
import {
  createEngineFirewall,
  createNodeContainers,
  createNodeImages,
  createNodeVolumes,
} from './work/runners/container/index.ts'
import type { NodeVolume } from './work/runners/index.ts'
import { createShield } from './work/shield/index.ts'

export interface AtEngine {
  containers: { name: string; workload?: string; index?: number }[]
  images: { name: string; sizeBytes: number }[]
  /** Bytes are absent where the engine did not count them in time. */
  volumes: (NodeVolume & { usedBytes?: number })[]
}

/** What could not be removed, and why. */
export interface Stuck {
  what: string
  why: string
}

export interface EngineDeps {
  disk: FileDisk
  nodes: readonly NodeId[]
  clock: Clock
  logger: Logger
}

/** How long the engine may count what volumes hold. Milliseconds. */
const COUNT_MS = 15_000

async function openEngine({ disk, nodes, clock, logger }: EngineDeps) {
  const at = await engineOfHome(disk)
  return {
    containers: nodes.map((node) => createNodeContainers(node, clock, at)),
    volumes: nodes.map((node) => createNodeVolumes(node, clock, at)),
    images: createNodeImages(fetchedImages(disk, logger), clock, at),
  }
}

/** Throws ENGINE_UNAVAILABLE. */
export async function lookAtEngine(deps: EngineDeps): Promise<AtEngine> {
  const { containers, volumes, images } = await openEngine(deps)
  const found = (await Promise.all(containers.map((one) => one.list()))).flat()
  const kept = (await Promise.all(volumes.map((one) => one.list()))).flat()
  const [counting] = kept.length > 0 ? volumes : []
  const used = await counting?.usage(AbortSignal.timeout(COUNT_MS)).catch(() => undefined)
  return {
    containers: found,
    images: (await images.list()).map(({ id, name = id.slice(0, 19), sizeBytes }) => {
      return { name, sizeBytes }
    }),
    volumes: kept.map((volume) => {
      const usedBytes = used?.get(volume.engineName)
      return { ...volume, ...(usedBytes !== undefined && { usedBytes }) }
    }),
  }
}

/** All but data, unless that goes for good. Throws ENGINE_UNAVAILABLE. */
export async function clearEngine(
  deps: EngineDeps,
  { forGood }: { forGood: boolean },
): Promise<Stuck[]> {
  const { containers, volumes, images } = await openEngine(deps)
  const stuck: Stuck[] = []
  let goesOn = false
  const attempt = async (what: string, step: () => Promise<unknown>): Promise<void> => {
    await step().catch((error: unknown) => {
      if (isCode(error, 'ENGINE_UNAVAILABLE')) throw error
      stuck.push({ what, why: messageOf(error) })
    })
  }
  for (const store of containers) {
    const found = await store.list()
    await Promise.all(found.map((one) => attempt(`container ${one.name}`, () => store.end(one))))
    goesOn ||= stuck.length > 0
    for (const network of await store.networks()) {
      await attempt('a network of the engine', () => store.dropNetworks(network))
    }
  }
  for (const { id, name = id.slice(0, 19) } of await images.list()) {
    await attempt(`image ${name}`, async () => {
      if (!(await images.remove(id))) throw new Error('a container or another image is made of it')
    })
  }
  for (const store of forGood ? volumes : []) {
    for (const volume of await store.list()) {
      await attempt(`data ${volume.engineName}`, () => store.remove(volume))
    }
  }
  // A container that does not end stays bounded.
  if (!goesOn) await clearFirewall(deps)
  for (const store of containers) await attempt('an image', () => store.dropEmptyImage())
  return stuck
}

/** A node that is not root has its rules for containers written by way of the engine. */
async function clearFirewall({ disk, nodes, clock, logger }: EngineDeps): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return
  const at = await engineOfHome(disk)
  for (const node of nodes) {
    const firewall = createEngineFirewall({ clock, node, network: '' }, at)
    const shield = createShield({ clock, node, logger, firewall })
    // With nothing bound, to stop is to take all rules along.
    await shield.start()
    await shield.stop()
  }
}
