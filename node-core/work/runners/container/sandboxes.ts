/**
 * Networks made ahead (docs/adr/0040). Most of what an engine takes to start a container is the making of its
 * network, so a few are kept ready: each held by a container of ours that does nothing, in the network of
 * the engine whose rules are in force, and publishing nothing. An instance only joins one, and where it is
 * started again it finds its own as it was.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, type Looking, looking } from '../../../base/clock/index.ts'
import { isCode, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Random } from '../../../base/random/index.ts'
import type { Engine, EngineContainer } from './engine.ts'
import {
  ownerFilter,
  parseLabels,
  sandboxFilter,
  sandboxLabels,
  sandboxNameOf,
  type Whose,
} from './labels.ts'
import {
  SANDBOX_CALM_MS,
  SANDBOX_SELDOM_MS,
  SANDBOX_SILENT_PORT,
  SANDBOX_SPARE_MEMORY_BYTES,
} from './limits.ts'
import { listensAt } from './listening.ts'
import { comparedWith, type SandboxDemand, stillWanted, withDemand } from './sandbox-demand.ts'
import { type SandboxRequest, sandboxProfile } from './sandbox-profile.ts'
import { SANDBOX_PROGRAMS } from './sandbox-program.ts'

/** A network that is held. */
export interface Sandbox {
  /** Of the container that holds it. */
  name: string
  /** Of the engine. */
  network: string
  /** IPv4, which this computer reaches. */
  address: string
}

export interface Sandboxes {
  start(): void
  /** The engine has come: what a node that died left behind goes. */
  arrive(): Promise<void>
  /**
   * An instance is started in such a network, or may soon be: the next is made ready, once nothing is being
   * started.
   */
  demand(request: Pick<SandboxRequest, 'network' | 'resolves'>): void
  /** Some were made in an earlier life of this node, and nothing has been started in this one yet. */
  isForeseen(): boolean
  /**
   * The one that the instance has, or one that is ready or about to be; it is the instance's until it is
   * released.
   */
  take(id: string, network: string): Promise<Sandbox | undefined>
  /** Whether the instance has one, in this life of the node. */
  has(id: string): boolean
  /** What the engine says of it. */
  find(name: string): Promise<EngineContainer | undefined>
  /** Takes away what the instance has. @param name Where it was started by a node that died. */
  release(id: string, name?: string): Promise<void>
  /** One has ended, whoever ended it. */
  ended(name: string): void
  /** Those that are ready go with the node. */
  stop(): Promise<void>
}

export interface SandboxesDeps {
  engine: Pick<
    Engine,
    'create' | 'startContainer' | 'removeContainer' | 'list' | 'importEmptyImage'
  >
  whose: Whose
  /** Where the program is put, for the engine to mount. Made if missing. */
  folder: string
  /** How many are kept ready at most. */
  most: number
  /** The engine is this computer's, and answers. */
  isHere(): boolean
  /** Instances are being started. */
  isBusy(): boolean
  clock: Clock
  random: Random
  logger: Logger
}

/** What it asks of this computer. */
interface Surroundings {
  /** Memory. */
  availableBytes(): number
  listens: typeof listensAt
}

