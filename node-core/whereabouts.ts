/**
 * Where a node is: in a network, or in the lobby. Brings it from one to the other when somebody founds,
 * joins or leaves a network, and tries again where the parts of one do not start.
 */
import { hostname } from 'node:os'
import type { NetworkParts, NodeLifecycle, Reason } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import { MyceliumError, messageOf } from './base/errors/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import type { Random } from './base/random/index.ts'
import { forgetDoors } from './door-folders.ts'
import { forgetNetwork, forgetWaiting, readNetwork, type StoredNetwork } from './home.ts'
import { parseGenesis } from './identity/index.ts'
import { foundInHome, type Identity, joinInHome, keepAdmitted, openIdentity } from './joining.ts'
import { notHeard } from './leaving.ts'
import { openLeftSpace } from './left-side.ts'
import { endLeft, endLeftPrograms } from './left-work.ts'
import { createLobby, inspectInvite, type Lobby } from './lobby.ts'
import type { Admitted } from './network/admission/index.ts'
import { type NetworkRuntime, openNetworkRuntime } from './network-runtime.ts'
import type { NodeConfig } from './node-config.ts'
import type { OwnSettings } from './own-settings.ts'
import { openedOwner } from './owner-side.ts'
import type { Leftovers } from './work/leftovers/index.ts'
import type { LeftData } from './work/volumes/index.ts'

export interface Whereabouts extends Lifecycle {
  /** Of this computer. Founding and joining may make it another owner's. */
  identity(): Identity
  /** Undefined until the parts of a network run. */
  network(): NetworkRuntime | undefined
  /** Undefined while this home is in a network, whether its parts run or not. */
  lobby(): Lobby | undefined
  /** Why the network of this home does not run. */
  trouble(): Reason | undefined
  /** Called with the parts once they run, and with undefined once they have stopped. */
  onNetwork(listener: (parts: NetworkParts | undefined) => void): () => void
  readonly moves: Omit<NodeLifecycle, 'requestStop'>
}

export interface WhereaboutsDeps {
  config: NodeConfig
  identity: Identity
  disk: FileDisk
  settings: OwnSettings
  leftData: Pick<LeftData, 'leave' | 'stay'>
  leftovers: Pick<Leftovers, 'end'>
  clock: Clock
  random: Random
  logger: Logger
  /** Founding, joining, leaving, and the start and the stop of the node happen one after the other. */
  inTurn<T>(move: () => Promise<T>): Promise<T>
  /** The node may answer elsewhere now. */
  onMoved(): void
  /** Whether a network that does not start with the node is tried again, or ends the node. */
  keepsTrying: boolean
}

/** How long after a network could not be started it is tried again. */
const ENTER_AGAIN_MS = 10_000

/** From here on it says which network is to be started: whoever asks before is told of none that is. */
export async function openWhereabouts(deps: WhereaboutsDeps): Promise<Whereabouts> {
  return new InTurns(deps, await readNetwork(deps.disk))
}

class InTurns implements Whereabouts {
  readonly moves: Whereabouts['moves']
  readonly #deps: WhereaboutsDeps
  #identity: Identity
  readonly #listeners = new Set<(parts: NetworkParts | undefined) => void>()
  #network: NetworkRuntime | undefined
  #lobby: Lobby | undefined
  /** Of the network whose parts are being started, or are yet to be. */
  #starting: string | undefined
  #trouble: Reason | undefined
  #isStopping = false
  #cancelRetry: () => void = () => {}

  constructor(deps: WhereaboutsDeps, stored: StoredNetwork | undefined) {
    this.#deps = deps
    this.#identity = deps.identity
    this.#starting = stored && nameOf(stored)
    this.moves = this.#moves()
  }

  identity(): Identity {
    return this.#identity
  }
  network(): NetworkRuntime | undefined {
    return this.#network
  }
  lobby(): Lobby | undefined {
    return this.#lobby
  }
  trouble(): Reason | undefined {
    return this.#trouble
  }

