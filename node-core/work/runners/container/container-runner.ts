/** The runner's shell: starts, finds, reads and ends containers of this node in this network. */
import { MyceliumError } from '../../../base/errors/index.ts'
import { createGpuLeases } from '../gpus/index.ts'
import { MEMORY_GONE, type Running } from '../index.ts'
import { runCommand } from './commands.ts'
import { createDiskWatch } from './disk-watch.ts'
import { createEngine, type EngineContainer } from './engine.ts'
import type { EngineBounds } from './engine-bounds.ts'
import { createEngineRoom } from './engine-room.ts'
import { createEngineWatch } from './engine-watch.ts'
import { createFetchedBook } from './fetched-images.ts'
import { createForwarding, FORWARDER_PART } from './forwarding.ts'
import { createImageExport } from './image-export.ts'
import { createImageFetch } from './image-fetch.ts'
import { platformOf } from './image-parts.ts'
import { createImageServer } from './image-server.ts'
import { createImageThread } from './image-thread.ts'
import { createImages } from './images.ts'
import type { ContainerRunner, ContainerRunnerDeps, ContainerRunnerOptions } from './index.ts'
import { instancesOf } from './instances.ts'
import {
  inSandboxFilter,
  instanceFilter,
  ownerFilter,
  parseLabels,
  sandboxNameOf,
} from './labels.ts'
import { leasedIn } from './leased-gpus.ts'
import { ENDED_REMEMBERED_MAX, GRACE_MS, SANDBOXES_READY_MAX } from './limits.ts'
import { listensAt } from './listening.ts'
import { createNetworks } from './networks.ts'
import { outputOf, type WritingPart } from './output.ts'
import { createSandboxes } from './sandboxes.ts'
import { engineAddressOf, isHere, locate } from './socket.ts'
import { createStarter } from './starter.ts'
import { createStarts } from './starts.ts'
import { usageOf } from './usage.ts'
import { createVolumeStore } from './volumes.ts'

