/** Starts one instance: its containers one after the other, all of them or none. */
import { join } from 'node:path'
import type { Clock } from '../../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import { hostNamesOf } from '../../naming/index.ts'
import {
  type ContainerSource,
  diskBytesOf,
  keepsData,
  listeningOf,
  type Part,
  portsOf,
  type Workload,
} from '../../spec/index.ts'
import type { Gpu, GpuLeases } from '../gpus/index.ts'
import {
  FILES_FOLDER,
  findLoopbackPort,
  type InstanceAccess,
  type OwnPorts,
  placeConfigFiles,
  portOwn,
  portTaken,
  type Runner,
  type Running,
  type StartRequest,
  slotVariable,
} from '../index.ts'
import type { Engine } from './engine.ts'
import { createFixedDisks } from './fixed-disks.ts'
import { FORWARDER_PART, type Forwarding, forwarderReady } from './forwarding.ts'
import { findHostPorts, reachedAt } from './host-ports.ts'
import type { Images } from './images.ts'
import { containerName } from './instances.ts'
import { type Labelled, labelsOf, type Whose } from './labels.ts'
import { PORT_ATTEMPTS_MAX } from './limits.ts'
import type { Networks } from './networks.ts'
import { type OwnNetwork, type PartNetwork, restrictedProfile } from './profile.ts'
import type { Sandbox, Sandboxes } from './sandboxes.ts'
import { volumeMounts } from './volume-mounts.ts'
import { refuseSecondWriter } from './volumes.ts'

export interface Starter {
  /** As `Runner.obtain`. */
  obtain(request: Parameters<Runner['obtain']>[0]): Promise<void>
  /** Another attempt where a port that was free has been taken before the engine bound it. */
  start(request: StartRequest): Promise<Running>
}

export interface StarterDeps {
  engine: Engine
  images: Images
  whose: Whose
  clock: Clock
  logger: Logger
  /** The engine sees the folders of this computer. */
  engineIsHere: () => boolean
  forwarding: Forwarding
  gpus: GpuLeases
  networks: Networks
  sandboxes: Sandboxes
  /** Of this node. */
  owner: OwnerId
  ownPorts: OwnPorts | undefined
}

interface PartStart {
  request: StartRequest
  part: Part
  name: string
  network: PartNetwork
  /** As in `Labelled`. */
  sandbox: Labelled['sandbox']
}

/** What its parts are in, and how it is reached there. */
interface Footing extends Pick<Running, 'ports' | 'address'> {
  network: PartNetwork
  sandbox?: Sandbox
}