  onNetwork(listener: (parts: NetworkParts | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async start(): Promise<void> {
    this.#isStopping = false
    const stored = await readNetwork(this.#deps.disk)
    if (!stored) {
      await endLeftPrograms(this.#left())
      return this.#wait()
    }
    if (!this.#deps.keepsTrying) return this.#enter(stored)
    try {
      await this.#swapLobbyFor(stored)
    } catch (error) {
      // Logged, shown as degraded and tried again: there is a node to ask why, and to leave by.
      if (!this.#trouble) throw error
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#cancelRetry()
    await this.#leaveLobby()
    await this.#exit()
  }

  /** Starts the parts of a network. */
  async #enter(stored: StoredNetwork): Promise<void> {
    const { settings, ...deps } = this.#deps
    this.#starting = nameOf(stored)
    const runtime = await openNetworkRuntime({
      ...{ config: deps.config, identity: this.#identity, stored, disk: deps.disk },
      ...{ settings: () => settings.now(), name: () => settings.name() },
      ...{ clock: deps.clock, random: deps.random, logger: deps.logger },
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
    const { config, settings, clock, logger, inTurn } = this.#deps
    const lobby = createLobby({
      joining: () => this.#joiningDeps(),
      settings: () => settings.now(),
      mdns: config.mdns ?? true,
      ...(config.approvalIntervalMs && { approvalIntervalMs: config.approvalIntervalMs }),
      space: openLeftSpace(this.#deps),
      clock,
      logger: logger.child('lobby'),
      onAdmitted: (admitted, signal) => {
        // Another move may come first: this node has stopped since, is in a network, or asked another.
        const isWaiting = () => !signal.aborted && this.#lobby === lobby
        // A failure has been logged, is shown as degraded, and is tried again.
        inTurn(async () => {
          if (isWaiting()) await this.#letIn(admitted)
        }).catch(() => {})
      },
    })
    this.#lobby = lobby
    await lobby.start()
  }

  async #letIn(admitted: Admitted): Promise<void> {
    const { settings, logger } = this.#deps
    let stored: StoredNetwork
    try {
      stored = await keepAdmitted(this.#joiningDeps(), admitted)
      await settings.readAnew()
    } catch (error) {
      logger.warn('not let in', { why: messageOf(error) })
      throw error
    }
    await this.#swapLobbyFor(stored)
  }

  async #leaveLobby(): Promise<void> {
    await this.#lobby?.stop()
    this.#lobby = undefined
  }

  async #swapLobbyFor(stored: StoredNetwork): Promise<void> {
    const { logger, onMoved } = this.#deps
    await this.#leaveLobby()
    try {
      await this.#enter(stored)
      this.#trouble = undefined
    } catch (error) {
      // The home is in the network all the same: say why it does not run, and try again.
      const message = messageOf(error)
      logger.error('The network could not be started.', { why: message })
      this.#trouble = { code: 'NETWORK_NOT_STARTED', message }
      this.#enterLater(stored)
      throw error
    } finally {
      onMoved()
    }
  }

  #enterLater(stored: StoredNetwork): void {
    const { clock, config, inTurn } = this.#deps
    let isWanted = true
    const cancel = clock.timer(config.startAgainMs ?? ENTER_AGAIN_MS, () => {
      // Whoever cancels may have the turn at that moment.
      inTurn(async () => {
        if (isWanted) await this.#swapLobbyFor(stored)
      }).catch(() => {})
    })
    this.#cancelRetry = () => {
      isWanted = false
      cancel()
    }
  }

  #joiningDeps() {
    const { disk, clock, random } = this.#deps
    return { disk, identity: this.#identity, clock, random, hostName: hostname() }
  }

  /** What founding or joining has left on the disk. */
  async #enterFromDisk(): Promise<void> {
    const { disk, random, settings } = this.#deps
    await settings.readAnew()
    // Another owner's from now on, where one was given.
    this.#identity = await openIdentity(disk, random)
    const stored = await readNetwork(disk)
    if (stored) await this.#swapLobbyFor(stored)
    else this.#lobby?.waitForApproval()
  }

  /** It waits to be let in no more. */
  async #withdraw(): Promise<void> {
    const { disk, settings } = this.#deps
    if (!settings.now().awaiting) {
      throw new MyceliumError('CONFLICT', 'This computer is in no network, and waits for none.', {
        details: { reason: 'NO_NETWORK' },
      })
    }
    await forgetWaiting(disk)
    await settings.readAnew()
    this.#lobby?.waitForApproval()
  }

  /** Where no part of the network runs, those who let this computer in cannot be told that it leaves. */
  #untold(): Reason | undefined {
    const { contacts = [] } = this.#deps.settings.now()
    if (contacts.length === 0) return undefined
    return notHeard('The parts of the network did not run')
  }

  #left() {
    return { ...this.#deps, identity: this.#identity }
  }

  #moves(): Whereabouts['moves'] {
    const { disk, settings, leftData, inTurn, onMoved } = this.#deps
    return {
      found: (input) =>
        inTurn(async () => {
          const owner = await openedOwner(input.owner)
          const networkId = await foundInHome(this.#joiningDeps(), { ...input, owner })
          await this.#enterFromDisk()
          return { networkId, admitted: true }
        }),
      join: (input) =>
        inTurn(async () => {
          const lobby = this.#lobby
          if (!lobby) {
            throw new MyceliumError('IN_A_NETWORK', 'This computer is in a network already.')
          }
          const request = { ...input, owner: await openedOwner(input.owner) }
          const joined = await joinInHome(this.#joiningDeps(), lobby.askToJoin, request)
          await this.#enterFromDisk()
          return joined
        }),
      awaitingApproval: () => {
        const awaiting = this.#network ? undefined : settings.now().awaiting
        if (!awaiting) return undefined
        const { network, name, since } = awaiting
        const refused = this.#lobby?.refused()
        return { network, name, since, ...(refused && { refused }) }
      },
      starting: () => this.#starting,
      stopping: () => this.#isStopping,
      notStarted: () => this.#trouble,
      inspectInvite: async (invite) => inspectInvite(invite),
      nearby: async () => (await this.#lobby?.nearby()) ?? [],
      leave: (how) =>
        inTurn(async () => {
          if (!(await readNetwork(disk))) {
            await this.#withdraw()
            return {}
          }
          // Before anything ends or is told to others: where it cannot be kept, nothing has happened.
          await leftData.leave()
          const ran = this.#network?.containers() ?? []
          let stays: Reason | undefined
          try {
            stays = this.#network ? await this.#network.leave(how) : this.#untold()
          } catch (error) {
            await leftData.stay()
            throw error
          }
          this.#cancelRetry()
          await this.#exit()
          await forgetNetwork(disk)
          await forgetDoors({ disk, node: this.#identity.nodeId })
          const unended = await endLeft({ ...this.#left(), ran })
          this.#starting = undefined
          this.#trouble = undefined
          await settings.readAnew()
          await this.#wait()
          onMoved()
          return { ...(stays && { stays }), ...(unended && { unended }) }
        }),
    }
  }
}

function nameOf(stored: StoredNetwork): string {
  return parseGenesis(stored.genesis).genesis.name
}