export function createContainerRunner(
  deps: ContainerRunnerDeps,
  options: ContainerRunnerOptions = {},
): ContainerRunner {
  const { clock, logger, node, network } = deps
  const whose = { network, node }
  const engine = createEngine(() => locate(options), clock)
  const { blobs } = deps
  const platform = platformOf(process.arch)
  const fetched = createFetchedBook(engine, deps.fetched, clock)
  const thread = createImageThread(() => locate(options), clock)
  const fetch = createImageFetch({ blobs, engine, thread, platform, makeRoom: deps.makeRoom })
  const images = createImages(deps, engine, fetch, fetched)
  const server = createImageServer({
    ...{ ...deps, engine, wanted: deps.imagesWanted },
    export: createImageExport(thread, blobs, platform, deps.makeRoom),
  })
  const exitListeners = new Set<(id: string) => void>()
  const availableListeners = new Set<(ok: boolean) => void>()
  const starts = createStarts()
  /** Of what is being started, what has ended already. */
  const endedEarly = new Set<string>()
  /** Ended by us, by the engine's id: their exit is nobody's news, and it may tell of it late. */
  const ended = new Map<string, true>()
  /** Exit codes of those the engine said have ended, by its id; its list may lag behind. */
  const exited = new Map<string, number | undefined>()
  /** Ended by us for what they did, by the engine's id. */
  const overuse = new Map<string, NonNullable<Running['endedFor']>>()
  const diskWatch = createDiskWatch({
    ...{ engine, clock, logger, labelFilter: ownerFilter(whose) },
    freeBytes: createEngineRoom(engine, () => isHere(locate(options))),
    onOveruse: (engineId, why) => remember(overuse, engineId, why),
  })
  const networks = createNetworks({ engine, whose, ...deps })
  /** Where instances are in the engine's network, since they were started last. */
  const addresses = new Map<string, string>()
  const engineIsHere = (): boolean => isHere(locate(options))
  /** Of the engine that has come last. */
  let bounds: EngineBounds = { notes: [], lacks: [] }
  const sandboxes = createSandboxes({
    ...{ engine, whose, clock, logger, folder: deps.folder, random: deps.random },
    most: options.sandboxesReadyMax ?? SANDBOXES_READY_MAX,
    isHere: () => engineIsHere() && watch.state().ok,
    isBusy: () => starts.any(),
  })
  const gpus = options.gpus ?? createGpuLeases([])
  const leased = leasedIn(engine)
  // Of an engine elsewhere the containers have no device of this computer.
  gpus.toldBy(async () => (engineIsHere() ? leased() : []))
  const starter = createStarter({
    ...{ engine, images, whose, clock, logger, networks, sandboxes, owner: deps.owner },
    engineIsHere,
    gpus,
    ownPorts: options.ownPorts,
    forwarding: createForwarding(engine, options.nodeRuntime, deps.folder),
  })

  const watch = createEngineWatch({
    engine,
    clock,
    logger,
    labelFilter: ownerFilter(whose),
    onArrival: async () => {
      await deps.onEngine?.(engineAddressOf(options))
      bounds = await engine.bounds()
      if (bounds.notes.length > 0) logger.warn('The engine does not keep all bounds', { ...bounds })
      await removeUnfinished()
      // What nobody is in keeps no network of the engine from going.
      await sandboxes.arrive()
      await networks.arrive()
    },
    onChange: (ok) => {
      for (const listener of availableListeners) listener(ok)
      if (ok && sandboxes.isForeseen()) void foresee()
    },
    onExit: ({ engineId, labels, exitCode, outOfMemory }) => {
      const found = parseLabels(labels)
      const sandbox = sandboxNameOf(labels)
      if (sandbox !== undefined) void sandboxEnded(sandbox, engineId)
      if (!found || ended.has(engineId)) return
      remember(exited, engineId, exitCode)
      if (outOfMemory) remember(overuse, engineId, MEMORY_GONE)
      if (starts.has(found.id)) endedEarly.add(found.id)
      for (const listener of exitListeners) listener(found.id)
    },
  })

  /** The first start of this life of the node finds a network ready, as the last ones before it did. */
  async function foresee(): Promise<void> {
    // Without it that start makes its own, as any that finds none.
    const own = await networks.of(deps.owner, undefined).catch(() => undefined)
    if (own !== undefined) sandboxes.demand({ network: own, resolves: false })
  }

  /** Who was in it has lost its network: to whoever looks, it has ended. */
  async function sandboxEnded(name: string, engineId: string): Promise<void> {
    sandboxes.ended(name)
    remember(exited, engineId, undefined)
    const inside = await engine.list(inSandboxFilter(whose, name)).catch(() => [])
    for (const id of new Set(inside.map(({ labels }) => parseLabels(labels)?.id))) {
      if (id === undefined) continue
      for (const listener of exitListeners) listener(id)
    }
  }

  /** A node that died between making and starting a container left one that never ran. */
  async function removeUnfinished(): Promise<void> {
    diskWatch.soon()
    for (const container of await settled()) {
      if (container.state === 'created') await engine.removeContainer(container.name)
    }
  }

  /** The containers of this node that are not being started. */
  function settled(): Promise<EngineContainer[]> {
    return starts.settled(
      () => engine.list(ownerFilter(whose)),
      ({ labels }) => parseLabels(labels)?.id,
    )
  }

  /** The containers of an instance of this node; the one that has the network comes last. */
  async function partsOf(id: string): Promise<WritingPart[]> {
    const containers = await engine.list(instanceFilter(whose, id))
    const parts = containers.map((container) => {
      return { container, part: parseLabels(container.labels)?.part ?? '' }
    })
    return parts.sort((a, b) => Number(a.container.name === id) - Number(b.container.name === id))
  }

  async function addressOf(id: string): Promise<string | undefined> {
    const container = (await partsOf(id)).at(-1)?.container
    const sandbox = container && parseLabels(container.labels)?.sandbox
    return sandbox ? (await sandboxes.find(sandbox.name))?.address : container?.address
  }

  return {
    kind: 'container',
    images,
    fetched,
    volumes: createVolumeStore(engine, whose),
    available: async () => {
      const [state, obstacle] = [watch.state(), networks.obstacle()]
      if (!state.ok) return state
      const [notes, lacks] = [[...bounds.notes], [...bounds.lacks]]
      if (obstacle !== undefined) {
        notes.push(obstacle)
        lacks.push('network')
      }
      return { ...state, ...(notes.length > 0 && { notes, lacks }) }
    },
    async start() {
      server.start()
      sandboxes.start()
      await watch.start()
      diskWatch.start()
    },
    async stop() {
      await diskWatch.stop()
      await sandboxes.stop().catch((error) => {
        logger.debug('Networks made ahead stay', { error })
      })
      await watch.stop()
      await server.stop()
      await thread.end()
      await networks.tidy().catch((error) => {
        logger.debug('Networks of containers stay', { error })
      })
    },

    onAvailable(listener) {
      availableListeners.add(listener)
      return () => availableListeners.delete(listener)
    },
    onExit(listener) {
      exitListeners.add(listener)
      return () => exitListeners.delete(listener)
    },

    obtain: (request) => starter.obtain(request),

    async run(request) {
      request.signal.throwIfAborted()
      request.onProgress({ step: 'starting' })
      starts.begin(request.id)
      addresses.delete(request.id)
      try {
        const running = await starter.start(request)
        if (running.address !== undefined) addresses.set(request.id, running.address)
        return running
      } finally {
        starts.end(request.id)
        diskWatch.soon()
        // It was not listed while it was being started: whoever looked then has to look again.
        if (endedEarly.delete(request.id)) {
          queueMicrotask(() => {
            for (const listener of exitListeners) listener(request.id)
          })
        }
      }
    },

    async end(id, { graceMs = GRACE_MS, drained, again = false } = {}) {
      addresses.delete(id)
      const parts = await partsOf(id)
      for (const { container } of parts) remember(ended, container.engineId, true)
      // What has ended by itself is only removed: whoever waits for its successor waits for this.
      const alive = parts.filter(({ container }) => container.state === 'running')
      const stop = (some: typeof parts) =>
        Promise.all(some.map((one) => engine.stopContainer(one.container.engineId, graceMs)))
      // What ends its work may need the names until it has.
      await stop(alive.filter(({ part }) => part !== FORWARDER_PART))
      await stop(alive.filter(({ part }) => part === FORWARDER_PART))
      if (parts.length > 0) await drained?.()
      for (const { container } of parts) await engine.removeContainer(container.engineId)
      if (again && sandboxes.has(id)) return
      const [first] = parts.map(({ container }) => parseLabels(container.labels)?.sandbox?.name)
      await sandboxes.release(id, first)
    },

    async list() {
      return instancesOf(await settled(), { exited, overuse })
    },

    async exec(id, { part, command }) {
      const found = (await partsOf(id)).find((one) => one.part === part)
      if (!found) throw notFound(id)
      return engine.exec(found.container.engineId, command)
    },

    async listens(id, containerPort) {
      if (!engineIsHere()) return undefined
      const address = addresses.get(id) ?? (await addressOf(id))
      if (address === undefined) return undefined
      addresses.set(id, address)
      return listensAt(address, containerPort)
    },

    async usage() {
      const all = await engine.list(ownerFilter(whose))
      const parts = all.filter(({ labels }) => parseLabels(labels)?.part !== FORWARDER_PART)
      return usageOf(engine, parts, clock.wallMs())
    },

    async command(id, request) {
      const parts = (await partsOf(id)).filter(({ part }) => part !== FORWARDER_PART)
      // Where a forwarder has the instance's own name, the only part is meant, or one that is named.
      const [only, second] = parts
      const first =
        parts.find(({ container }) => container.name === id) ?? (second ? undefined : only)
      const wanted = request.part ?? first?.part
      const found = parts.find(({ part }) => part === wanted)
      if (!found) throw notFound(id)
      return runCommand(engine, found.container, request)
    },

    async *output(id, options) {
      const parts = (await partsOf(id)).filter(({ part }) => part !== FORWARDER_PART)
      if (parts.length === 0) throw notFound(id)
      yield* outputOf(engine, parts, options)
    },
  }
}

function notFound(id: string): MyceliumError<'INSTANCE_NOT_FOUND'> {
  return new MyceliumError('INSTANCE_NOT_FOUND', `There is no instance ${id} here.`)
}

function remember<T>(ids: Map<string, T>, id: string, value: T): void {
  ids.set(id, value)
  const [oldest] = ids.keys()
  if (oldest !== undefined && ids.size > ENDED_REMEMBERED_MAX) ids.delete(oldest)
}