export function createStarter(deps: StarterDeps): Starter {
  const { engine, images, whose, clock, logger, forwarding, networks, sandboxes, ownPorts } = deps
  const disks = createFixedDisks(logger)
  let toldUnreachable = false

  const ownerOf = ({ owner }: Pick<StartRequest, 'owner'>): OwnerId => owner ?? deps.owner

  async function create(start: PartStart): Promise<void> {
    const { signal, onProgress } = start.request
    const source = containerSource(start.part)
    try {
      await make(start, source.imageId ?? source.image)
    } catch (error) {
      // Not asked for beforehand: when the image is here, as mostly, that would cost a round trip.
      if (!isCode(error, 'IMAGE_NOT_FOUND')) throw error
      const image = await images.ensure(source, {
        signal,
        onProgress,
        owner: ownerOf(start.request),
      })
      signal.throwIfAborted()
      onProgress({ step: 'starting' })
      await make(start, image)
    }
  }

  async function make(start: PartStart, image: string): Promise<void> {
    const wanted = start.part.resources.gpus ?? 0
    if (wanted === 0) return makeWith(start, image, [])
    if (!deps.engineIsHere()) throw gpusUnsupported()
    const { gpus, release } = await deps.gpus.take(wanted)
    try {
      await makeWith(start, image, gpus)
    } finally {
      release()
    }
  }

  async function makeWith(
    { request, part, name, network, sandbox }: PartStart,
    image: string,
    gpus: readonly Gpu[],
  ): Promise<void> {
    const parts = countOf(request)
    const volumes = volumeMounts(whose, request, part)
    const environment = slotVariable(request)
    const source = containerSource(part)
    const profileWith = (disk: { fixedDisk: boolean }, door?: InstanceAccess) => {
      const watchedDiskBytes = disk.fixedDisk ? {} : { watchedDiskBytes: diskBytesOf(part) }
      const own = {
        part: part.name,
        parts,
        ...watchedDiskBytes,
        gpus: gpus.map(({ name }) => name),
        ...(sandbox && { sandbox }),
      }
      const labels = labelsOf(whose, request, own)
      const rest = { part, source, image, labels, network, volumes, files, gpus, environment }
      return restrictedProfile({ ...rest, ...disk, ...(door && { access: door }) })
    }
    const access = deps.engineIsHere() ? request.access : undefined
    if (!access) refuseUnhandled(request, part)
    if (request.access && !access) tellUnreachable()
    const files = access ? await placeConfigFiles(filesOf(access, part), part.files ?? []) : []
    try {
      await disks.create((disk) => engine.create(name, profileWith(disk, access)))
    } catch (error) {
      if (!access || !isCode(error, 'FOLDER_UNSEEN')) throw error
      refuseUnhandled(request, part)
      tellUnreachable()
      await disks.create((disk) => engine.create(name, profileWith(disk)))
    }
  }

  function tellUnreachable(): void {
    if (toldUnreachable) return
    toldUnreachable = true
    logger.warn('The engine is elsewhere: containers have no door to this node')
  }

  async function attempt(request: StartRequest): Promise<Running> {
    const { id, workload, index, generation, signal } = request
    const made: string[] = []
    const footing = await footingOf(request)
    const { ports, address, sandbox } = footing
    const listens = Object.keys(ports).map(Number)
    const held = sandbox && { name: sandbox.name, listens }
    let { network } = footing
    try {
      if (network.kind === 'own' && hostNamesOf(workload).length > 0) {
        // Also where it is made and does not start: its name would be taken for the next attempt.
        made.push(id)
        await startForwarder(request, network)
        await forwarderReady(engine, id, signal)
        network = { kind: 'joined', container: id }
      }
      for (const part of workload.parts) {
        const name = containerName(id, workload, part)
        await create({ request, part, name, network, sandbox: held })
        made.push(name)
        signal.throwIfAborted()
        await engine.startContainer(name)
        signal.throwIfAborted()
        if (network.kind === 'own') network = { kind: 'joined', container: id }
      }
    } catch (error) {
      // The first one last: the others are in its network.
      for (const name of made.reverse()) await remove(name)
      if (sandbox) await leave(sandbox, id, error)
      throw error
    }
    const startedAtMs = clock.wallMs()
    const rest = { ports, ...(address !== undefined && { address }), startedAtMs }
    return { id, workload: workload.name, index, generation, state: 'running', ...rest }
  }

  /** Beforehand: what the engine refuses may have been free a moment ago, and is tried again. */
  function refuseOwnPorts({ workload }: StartRequest): void {
    for (const { hostPort } of portsOf(workload)) {
      if (hostPort !== undefined && ownPorts?.has(hostPort)) throw portOwn(hostPort)
    }
  }

  /** A network that is ready, where the workload can be reached in one; else one of its own. */
  async function footingOf({ id, owner, workload }: StartRequest): Promise<Footing> {
    const all = listeningOf(workload)
    const named = await networks.of(owner, workload.egress)
    const resolves = workload.egress === 'all'
    if (named !== undefined && deps.engineIsHere() && suitsSandbox(workload)) {
      sandboxes.demand({ network: named, resolves })
      const sandbox = await sandboxes.take(id, named)
      if (sandbox) {
        const ports = Object.fromEntries(all.map(({ containerPort: at }) => [String(at), at]))
        const network = { kind: 'joined' as const, container: sandbox.name }
        return { network, ports, address: sandbox.address, sandbox }
      }
    }
    await sandboxes.release(id)
    const hostPorts = await findHostPorts(all, (wanted) => findLoopbackPort(wanted, ownPorts))
    return {
      network: { kind: 'own', ports: all, hostPorts, network: named, resolves },
      ports: reachedAt(hostPorts),
    }
  }

  /** What did not start gives its network up; where that had ended by itself, it is to start in another. */
  async function leave({ name }: Sandbox, id: string, cause: unknown): Promise<void> {
    const found = await sandboxes.find(name).catch(() => 'unknown' as const)
    await sandboxes.release(id).catch((error) => {
      logger.warn('a network made ahead stays', { name, reason: messageOf(error) })
    })
    if (found === 'unknown' || found?.state === 'running') return
    throw new MyceliumError('NETWORK_MISSING', 'Its network had ended.', { cause })
  }

  async function startForwarder(request: StartRequest, network: OwnNetwork): Promise<void> {
    const { id, workload, access } = request
    if (!access || !deps.engineIsHere()) throw namesUnsupported()
    const labels = labelsOf(whose, request, { part: FORWARDER_PART, parts: countOf(request) })
    const hosts = hostNamesOf(workload)
    const listens = listeningOf(workload)
      .filter(({ protocol }) => protocol === 'tcp')
      .map(({ containerPort }) => containerPort)
    const make = async (): Promise<void> => {
      await engine.create(id, await forwarding.profile({ hosts, access, labels, network, listens }))
    }
    try {
      await make().catch((error) => {
        if (!isCode(error, 'IMAGE_NOT_FOUND')) throw error
        forwarding.forget()
        return make()
      })
    } catch (error) {
      throw isCode(error, 'FOLDER_UNSEEN') ? namesUnsupported() : error
    }
    await engine.startContainer(id)
  }

  /** What cannot be kept from this computer's home network is not run for others. */
  function refuseStranger({ owner }: StartRequest): void {
    const why = networks.obstacle()
    if (why === undefined || owner === undefined || owner === deps.owner) return
    const message = `Work of other owners is not run here. ${why}`
    throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'NO_SHIELD' } })
  }

  /**
   * An image that nobody had at the deploy was fixed to no content: where it listens is read now, for
   * those that find the workload by its name.
   */
  async function asItListens(request: StartRequest): Promise<Workload> {
    const { workload, signal, onProgress } = request
    const [first, ...others] = workload.parts
    const read = async (part: Part): Promise<Part> => {
      const source = containerSource(part)
      if (source.imageId !== undefined) return part
      const { image } = source
      const found =
        (await engine.image(image)) ??
        (await engine.image(
          await images.ensure(source, { signal, onProgress, owner: ownerOf(request) }),
        ))
      const exposes = found?.exposes.filter(({ protocol }) => protocol === 'tcp') ?? []
      return exposes.length > 0 ? { ...part, source: { ...source, exposes } } : part
    }
    const parts: Workload['parts'] = [await read(first)]
    for (const other of others) parts.push(await read(other))
    signal.throwIfAborted()
    onProgress({ step: 'starting' })
    return { ...workload, parts }
  }

  async function remove(name: string): Promise<void> {
    await engine.removeContainer(name).catch((cause) => {
      const reason = messageOf(cause)
      logger.warn('a container that did not start was not removed', { name, reason })
    })
  }

  return {
    async obtain(request) {
      const { workload, signal, onProgress } = request
      for (const part of workload.parts) {
        const options = { signal, onProgress, owner: ownerOf(request) }
        await images.ensure(containerSource(part), options)
      }
    },
    async start(asked) {
      refuseStranger(asked)
      refuseOwnPorts(asked)
      const request = { ...asked, workload: await asItListens(asked) }
      if (keepsData(request.workload)) await refuseSecondWriter(engine, whose, request)
      const fixed = listeningOf(request.workload).find(({ hostPort }) => hostPort !== undefined)
      for (let left = PORT_ATTEMPTS_MAX; ; left--) {
        try {
          return await attempt(request)
        } catch (error) {
          if (left > 1 && isCode(error, 'NETWORK_MISSING')) {
            networks.forget()
            continue
          }
          if (!isCode(error, 'PORT_TAKEN') || left <= 1) throw error
          if (fixed?.hostPort !== undefined) throw portTaken(fixed.hostPort, error)
        }
      }
    },
  }
}

