/**
 * The composition root. `createNode(config)` wires one node; `start()` takes the home, opens the API
 * and, when the home is in a network, starts its parts; `stop()` is that order reversed. Before
 * there is a network the API is all there is: the window's first run founds or joins one.
 *
 *     const node = createNode({ home, listen: ['/ip4/0.0.0.0/tcp/4000'], … })
 *     await node.start()
 *     node.api // 'http://127.0.0.1:7780'
 */
import { hostname } from 'node:os'
import { createHttpDoor, type HttpDoor, type OneTimeLink } from './api/doors/http/index.ts'
import {
  type ApiDeps,
  createKeyDoor,
  createPublish,
  createRouter,
  type NetworkParts,
  type NodeLifecycle,
  type Reason,
  type Router,
} from './api/handlers/index.ts'
import { openApiToken } from './api-token.ts'
import { type Clock, createSystemClock } from './base/clock/index.ts'
import { createFileDisk, type FileDisk } from './base/disk/index.ts'
import { MyceliumError, messageOf } from './base/errors/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import { createMetrics, type Metrics } from './base/metrics/index.ts'
import { createSystemRandom, type Random } from './base/random/index.ts'
import {
  forgetNetwork,
  type HomeLock,
  lockHome,
  type RunningNode,
  readNetwork,
  readSettings,
  type Settings,
  type StoredNetwork,
  writeSettings,
} from './home.ts'
import { parseGenesis, type Role } from './identity/index.ts'
import { foundInHome, type Identity, joinInHome, openIdentity } from './joining.ts'
import { openLeftData } from './left-side.ts'
import { createLobby, inspectInvite, type Lobby } from './lobby.ts'
import { createLogTap, type LogTap } from './log-tap.ts'
import { type NetworkRuntime, openNetworkRuntime } from './network-runtime.ts'
import type { NodeConfig } from './node-config.ts'
import { exportOwner, openedOwner } from './owner-side.ts'
import { VERSION } from './version.ts'
import { createCatalogue } from './work/catalogue/index.ts'
import type { LeftData } from './work/volumes/index.ts'

export interface NodeHost {
  logger: Logger
  clock?: Clock
  random?: Random
  /** Somebody asked the node to stop, through the API: the host calls `stop` and ends. */
  onStopRequested?: () => void
  /** The version of Electron, when it hosts the node. */
  electron?: string
}

export interface MyceliumNode extends Lifecycle {
  /** Every operation, for a door in this process (the desktop window's). */
  readonly router: Router
  readonly api: string
  readonly edge: string | undefined
  readonly peerId: string
  /** A link that opens the window in a browser, once. */
  link(): OneTimeLink
}

export { findRunningNode, type RunningNode } from './home.ts'
export type { NodeConfig } from './node-config.ts'

/** How long after a network could not be started it is tried again. */
const ENTER_AGAIN_MS = 10_000

/** The life of one node in one home. */
export function createNode(config: NodeConfig, host: NodeHost): MyceliumNode {
  return new Node(config, host)
}

