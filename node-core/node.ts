/**
 * The composition root. `createNode(config)` wires one node; `start()` takes the home, opens the API
 * and, when the home is in a network, starts its parts; `stop()` is that order reversed. Before
 * there is a network the API is all there is: the window's first run founds or joins one.
 *
 *     const node = createNode({ home, listen: ['/ip4/0.0.0.0/tcp/4000'], … })
 *     await node.start()
 *     node.api // 'http://127.0.0.1:7780'
 */
import { createHttpDoor, type HttpDoor, type OneTimeLink } from './api/doors/http/index.ts'
import { createKeyDoor, createPublish, createRouter, type Router } from './api/handlers/index.ts'
import { type ApiSideDeps, apiDepsOf } from './api-side.ts'
import { openApiToken } from './api-token.ts'
import { type Clock, createSystemClock } from './base/clock/index.ts'
import { createFileDisk, type FileDisk } from './base/disk/index.ts'
import { MyceliumError, messageOf } from './base/errors/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import { createMetrics, type Metrics } from './base/metrics/index.ts'
import { DEFAULT_PORTS } from './base/net/index.ts'
import { createSystemRandom, type Random } from './base/random/index.ts'
import { type HomeLock, lockHome, type RunningNode, readNetwork } from './home.ts'
import { openIdentity } from './joining.ts'
import { engineAt, openLeftData, openLeftovers } from './left-side.ts'
import { createLogTap, type LogTap } from './log-tap.ts'
import type { NodeConfig } from './node-config.ts'
import { openOwnSettings } from './own-settings.ts'
import { mustHavePorts } from './taken-ports.ts'
import { VERSION } from './version.ts'
import { openWhereabouts, type Whereabouts } from './whereabouts.ts'
import type { Leftovers } from './work/leftovers/index.ts'
import type { LeftData } from './work/volumes/index.ts'

export interface NodeHost {
  logger: Logger
  clock?: Clock
  random?: Random
  /** Somebody asked the node to stop, through the API: the host calls `stop` and ends. */
  onStopRequested?: () => void
  /** The version of Electron, when it hosts the node. */
  electron?: string
  /** Go on without a network that does not start, and try again: somebody sees why, and can leave it. */
  keepsTrying?: boolean
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

export { findRunningNode, isNodeAnnounced, type RunningNode } from './home.ts'
export type { NodeConfig } from './node-config.ts'

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
  #lock: HomeLock | undefined
  #leftData: LeftData | undefined
  #leftovers: Leftovers | undefined
  #whereabouts: Whereabouts | undefined
  #door: HttpDoor | undefined
  #router: Router | undefined
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
    return this.#whereabouts?.network()?.edge
  }
  get peerId(): string {
    return this.#whereabouts?.identity().peerId ?? ''
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
    const { logger } = this.#log
    const own = { config: this.#config, disk: this.#disk, clock: this.#clock, logger }
    const engine = engineAt(this.#config.engineSocket)
    await this.#disk.clean()
    // One that keeps trying says of each part why it does not run.
    if (!this.#host.keepsTrying) {
      await mustHavePorts(this.#config, (await readNetwork(this.#disk)) !== undefined)
    }
    const settings = await openOwnSettings(this.#disk, this.#config)
    const identity = await openIdentity(this.#disk, this.#random)
    const leftovers = openLeftovers({ ...own, engine, node: identity.nodeId })
    const leftData = openLeftData({ ...own, engine, node: identity.nodeId, leftovers })
    const whereabouts = await openWhereabouts({
      ...{ ...own, random: this.#random, identity, settings, leftData, leftovers },
      inTurn: (move) => this.#inTurn(move),
      onMoved: () => this.#announceMove(),
      keepsTrying: this.#host.keepsTrying ?? false,
    })
    this.#whereabouts = whereabouts
    this.#door = await this.#openDoor({ settings, leftData, leftovers, whereabouts })
    await whereabouts.start()
    this.#leftData = leftData
    await leftData.start()
    this.#leftovers = leftovers
    await leftovers.start()
    this.#announce()
  }

  async #openDoor(parts: Pick<ApiSideDeps, DoorParts>): Promise<HttpDoor> {
    const { windowFolder, apiPort: port = DEFAULT_PORTS.api } = this.#config
    const shared = { clock: this.#clock, random: this.#random, metrics: this.#metrics }
    const deps = apiDepsOf({
      ...{ ...parts, ...shared, config: this.#config, log: this.#log },
      api: () => this.api || undefined,
      onStopRequested: () => this.#host.onStopRequested?.(),
    })
    this.#router = createRouter(deps)
    const door = createHttpDoor(
      {
        ...{ ...shared, router: this.#router, version: VERSION },
        publish: createPublish(deps),
        keys: createKeyDoor(deps),
        logger: this.#log.logger.child('http'),
        token: await openApiToken(this.#disk),
      },
      { port, ...(windowFolder ? { windowFolder } : {}) },
    )
    await door.start()
    return door
  }

  async #close(): Promise<void> {
    await this.#whereabouts?.stop()
    await this.#leftovers?.stop()
    await this.#leftData?.stop()
    await this.#door?.stop()
    this.#lock?.release()
    this.#lock = undefined
  }

  /** The move has happened, whether others can read of it or not. */
  #announceMove(): void {
    try {
      this.#announce()
    } catch (error) {
      const why = messageOf(error)
      this.#log.logger.warn('Where this node answers could not be written.', { why })
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
}

type DoorParts = 'settings' | 'leftData' | 'leftovers' | 'whereabouts'

function started<T>(value: T | undefined): T {
  if (value !== undefined) return value
  throw new MyceliumError('NOT_RUNNING', 'The node has not been started.')
}
