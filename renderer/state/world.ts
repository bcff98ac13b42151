import type { NodeEvent } from '../../node-core/api/contract/index.ts'
import type { Time } from '../time/index.ts'
import {
  type Connection,
  type Line,
  type NodeClient,
  type Outputs,
  toProblem,
} from '../transport/index.ts'
import { createDeletions, type Deletions } from './deletions.ts'
import { createLingering, type Lingering } from './lingering.ts'
import { createResource, type Resource } from './resource.ts'
import type { RouteStore } from './route.ts'
import { asSaid } from './said-names.ts'
import type { SettingsStore } from './settings.ts'
import { createToasts, type Toasts } from './toasts.ts'

export interface WorldDeps {
  connection: Connection
  time: Time
  route: RouteStore
  settings: SettingsStore
  /** Whether anybody can see the window: hidden ones ask nothing on their own. */
  isVisible: () => boolean
}

/** All that the screens share. */
export interface World {
  connection: Connection
  time: Time
  route: RouteStore
  settings: SettingsStore
  toasts: Toasts
  deletions: Deletions
  /** Holds notices, and the deletes that they can undo, while somebody is at them. */
  notices: Pick<Lingering, 'hold' | 'release'>
  status: Resource<Outputs['node']['status']>
  nodes: Resource<Outputs['nodes']['list']['nodes']>
  peers: Resource<Outputs['peers']['list']['peers']>
  members: Resource<Outputs['members']['list']['members']>
  proposals: Resource<Outputs['proposals']['list']['proposals']>
  workloads: Resource<Outputs['workloads']['list']['workloads']>
  /** The node; throws where the line is gone, as any call would. */
  client(): NodeClient
  publish: Line['publish']
  onEvent(listener: (event: NodeEvent) => void): () => void
  /** Asks for everything again. */
  refresh(): void
  start(): void
}

/** Events say what changed at once; this only heals what an event lost. */
const SAFETY_REFRESH_MS = 10_000
const REWATCH_MS = 1_000

export function createWorld(deps: WorldDeps): World {
  const { connection, time } = deps
  const listeners = new Set<(event: NodeEvent) => void>()
  const notices = createLingering(time)
  const toasts = createToasts(notices)

  function line(): Line {
    const open = connection.line()
    if (!open) throw new Error('The node does not answer right now.')
    return open
  }
  const client = (): NodeClient => line().client

  const status = createResource(() => client().node.status(), time)
  const nodes = createResource(async () => (await client().nodes.list()).nodes, time)
  const peers = createResource(async () => (await client().peers.list()).peers, time)
  const members = createResource(async () => (await client().members.list()).members, time)
  const proposals = createResource(async () => (await client().proposals.list()).proposals, time)
  const workloads = createResource(
    async () => (await client().workloads.list()).workloads.map(asSaid),
    time,
  )
  const networkResources = [nodes, peers, members, proposals, workloads]

  const deletions = createDeletions(
    notices,
    async (name) => {
      await client().workloads.delete({ name })
      workloads.refresh()
    },
    (name, error) => toasts.show({ tone: 'bad', text: name, detail: toProblem(error).message }),
  )

  function refresh(): void {
    status.refresh()
    if (status.store.getState().data?.network) for (const each of networkResources) each.refresh()
  }

  function hear(event: NodeEvent): void {
    for (const listener of listeners) listener(event)
    switch (event.type.split('.')[0]) {
      case 'node':
        nodes.refresh()
        peers.refresh()
        status.refresh()
        return
      case 'workload':
      case 'instance':
        workloads.refresh()
        return
      case 'network':
      case 'events':
        refresh()
        return
    }
  }

  async function watch(open: Line): Promise<void> {
    try {
      for await (const event of await open.client.events.watch({ subscribe: TOPICS })) hear(event)
    } catch {
      // The line's own end is told by the connection; a stream that ended alone is opened again.
    }
    if (connection.line() === open) time.after(REWATCH_MS, () => void watch(open))
  }

  // What belongs to a network is asked for when there is one, and forgotten when it is left.
  let networkId: string | undefined
  let runs = false
  status.store.subscribe(({ data }) => {
    if (!data) return
    const id = data.network?.id
    const ran = runs
    runs = id !== undefined
    // One that starts anew is likely the same: what it said last stays until it says who it is.
    if (!runs && data.starting !== undefined) return
    if (id === networkId && runs === ran) return
    for (const each of networkResources) {
      if (id !== networkId) each.clear()
      if (runs) each.refresh()
    }
    networkId = id
  })

  let watched: Line | undefined
  function follow(): void {
    const open = connection.line()
    if (!open || open === watched) return
    watched = open
    refresh()
    void watch(open)
  }

  function keepFresh(): void {
    time.after(SAFETY_REFRESH_MS, () => {
      if (deps.isVisible() && connection.line()) refresh()
      keepFresh()
    })
  }

  return {
    ...deps,
    toasts,
    deletions,
    notices,
    status,
    nodes,
    peers,
    members,
    proposals,
    workloads,
    client,
    publish: (file) => line().publish(file),
    onEvent(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    refresh,
    start() {
      connection.subscribe(follow)
      connection.start()
      keepFresh()
    },
  }
}

/** Log lines are watched where they are shown. */
const TOPICS: ('node' | 'workload' | 'instance' | 'network')[] = [
  'node',
  'workload',
  'instance',
  'network',
]