/** Its containers: the parts, and the forwarder that it has if it has names. */
function countOf({ workload }: StartRequest): number {
  return workload.parts.length + (hostNamesOf(workload).length > 0 ? 1 : 0)
}

/**
 * What publishes a port of this computer's, or has names, needs a network made for it: the engine is told
 * both when it makes one.
 */
function suitsSandbox(workload: Workload): boolean {
  const isFixed = listeningOf(workload).some(({ hostPort }) => hostPort !== undefined)
  return !isFixed && hostNamesOf(workload).length === 0
}

function filesOf({ folder }: InstanceAccess, part: Part): string {
  return join(folder, FILES_FOLDER, part.name)
}

/** Without a folder of this node's nothing that needs one is started in its absence. */
function refuseUnhandled({ workload }: StartRequest, part: Part): void {
  const what = workload.secrets.length > 0 ? 'secrets' : part.files ? 'files' : undefined
  if (what === undefined) return
  const message = `Containers are handed no ${what} here: the engine sees no folders of this node.`
  throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'NO_DOOR' } })
}

function gpusUnsupported(): MyceliumError<'NOT_SUPPORTED'> {
  const message = 'Containers are given no devices here: the engine is on another computer.'
  return new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'gpus' } })
}

function namesUnsupported(): MyceliumError<'NOT_SUPPORTED'> {
  const message = 'Containers have no host names here: the engine sees no sockets of this node.'
  return new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'NO_NAMES' } })
}

function containerSource({ source }: Part): ContainerSource {
  if ('image' in source) return source
  throw new MyceliumError('NOT_SUPPORTED', 'A bundle is not a container image.')
}
