/**
 * Takes everything of a home off this computer but what its owner keeps (docs/adr/0055). No node runs on the
 * home meanwhile, and it can be killed at any moment: whoever begins again finds what is left by the keys, or
 * by the ids of the nodes that were here, which are written down first and go last.
 */
import path from 'node:path'
import type { Left } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import { isCode, MyceliumError, messageOf } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { Random } from './base/random/index.ts'
import { formerNodes, writeFormerNodes } from './former-nodes.ts'
import { readNetwork, readSettings } from './home.ts'
import { parseGenesis } from './identity/index.ts'
import { type Identity, openIdentity } from './joining.ts'
import { engineAddressOfHome, engineOfHome } from './kept-engine.ts'
import { leaveInHome } from './leaving-home.ts'
import { openLeftData, openLeftovers } from './left-side.ts'
import { clearRules, endLeftPrograms, programsIn } from './left-work.ts'
import { type AtEngine, clearEngine, lookAtEngine, type Stuck } from './uninstall-engine.ts'
import {
  foldersElsewhere,
  homeBytes,
  IDENTITY,
  IMAGE_BOOK,
  isHome,
  OF_KEPT_DATA,
  removeElsewhere,
  removeHome,
} from './uninstall-home.ts'
import type { NodeVolume } from './work/runners/index.ts'
import { createNodeProgramVolumes, VOLUMES_FOLDER } from './work/runners/process/index.ts'

export interface UninstallDeps {
  disk: FileDisk
  clock: Clock
  random: Random
  logger: Logger
}

export interface Inventory {
  /** The one that this computer is in. */
  network?: string
  /** Undefined where the engine does not answer. */
  engine?: AtEngine
  /** Where it is asked, as DOCKER_HOST says it: the one that the node used last. */
  engineAddress: string
  /** What programs keep, in the home. */
  programData: (NodeVolume & { usedBytes: number })[]
  /** Ids of programs on record. */
  programs: string[]
  homeBytes: number
  /** Outside of the home. */
  folders: string[]
}

export interface Uninstalled {
  left: Left
  /** What goes on or stays against our will: whoever runs this again takes up there. */
  stuck: Stuck[]
  /** False: what is there of containers, images and data was not touched. */
  engine: boolean
  data: { engineName: string; untilMs?: number }[]
  keys: boolean
  /** Files in the home that are nobody's that we know. */
  foreign: string[]
}

export interface Kept {
  /** The keys of the node and its owner stay. */
  keys: boolean
  /** Data goes now, instead of being kept. */
  forGood: boolean
}

export interface Ending {
  /** Gives the home back, as its last files go. */
  release(): void
  /** Nothing is left to be found but files, which are about to go. */
  nothingStays?(): Promise<void>
}

/** Changes nothing. Undefined where nothing of ours is on the home. */
export async function takeInventory(deps: UninstallDeps): Promise<Inventory | undefined> {
  const { disk } = deps
  if (!(await isHome(disk))) return undefined
  const { nodes } = await nodesHere(deps)
  const stored = await readNetwork(disk)
  const engine = (await isOfEngine(deps, nodes))
    ? await unlessAway(() => lookAtEngine({ ...deps, nodes }))
    : { containers: [], images: [], volumes: [] }
  return {
    ...(stored && { network: parseGenesis(stored.genesis).genesis.name }),
    ...(engine && { engine }),
    engineAddress: await engineAddressOfHome(disk),
    programData: await programDataIn(disk),
    programs: await programsIn(path.join(disk.root, 'instances')),
    homeBytes: await homeBytes(disk.root),
    folders: foldersElsewhere(disk.root, nodes),
  }
}

