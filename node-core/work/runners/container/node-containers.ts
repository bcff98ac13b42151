/** What of a node is at its engine beside data and images, of whichever network it was started for. */
import type { Clock } from '../../../base/clock/index.ts'
import { createEngine } from './engine.ts'
import type { NodeContainers } from './index.ts'
import { networkFilter, networkOf, nodeFilter, parseLabels } from './labels.ts'
import { GRACE_MS } from './limits.ts'
import { type Located, locate } from './socket.ts'

export function createNodeContainers(node: string, clock: Clock, at: Located): NodeContainers {
  const engine = createEngine(() => locate(at), clock)
  return {
    async list() {
      const found = await engine.list(nodeFilter(node))
      return found.flatMap(({ engineId, name, labels, state }) => {
        const network = networkOf(labels)
        if (network === undefined) return []
        const { workload, index } = parseLabels(labels) ?? {}
        const copy = workload === undefined || index === undefined ? {} : { workload, index }
        return [{ engineId, name, network, ...copy, isRunning: state === 'running' }]
      })
    },
    async end({ engineId, isRunning }) {
      if (isRunning) await engine.stopContainer(engineId, GRACE_MS)
      await engine.removeContainer(engineId)
    },
    async networks() {
      const found = await engine.networks(nodeFilter(node))
      return [...new Set(found.flatMap(({ labels }) => networkOf(labels) ?? []))]
    },
    dropNetworks: (network) =>
      engine.removeIdleNetworks([...nodeFilter(node), ...networkFilter(network)]),
    dropEmptyImage: () => engine.removeEmptyImage(),
  }
}
