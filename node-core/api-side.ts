/** What the API knows of a node and does with it, with or without a network. */
import type { ApiDeps, NodeFacts, Reason } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import type { Metrics } from './base/metrics/index.ts'
import type { Random } from './base/random/index.ts'
import type { LogTap } from './log-tap.ts'
import type { NodeConfig } from './node-config.ts'
import type { OwnSettings } from './own-settings.ts'
import { createOwnerExports } from './owner-side.ts'
import { VERSION } from './version.ts'
import type { Whereabouts } from './whereabouts.ts'
import { createCatalogue } from './work/catalogue/index.ts'
import type { Leftovers } from './work/leftovers/index.ts'

export interface ApiSideDeps extends Pick<ApiDeps, 'leftData'> {
  config: NodeConfig
  settings: OwnSettings
  whereabouts: Whereabouts
  leftovers: Pick<Leftovers, 'trouble'>
  clock: Clock
  random: Random
  metrics: Metrics
  log: LogTap
  /** Base URL of the API once it is open. */
  api(): string | undefined
  onStopRequested(): void
}

export function apiDepsOf(deps: ApiSideDeps): ApiDeps {
  const { whereabouts, config, random, clock, metrics, log, leftData } = deps
  return {
    ...{ clock, metrics, leftData },
    logger: log.logger.child('api'),
    network: () => whereabouts.network()?.parts,
    onNetwork: (listener) => whereabouts.onNetwork(listener),
    onLog: log.subscribe,
    lifecycle: { ...whereabouts.moves, requestStop: () => deps.onStopRequested() },
    catalogue: createCatalogue({ entries: config.catalogue ?? [], random }),
    leftSpace: () => whereabouts.lobby()?.space,
    node: nodeFacts(deps),
  }
}

function nodeFacts({
  config,
  settings,
  whereabouts,
  leftovers,
  random,
  api,
}: ApiSideDeps): NodeFacts {
  const { nodeId, peerId, did } = whereabouts.identity()
  return {
    version: VERSION,
    ...{ id: nodeId, peerId, did },
    owner: () => ({
      id: whereabouts.identity().ownerId,
      name: settings.now().ownerName ?? settings.name(),
    }),
    exportOwner: createOwnerExports(() => whereabouts.identity().ownerKey, random),
    home: config.home,
    name: () => settings.name(),
    role: () => settings.now().role ?? 'rhizomorph',
    labels: () => config.labels ?? settings.now().labels ?? {},
    kinds: async () => (await whereabouts.network()?.kinds()) ?? [],
    api,
    edge: () => whereabouts.network()?.edge,
    degraded() {
      const [trouble, left] = [whereabouts.trouble(), leftovers.trouble()]
      const ofNetwork = whereabouts.network()?.degraded() ?? []
      const own = apiMoved(config, api())
      return [...(trouble ? [trouble] : []), ...(left ? [left] : []), ...own, ...ofNetwork]
    },
    async change(change) {
      await settings.change(change)
      await whereabouts.network()?.announce(change)
    },
  }
}

/** Its address is what people keep, and programs: it leads nowhere, or into another program. */
function apiMoved({ apiPortWanted: wanted }: NodeConfig, api: string | undefined): Reason[] {
  const port = Number(api && new URL(api).port)
  if (wanted === undefined || api === undefined || port === wanted) return []
  const message =
    `Another program had port ${wanted} when this node started, so its API, and its window in a browser, ` +
    `answer on port ${port} until it starts again and finds ${wanted} free: addresses with ${wanted} do ` +
    `not lead here. To keep ${port}, write it into config.toml (port, under [api]).`
  return [{ code: 'API_PORT_MOVED', message }]
}