/** The home has to be held. Throws CONFLICT where the folder is none. */
export async function uninstall(
  deps: UninstallDeps,
  kept: Kept,
  ending: Ending,
): Promise<Uninstalled> {
  const { disk } = deps
  if (!(await isHome(disk))) {
    throw new MyceliumError('CONFLICT', `${disk.root} is no home: nothing in it is removed.`)
  }
  const { nodes, own } = await nodesHere(deps)
  // First: from here on all that follows can be found again without keys.
  await writeFormerNodes(disk, nodes)
  const left = own ? await leaveWhereItIsIn(deps, own) : {}
  // Containers before programs: with those go the rules that bound both.
  const cleared = (await isOfEngine(deps, nodes))
    ? await unlessAway(() => clearEngine({ ...deps, nodes }, kept))
    : []
  const goesOn = own ? await endLeftPrograms({ ...deps, identity: own }, { always: true }) : []
  const keyless = nodes.filter((node) => node !== own?.nodeId)
  await clearRules(deps, keyless)
  const programs = goesOn.map(({ workload = '' }): Stuck => {
    return { what: `program of ${workload}`, why: 'It does not end.' }
  })
  const goOn = goesOn.length > 0
  // What a program still has is not taken from under it: it is among what is stuck.
  const stays = kept.forGood && !goOn ? await removeProgramData(disk) : []
  const stuck = [...programs, ...(cleared ?? []), ...stays]
  const data = (await unlessAway(() => dataOf(deps, nodes))) ?? []
  // A program that goes on is found again by its record alone, and by whose it is.
  if (!goOn) await removeElsewhere(disk.root, nodes)
  const hasProgramData = (await programDataIn(disk)).length > 0
  const of = { keys: kept.keys, goOn, data, stuck, engine: cleared, hasProgramData }
  const keeping = keptFiles(of)
  if (keeping.size === 0) {
    // Whoever is killed from here on has files to remove alone, and needs no engine for that.
    await writeFormerNodes(disk, [])
    await ending.nothingStays?.()
  }
  const foreign = await removeHome(disk.root, keeping, () => ending.release())
  return { left, stuck, engine: cleared !== undefined, data, keys: kept.keys, foreign }
}

/** What a later run, or a node that runs on this home again, has to know. */
function keptFiles(of: {
  keys: boolean
  goOn: boolean
  data: readonly unknown[]
  stuck: readonly unknown[]
  engine: unknown
  hasProgramData: boolean
}): Set<string> {
  const isUnfinished = of.engine === undefined || of.stuck.length > 0
  return new Set([
    ...(of.keys || of.goOn ? [IDENTITY] : []),
    ...(of.goOn ? ['instances'] : []),
    ...(isUnfinished || of.data.length > 0 || of.hasProgramData ? OF_KEPT_DATA : []),
    ...(of.hasProgramData ? [VOLUMES_FOLDER] : []),
    ...(isUnfinished ? [IMAGE_BOOK] : []),
  ])
}

async function leaveWhereItIsIn(deps: UninstallDeps, own: Identity): Promise<Left> {
  const { disk } = deps
  const isIn = (await readNetwork(disk)) !== undefined
  if (!isIn && !(await readSettings(disk)).awaiting) return {}
  return leaveInHome({ ...deps, identity: async () => own })
}

/** Whether anything there could be told to be of this home: by whose it is, or by what was fetched. */
async function isOfEngine(
  { disk }: Pick<UninstallDeps, 'disk'>,
  nodes: readonly NodeId[],
): Promise<boolean> {
  return nodes.length > 0 || (await disk.size(IMAGE_BOOK)) !== undefined
}

async function programDataIn({ root }: Pick<FileDisk, 'root'>): Promise<Inventory['programData']> {
  const store = createNodeProgramVolumes(path.join(root, VOLUMES_FOLDER))
  const used = await store.usage()
  return (await store.list()).map((volume) => {
    return { ...volume, usedBytes: used.get(volume.engineName) ?? 0 }
  })
}

async function removeProgramData({ root }: Pick<FileDisk, 'root'>): Promise<Stuck[]> {
  const store = createNodeProgramVolumes(path.join(root, VOLUMES_FOLDER))
  const stuck: Stuck[] = []
  for (const volume of await store.list()) {
    await store.remove(volume).catch((error: unknown) => {
      stuck.push({ what: `data ${volume.engineName}`, why: messageOf(error) })
    })
  }
  return stuck
}

async function dataOf(
  { disk, clock, logger }: UninstallDeps,
  [node]: readonly NodeId[],
): Promise<Uninstalled['data']> {
  if (node === undefined) return []
  const deps = { disk, clock, logger, node, engine: await engineOfHome(disk) }
  const found = await openLeftData({ ...deps, leftovers: openLeftovers(deps) }).list()
  return found.map(({ engineName, untilMs }) => {
    return { engineName, ...(untilMs !== undefined && { untilMs }) }
  })
}

/** Those that had this home and left something, and the one that has it. A home without keys gets none by this. */
async function nodesHere({
  disk,
  random,
}: UninstallDeps): Promise<{ nodes: NodeId[]; own?: Identity }> {
  const former = await formerNodes(disk)
  if (!(await disk.read(`${IDENTITY}/node.key`))) return { nodes: former }
  const own = await openIdentity(disk, random)
  return { nodes: [...new Set([own.nodeId, ...former])], own }
}

async function unlessAway<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step()
  } catch (error) {
    if (isCode(error, 'ENGINE_UNAVAILABLE')) return undefined
    throw error
  }
}