class Node implements MyceliumNode {
  readonly #config: NodeConfig
  readonly #host: NodeHost
  readonly #clock: Clock
  readonly #random: Random
  readonly #disk: FileDisk
  readonly #log: LogTap
  readonly #metrics: Metrics = createMetrics()
  readonly #listeners = new Set<(parts: NetworkParts | undefined) => void>()
  #lock: HomeLock | undefined
  #identity: Identity | undefined
  #settings: Settings = {}
  #leftData: LeftData | undefined
  #door: HttpDoor | undefined
  #router: Router | undefined
  #network: NetworkRuntime | undefined
  #lobby: Lobby | undefined
  /** Of the network whose parts are being started. */
  #starting: string | undefined
  /** Why the network of this home does not run. */
  #trouble: Reason | undefined
  #cancelRetry: () => void = () => {}
  /** Founding, joining, leaving, starting and stopping happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(config: NodeConfig, host: NodeHost) {
    this.#config = config
    this.#host = host
    this.#clock = host.clock ?? createSystemClock()
    this.#random = host.random ?? createSystemRandom()
    this.#disk = createFileDisk(config.home)
    this.#log = createLogTap(host.logger)
  }

  get router(): Router {
    return started(this.#router)
  }
  get api(): string {
    return this.#door?.url ?? ''
  }
  get edge(): string | undefined {
    return this.#network?.edge
  }
  get peerId(): string {
    return this.#identity?.peerId ?? ''
  }
  link(): OneTimeLink {
    return started(this.#door).link()
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#lock) return
      this.#lock = lockHome(this.#config.home)
      try {
        await this.#open()
      } catch (error) {
        await this.#close()
        throw error
      }
    })
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#close())
  }

  async #open(): Promise<void> {
    await this.#disk.clean()
    this.#settings = await readSettings(this.#disk)
    this.#identity = await openIdentity(this.#disk, this.#random)
    this.#leftData = openLeftData({
      ...{ config: this.#config, node: this.#identity.nodeId, disk: this.#disk },
      ...{ clock: this.#clock, logger: this.#log.logger },
    })
    const deps = this.#apiDeps(this.#identity)
    this.#router = createRouter(deps)
    this.#door = createHttpDoor(
      {
        router: this.#router,
        publish: createPublish(deps),
        keys: createKeyDoor(deps),
        metrics: this.#metrics,
        clock: this.#clock,
        random: this.#random,
        logger: this.#log.logger.child('http'),
        version: VERSION,
        token: await openApiToken(this.#disk),
      },
      {
        port: this.#config.apiPort ?? 7780,
        ...(this.#config.windowFolder ? { windowFolder: this.#config.windowFolder } : {}),
      },
    )
    await this.#door.start()
    const stored = await readNetwork(this.#disk)
    if (stored) await this.#enter(stored)
    else await this.#wait()
    await this.#leftData.start()
    this.#announce()
  }

  async #close(): Promise<void> {
    this.#cancelRetry()
    await this.#lobby?.stop()
    this.#lobby = undefined
    await this.#exit()
    await this.#leftData?.stop()
    await this.#door?.stop()
    this.#lock?.release()
    this.#lock = undefined
  }

  /** Starts the parts of a network. */
  async #enter(stored: StoredNetwork): Promise<void> {
    this.#starting = parseGenesis(stored.genesis).genesis.name
    const runtime = await openNetworkRuntime({
      config: this.#config,
      identity: started(this.#identity),
      stored,
      disk: this.#disk,
      settings: () => this.#settings,
      name: () => this.#name(),
      clock: this.#clock,
      random: this.#random,
      logger: this.#log.logger,
    })
    await runtime.start()
    this.#network = runtime
    this.#starting = undefined
    for (const listener of this.#listeners) listener(runtime.parts)
  }

  async #exit(): Promise<void> {
    const runtime = this.#network
    if (!runtime) return
    this.#network = undefined
    for (const listener of this.#listeners) listener(undefined)
    await runtime.stop()
  }

  /** Without a network: looks around, and asks again where it waits to be let in. */
  async #wait(): Promise<void> {
    this.#lobby = createLobby({
      joining: () => this.#joiningDeps(),
      settings: () => this.#settings,
      mdns: this.#config.mdns ?? true,
      clock: this.#clock,
      logger: this.#log.logger.child('lobby'),
      onAdmitted: (stored) => {
        // A failure has been logged, is shown as degraded, and is tried again.
        this.#inTurn(async () => {
          this.#settings = await readSettings(this.#disk)
          await this.#swapLobbyFor(stored)
        }).catch(() => {})
      },
    })
    await this.#lobby.start()
  }

  async #swapLobbyFor(stored: StoredNetwork): Promise<void> {
    await this.#lobby?.stop()
    this.#lobby = undefined
    try {
      await this.#enter(stored)
      this.#trouble = undefined
    } catch (error) {
      // The home is in the network all the same: say why it does not run, and try again.
      const message = messageOf(error)
      this.#log.logger.error('The network could not be started.', { why: message })
      this.#trouble = { code: 'NETWORK_NOT_STARTED', message }
      this.#cancelRetry = this.#clock.timer(
        ENTER_AGAIN_MS,
        () => void this.#inTurn(() => this.#swapLobbyFor(stored)).catch(() => {}),
      )
      throw error
    } finally {
      this.#announce()
    }
  }

  #announce(): void {
    const running: RunningNode = { pid: process.pid, api: this.api, peerId: this.peerId }
    this.#lock?.announce(this.edge === undefined ? running : { ...running, edge: this.edge })
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(action, action)
    this.#turn = turn.catch(() => {})
    return turn
  }

  #name(): string {
    return this.#config.name ?? this.#settings.name ?? hostname()
  }

  #joiningDeps() {
    return {
      disk: this.#disk,
      identity: started(this.#identity),
      clock: this.#clock,
      random: this.#random,
      hostName: hostname(),
    }
  }

  #apiDeps(identity: Identity): ApiDeps {
    return {
      clock: this.#clock,
      logger: this.#log.logger.child('api'),
      metrics: this.#metrics,
      network: () => this.#network?.parts,
      onNetwork: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
      onLog: this.#log.subscribe,
      lifecycle: this.#lifecycle(),
      catalogue: createCatalogue({
        entries: this.#config.catalogue ?? [],
        random: this.#random,
      }),
      leftData: started(this.#leftData),
      node: {
        version: VERSION,
        id: identity.nodeId,
        peerId: identity.peerId,
        did: identity.did,
        owner: () => ({
          id: started(this.#identity).ownerId,
          name: this.#settings.ownerName ?? this.#name(),
        }),
        exportOwner: (passphrase) =>
          exportOwner(started(this.#identity).ownerKey, passphrase, this.#random),
        home: this.#config.home,
        name: () => this.#name(),
        role: () => this.#settings.role ?? 'rhizomorph',
        labels: () => this.#config.labels ?? this.#settings.labels ?? {},
        kinds: async () => (await this.#network?.kinds()) ?? [],
        api: () => this.api || undefined,
        edge: () => this.edge,
        degraded: () => [
          ...(this.#trouble ? [this.#trouble] : []),
          ...(this.#network?.degraded() ?? []),
        ],
        change: (change) => this.#change(change),
      },
    }
  }

  async #change(change: { name?: string; role?: Role; labels?: Record<string, string> }) {
    this.#settings = { ...this.#settings, ...change }
    await writeSettings(this.#disk, this.#settings)
    await this.#network?.announce(change)
  }

  #lifecycle(): NodeLifecycle {
    const enterFromDisk = async (): Promise<void> => {
      this.#settings = await readSettings(this.#disk)
      // Another owner's from now on, where one was given.
      this.#identity = await openIdentity(this.#disk, this.#random)
      const stored = await readNetwork(this.#disk)
      if (stored) await this.#swapLobbyFor(stored)
      else this.#lobby?.waitForApproval()
    }
    return {
      found: (input) =>
        this.#inTurn(async () => {
          const owner = await openedOwner(input.owner)
          const networkId = await foundInHome(this.#joiningDeps(), { ...input, owner })
          await enterFromDisk()
          return { networkId, admitted: true }
        }),
      join: (input) =>
        this.#inTurn(async () => {
          const lobby = this.#lobby
          if (!lobby) {
            throw new MyceliumError('CONFLICT', 'This computer is in a network already.')
          }
          const request = { ...input, owner: await openedOwner(input.owner) }
          const joined = await joinInHome(this.#joiningDeps(), lobby.askToJoin, request)
          await enterFromDisk()
          return joined
        }),
      awaitingApproval: () => {
        const awaiting = this.#network ? undefined : this.#settings.awaiting
        return awaiting && { network: awaiting.network, name: awaiting.name, since: awaiting.since }
      },
      starting: () => this.#starting,
      inspectInvite: async (invite) => inspectInvite(invite),
      nearby: async () => (await this.#lobby?.nearby()) ?? [],
      leave: (how) =>
        this.#inTurn(async () => {
          await this.#network?.leave(how)
          await this.#exit()
          await this.#leftData?.leave()
          await forgetNetwork(this.#disk)
          this.#starting = undefined
          this.#settings = await readSettings(this.#disk)
          await this.#wait()
          this.#announce()
        }),
      requestStop: () => this.#host.onStopRequested?.(),
    }
  }
}

function started<T>(value: T | undefined): T {
  if (value !== undefined) return value
  throw new MyceliumError('NOT_RUNNING', 'The node has not been started.')
}
