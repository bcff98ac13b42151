/** The runner's shell: starts, finds, reads and ends containers of this node in this network. */
import { existsSync } from 'node:fs'
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { ContainerSource } from '../../spec/index.ts'
import {
  findLoopbackPort,
  type LogLineOut,
  portTaken,
  type Running,
  type StartRequest,
} from '../index.ts'
import { createEngine, type EngineContainer } from './engine.ts'
import { createEngineWatch } from './engine-watch.ts'
import { createImageServer } from './image-server.ts'
import { createImages } from './images.ts'
import type { ContainerRunner, ContainerRunnerDeps, ContainerRunnerOptions } from './index.ts'
import { isOurs, labelsOf, ownerFilter, parseLabels } from './labels.ts'
import { ENDED_REMEMBERED_MAX, GRACE_MS, PORT_ATTEMPTS_MAX } from './limits.ts'
import { createLogReader } from './log-frames.ts'
import { restrictedProfile } from './profile.ts'
import { type EngineAddress, findEngine } from './socket.ts'

export function createContainerRunner(
  deps: ContainerRunnerDeps,
  options: ContainerRunnerOptions = {},
): ContainerRunner {
  const { clock, logger, node, network } = deps
  const whose = { network, node }
  const engine = createEngine(() => locate(options), clock)
  const images = createImages(deps, engine)
  const server = createImageServer({ ...deps, engine, wanted: deps.imageWanted })
  const exitListeners = new Set<(id: string) => void>()
  const availableListeners = new Set<(ok: boolean) => void>()
  /** Made but not yet running: not listed, since they are neither. */
  const starting = new Set<string>()
  /** Ended by us, by the engine's id: their exit is nobody's news, and it may tell of it late. */
  const ended = new Map<string, true>()
  /** Exit codes of those the engine said have ended, by its id; its list may lag behind. */
  const exited = new Map<string, number | undefined>()
  let toldUnreachable = false

  const watch = createEngineWatch({
    engine,
    clock,
    logger,
    labelFilter: ownerFilter(whose),
    onArrival: removeUnfinished,
    onChange: (ok) => {
      for (const listener of availableListeners) listener(ok)
    },
    onExit: ({ engineId, labels, exitCode }) => {
      const found = parseLabels(labels)
      if (!found || ended.has(engineId)) return
      remember(exited, engineId, exitCode)
      for (const listener of exitListeners) listener(found.id)
    },
  })

  /** A node that died between making and starting a container left one that never ran. */
  async function removeUnfinished(): Promise<void> {
    for (const container of await engine.list(ownerFilter(whose))) {
      if (container.state !== 'created' || starting.has(container.name)) continue
      await engine.removeContainer(container.name)
    }
  }

  async function create(request: StartRequest, hostPorts: Record<string, number>): Promise<void> {
    const { signal, onProgress } = request
    const source = containerSource(request)
    try {
      await make(request, source.imageId ?? source.image, hostPorts)
    } catch (error) {
      // Not asked for beforehand: when the image is here, as mostly, that would cost a round trip.
      if (!isCode(error, 'IMAGE_NOT_FOUND')) throw error
      const image = await images.ensure(source, { signal, onProgress })
      signal.throwIfAborted()
      onProgress({ step: 'starting' })
      await make(request, image, hostPorts)
    }
  }

  async function make(
    request: StartRequest,
    image: string,
    hostPorts: Record<string, number>,
  ): Promise<void> {
    const { id, workload } = request
    const labels = labelsOf(whose, request)
    const rest = { workload, source: containerSource(request), image, labels, hostPorts }
    const access = isHere(locate(options)) ? request.access : undefined
    if (request.access && !access) tellUnreachable()
    try {
      await engine.create(id, restrictedProfile({ ...rest, ...(access && { access }) }))
    } catch (error) {
      if (!access || !isCode(error, 'FOLDER_UNSEEN')) throw error
      tellUnreachable()
      await engine.create(id, restrictedProfile(rest))
    }
  }

  function tellUnreachable(): void {
    if (toldUnreachable) return
    toldUnreachable = true
    logger.warn('The engine is elsewhere: containers have no door to this node')
  }

  async function attempt(request: StartRequest): Promise<Running> {
    const { id, workload, index, generation, signal } = request
    const ports: Record<string, number> = {}
    for (const { containerPort, hostPort } of workload.ports) {
      ports[String(containerPort)] ??= await findLoopbackPort(hostPort)
    }
    await create(request, ports)
    try {
      signal.throwIfAborted()
      await engine.startContainer(id)
      signal.throwIfAborted()
    } catch (error) {
      await engine.removeContainer(id).catch((cause) => {
        logger.warn('a container that did not start was not removed', {
          id,
          reason: messageOf(cause),
        })
      })
      throw error
    }
    const startedAtMs = clock.wallMs()
    return { id, workload: workload.name, index, generation, state: 'running', ports, startedAtMs }
  }

  /** Another attempt where a port that was free has been taken before the engine bound it. */
  async function startOnFreePorts(request: StartRequest): Promise<Running> {
    const fixed = request.workload.ports.find(({ hostPort }) => hostPort !== undefined)
    for (let left = PORT_ATTEMPTS_MAX; ; left--) {
      try {
        return await attempt(request)
      } catch (error) {
        if (!isCode(error, 'PORT_TAKEN') || left <= 1) throw error
        if (fixed?.hostPort !== undefined) throw portTaken(fixed.hostPort, error)
      }
    }
  }

  /** The engine's id for an instance of this node, if there is one. */
  async function ours(id: string): Promise<string | undefined> {
    const found = await engine.find(id)
    return found && isOurs(whose, found.labels) ? found.engineId : undefined
  }

  return {
    kind: 'container',
    images,
    available: async () => watch.state(),
    async start() {
      server.start()
      await watch.start()
    },
    async stop() {
      await watch.stop()
      await server.stop()
    },

    onAvailable(listener) {
      availableListeners.add(listener)
      return () => availableListeners.delete(listener)
    },
    onExit(listener) {
      exitListeners.add(listener)
      return () => exitListeners.delete(listener)
    },

    async run(request) {
      request.signal.throwIfAborted()
      request.onProgress({ step: 'starting' })
      starting.add(request.id)
      try {
        return await startOnFreePorts(request)
      } finally {
        starting.delete(request.id)
      }
    },

    async end(id, { graceMs = GRACE_MS } = {}) {
      const engineId = await ours(id)
      if (!engineId) return
      remember(ended, engineId, true)
      await engine.stopContainer(engineId, graceMs)
      await engine.removeContainer(engineId)
    },

    async list() {
      const containers = await engine.list(ownerFilter(whose))
      return containers.flatMap((container) => toRunning(container, starting, exited))
    },

    async *logs(id, { tail, follow, signal }) {
      if (!(await ours(id))) {
        throw new MyceliumError('INSTANCE_NOT_FOUND', `There is no instance ${id} here.`)
      }
      const query = {
        ...(tail === undefined ? {} : { tail }),
        ...(follow === undefined ? {} : { follow }),
        ...(signal === undefined ? {} : { signal }),
      }
      yield* linesOf(await engine.logs(id, query), signal)
    },
  }
}