export function createSandboxes(
  deps: SandboxesDeps,
  around: Surroundings = { availableBytes: () => process.availableMemory(), listens: listensAt },
): Sandboxes {
  const { engine, whose, clock, logger, most } = deps
  const program = SANDBOX_PROGRAMS[process.arch]
  const programFile = path.join(deps.folder, 'sandbox')
  const ready = new Map<string, Sandbox>()
  /** By the instance's id. */
  const taken = new Map<string, Sandbox>()
  /** What is being made, if anything is. */
  let making: { name: string; network: string; done: Promise<void> } | undefined
  let demands: readonly SandboxDemand[] = []
  let isPossible = program !== undefined
  let stuff: { image: string; program: string } | undefined
  let watching: Looking | undefined

  const remove = (name: string): Promise<void> => engine.removeContainer(name)

  async function find(name: string): Promise<EngineContainer | undefined> {
    const found = await engine.list(sandboxFilter(whose, name))
    return found.find((one) => one.name === name && sandboxNameOf(one.labels) === name)
  }

  const isInUse = (name: string): boolean =>
    making?.name === name || [...taken.values()].some((one) => one.name === name)

  /** What no instance is in, and nobody here knows of, goes. */
  async function sweep(): Promise<EngineContainer[]> {
    const all = await engine.list(ownerFilter(whose))
    const joined = new Set(all.map(({ labels }) => parseLabels(labels)?.sandbox?.name))
    for (const { labels, state, engineId } of all) {
      const name = sandboxNameOf(labels)
      // Asked of each by itself: while one was removed, another may have been taken.
      if (name === undefined || joined.has(name) || isInUse(name)) continue
      if (state === 'running' && ready.has(name)) continue
      ready.delete(name)
      await engine.removeContainer(engineId)
    }
    return all
  }

  /** True while there is more to be done, in a moment. */
  async function look(): Promise<boolean> {
    if (!deps.isHere() || (demands.length === 0 && ready.size === 0)) return false
    // What is being started has the engine to itself.
    if (deps.isBusy() || clock.monotonicMs() - lastStartMs() < SANDBOX_CALM_MS) return true
    const all = await sweep()
    const works = all.some(({ labels, state }) => state === 'running' && parseLabels(labels))
    demands = stillWanted(demands, { nowMs: clock.monotonicMs(), works })
    const isShort = around.availableBytes() < SANDBOX_SPARE_MEMORY_BYTES
    const { surplus, lacking } = comparedWith(ready.values(), isShort ? [] : demands)
    for (const { name } of surplus) if (ready.delete(name)) await remove(name)
    if (!lacking) return false
    const mark = Buffer.from(deps.random.bytes(4)).toString('hex')
    const name = `mycelium-net-${whose.node.slice(0, 8)}-${mark}`
    const done = make(name, lacking).finally(() => {
      making = undefined
    })
    making = { name, network: lacking.network, done }
    await done
    return true
  }

  const isReady = (wanted: string): boolean =>
    [...ready.values()].some(({ network }) => network === wanted)
  const lastStartMs = (): number => demands.at(-1)?.atMs ?? 0

  async function make(name: string, { network, resolves }: SandboxDemand): Promise<void> {
    try {
      await createWith({ labels: sandboxLabels(whose, name), network, resolves }, name)
      await engine.startContainer(name)
      const address = (await find(name))?.address
      // Refused, since nothing listens: so this computer reaches what will.
      if (address && (await around.listens(address, SANDBOX_SILENT_PORT)) === false) {
        ready.set(name, { name, network, address })
      } else {
        giveUp('containers are not reached by their addresses')
        await remove(name)
      }
    } catch (error) {
      // Nothing is tried anew before the next start.
      stuff = undefined
      demands = []
      await remove(name)
      if (!isCode(error, 'FOLDER_UNSEEN')) throw error
      giveUp('the engine sees no files of this node')
    }
  }

  async function createWith(request: SandboxRequest, name: string): Promise<void> {
    const create = async (): Promise<void> => {
      stuff ??= { image: await engine.importEmptyImage(), program: await placeProgram() }
      await engine.create(name, sandboxProfile(request, stuff))
    }
    await create().catch((error) => {
      if (!isCode(error, 'IMAGE_NOT_FOUND')) throw error
      // Somebody has removed the image without files.
      stuff = undefined
      return create()
    })
  }

  async function placeProgram(): Promise<string> {
    await mkdir(deps.folder, { recursive: true })
    // Put in place whole: those that an earlier life of this node made may run it, and are not written over.
    const whole = `${programFile}.new`
    await writeFile(whole, program ?? '')
    await chmod(whole, 0o755)
    await rename(whole, programFile)
    return programFile
  }

  function giveUp(why: string): void {
    isPossible = false
    demands = []
    logger.info('Networks of containers are not made ahead', { why })
  }

  return {
    start() {
      if (most === 0) return
      const gaps = { gapMs: SANDBOX_CALM_MS, seldomMs: SANDBOX_SELDOM_MS }
      watching ??= looking(clock, gaps, look, (error) => {
        logger.debug('a network of containers was not made ahead', { reason: messageOf(error) })
      })
    },
    async arrive() {
      await sweep()
      watching?.soon()
    },
    demand({ network, resolves }) {
      if (!isPossible) return
      demands = withDemand(demands, { network, resolves, atMs: clock.monotonicMs() }, most)
      watching?.soon()
    },
    isForeseen: () => isPossible && demands.length === 0 && existsSync(programFile),
    async take(id, network) {
      const own = taken.get(id)
      if (own?.network === network) return own
      if (making?.network === network && !isReady(network)) {
        // Sooner than one of its own, for which the engine would have to end with this one first.
        await making.done.catch(() => {})
      }
      const [found] = [...ready.values()].filter((one) => one.network === network)
      if (!found) return undefined
      ready.delete(found.name)
      taken.set(id, found)
      return found
    },
    has: (id) => taken.has(id),
    find,
    async release(id, name = taken.get(id)?.name) {
      try {
        // A name out of labels may be anybody's: only what holds a network for this node is removed.
        const held = name === undefined ? undefined : await find(name)
        if (held) await engine.removeContainer(held.engineId)
      } finally {
        // Not before: the next look would take it for one that nobody knows of.
        taken.delete(id)
      }
    },
    ended(name) {
      ready.delete(name)
      for (const [id, one] of taken) if (one.name === name) taken.delete(id)
      watching?.soon()
    },
    async stop() {
      await watching?.stop()
      watching = undefined
      ready.clear()
      taken.clear()
      demands = []
      if (deps.isHere()) await sweep()
    },
  }
}
