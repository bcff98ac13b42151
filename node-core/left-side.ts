/** What lies here of networks that this computer has left: of the node and its home, with or without a network. */
import path from 'node:path'
import type { Clock } from './base/clock/index.ts'
import type { Disk } from './base/disk/index.ts'
import { isCode } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import { formerNodes } from './former-nodes.ts'
import { readNetwork } from './home.ts'
import { parseGenesis } from './identity/index.ts'
import type { NodeConfig } from './node-config.ts'
import { fetchedImages } from './space-side.ts'
import { createLeftovers, type Leftovers } from './work/leftovers/index.ts'
import {
  createNodeContainers,
  createNodeImages,
  createNodeVolumes,
  type Located,
} from './work/runners/container/index.ts'
import { createNodeProgramVolumes, VOLUMES_FOLDER } from './work/runners/process/index.ts'
import { createSpace, type Space } from './work/space/index.ts'
import { createLeftData, type LeftData } from './work/volumes/index.ts'

export interface LeftDeps {
  /** Where it may answer. */
  engine: Located
  node: NodeId
  disk: Disk & { root: string }
  clock: Clock
  logger: Logger
}

export function openLeftData({
  leftovers,
  node,
  ...deps
}: LeftDeps & { leftovers: Pick<Leftovers, 'end'> }): LeftData {
  const { disk, clock, logger, engine } = deps
  const programs = createNodeProgramVolumes(path.join(disk.root, VOLUMES_FOLDER))
  return createLeftData({
    ...{ disk, clock, logger, leftovers, self: node },
    store: {
      async list() {
        const own = await programs.list()
        const nodes = new Set([node, ...(await formerNodes(disk))])
        const lists = [...nodes].map((one) => {
          return createNodeVolumes(one, clock, engine).list()
        })
        const ofEngine = await Promise.all(lists).catch((error: unknown) => {
          // What programs kept is here, whether the engine is or not.
          if (own.length === 0 || !isCode(error, 'ENGINE_UNAVAILABLE')) throw error
          return []
        })
        return [...ofEngine.flat(), ...own]
      },
      async remove(volume) {
        const store = volume.kind ? programs : createNodeVolumes(node, clock, engine)
        await store.remove(volume)
      },
    },
    network: () => networkOf(disk),
  })
}

export function openLeftovers({ node, engine, disk, clock, logger }: LeftDeps): Leftovers {
  return createLeftovers({
    containers: createNodeContainers(node, clock, engine),
    network: () => networkOf(disk),
    ...{ clock, logger },
  })
}

/** Of the disk, not of what runs: a network whose parts could not be started was not left. */
async function networkOf(disk: Disk): Promise<{ id: string; name: string } | undefined> {
  const stored = await readNetwork(disk)
  if (!stored) return undefined
  const { id, genesis } = parseGenesis(stored.genesis)
  return { id, name: genesis.name }
}

/**
 * While the home is in no network: images that this node brought to the engine, of which none is needed.
 * All else that it kept for a network went with that.
 */
export function openLeftSpace({
  config: { engineSocket, spaceBudgetBytes },
  ...deps
}: {
  config: Pick<NodeConfig, 'engineSocket' | 'spaceBudgetBytes'>
  disk: Disk
  clock: Clock
  logger: Logger
}): Space {
  const { disk, clock } = deps
  const logger = deps.logger.child('space')
  return createSpace(
    {
      blobs: NO_BLOBS,
      images: createNodeImages(fetchedImages(disk, logger), clock, engineAt(engineSocket)),
      wanted: () => ({ images: new Set(), bundles: new Set() }),
      isKeeper: () => false,
      ...{ clock, logger },
    },
    spaceBudgetBytes === undefined ? {} : { budgetBytes: spaceBudgetBytes },
  )
}

const NO_BLOBS = {
  list: async () => [],
  leftovers: async () => [],
  remove: async () => {},
  dropLeftover: async () => {},
}

/** Of a node that runs. */
export function engineAt(socketPath: string | undefined): Located {
  return { environment: process.env, ...(socketPath && { socketPath }) }
}