async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncIterable<LogLineOut> {
  const reader = createLogReader()
  try {
    for await (const chunk of chunks) yield* reader.take(chunk)
    yield* reader.end()
  } catch (error) {
    // Being told to stop is how following ends.
    if (!signal?.aborted) throw error
  }
}

/** An engine elsewhere, or in a virtual machine as on macOS and Windows, sees no socket of this one. */
function isHere({ kind }: EngineAddress): boolean {
  return kind === 'socket' && process.platform === 'linux'
}

function locate({ socketPath, environment = {} }: ContainerRunnerOptions): EngineAddress {
  if (socketPath) return { kind: 'socket', path: socketPath }
  return findEngine({ platform: process.platform, environment, exists: existsSync })
}

function toRunning(
  container: EngineContainer,
  starting: ReadonlySet<string>,
  exited: ReadonlyMap<string, number | undefined>,
): Running[] {
  const labels = parseLabels(container.labels)
  if (!labels || (container.state === 'created' && starting.has(labels.id))) return []
  const { engineId, ports, startedAtMs } = container
  const running = container.state === 'running' && !exited.has(engineId)
  const exitCode = container.exitCode ?? exited.get(engineId)
  return [
    {
      ...labels,
      state: running ? 'running' : 'exited',
      ports,
      startedAtMs,
      ...(exitCode === undefined ? {} : { exitCode }),
    },
  ]
}

function remember<T>(ids: Map<string, T>, id: string, value: T): void {
  ids.set(id, value)
  const [oldest] = ids.keys()
  if (oldest !== undefined && ids.size > ENDED_REMEMBERED_MAX) ids.delete(oldest)
}

function containerSource({ workload: { source } }: StartRequest): ContainerSource {
  if ('image' in source) return source
  throw new MyceliumError('NOT_SUPPORTED', 'A bundle is not a container image.')
}
