/** Data of networks that this computer has left: of the node and its home, with or without a network. */
import type { Clock } from './base/clock/index.ts'
import type { Disk } from './base/disk/index.ts'
import type { Logger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import { readNetwork } from './home.ts'
import { parseGenesis } from './identity/index.ts'
import type { NodeConfig } from './node-config.ts'
import { createNodeVolumes } from './work/runners/container/index.ts'
import { createLeftData, type LeftData } from './work/volumes/index.ts'

export function openLeftData({
  config: { engineSocket },
  node,
  ...deps
}: {
  config: Pick<NodeConfig, 'engineSocket'>
  node: NodeId
  disk: Disk
  clock: Clock
  logger: Logger
}): LeftData {
  const at = { environment: process.env, ...(engineSocket && { socketPath: engineSocket }) }
  return createLeftData({
    ...deps,
    store: createNodeVolumes(node, deps.clock, at),
    // Of the disk, not of what runs: a network whose parts could not be started was not left.
    async network() {
      const stored = await readNetwork(deps.disk)
      if (!stored) return undefined
      const { id, genesis } = parseGenesis(stored.genesis)
      return { id, name: genesis.name }
    },
  })
}
