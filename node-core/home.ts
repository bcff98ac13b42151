/** One node's folder: who holds it, what it was told about itself, and which network it is in. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Disk } from './base/disk/index.ts'
import { MyceliumError, messageOf } from './base/errors/index.ts'

/** What a running node tells the command line and the app about itself: `run/node.json`. */
export interface RunningNode {
  pid: number
  api: string
  edge?: string
  peerId: string
}

const runningNode = z.object({
  pid: z.number().int(),
  api: z.string(),
  edge: z.string().optional(),
  peerId: z.string(),
})

/** What the owner chose in the window or by a command; the config file and flags stand above it. */
export const settingsShape = z.object({
  name: z.string().min(1).max(63).optional(),
  ownerName: z.string().min(1).max(63).optional(),
  role: z.enum(['sclerotia', 'rhizomorph', 'hypha']).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  /** Addresses of members, from whoever let this node in: where it begins. */
  contacts: z.array(z.string()).optional(),
  /** Set while a join by seed file waits for an admin. */
  awaiting: z
    .object({
      network: z.string(),
      name: z.string(),
      since: z.string(),
      addresses: z.array(z.string()),
    })
    .optional(),
})
export type Settings = z.infer<typeof settingsShape>

export type HomeErrorCode =
  /** Another node runs on this home; details name its pid and address. */
  | 'HOME_IN_USE'
  /** No home can be in that folder: it cannot be made, or not be written to. */
  | 'HOME_UNUSABLE'
  /** A file of the home can not be understood. It is left as it is. */
  | 'HOME_DAMAGED'

export interface HomeLock {
  /** Tells others where this node answers. */
  announce(running: RunningNode): void
  release(): void
}

/**
 * Takes a home for this process. The lock is one of the operating system's, held through SQLite, so
 * it ends with the process however that ends. Throws HOME_IN_USE, HOME_UNUSABLE.
 */
export function lockHome(home: string): HomeLock {
  const run = path.join(home, 'run')
  const announcement = path.join(run, 'node.json')
  const lock = openLock(home, run)
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    const holder = findRunningNode(home)
    const who = holder ? `process ${holder.pid}, ${holder.api}` : 'a process that is starting'
    throw new MyceliumError('HOME_IN_USE', `Another node runs on ${home}: ${who}.`, {
      cause,
      details: holder ?? {},
    })
  }
  // A node that was killed could not take its announcement back.
  rmSync(announcement, { force: true })
  return {
    announce(running) {
      // Whoever reads in that moment finds the one before or this one, and whole.
      const fresh = `${announcement}.new`
      writeFileSync(fresh, JSON.stringify(running), { mode: 0o600 })
      renameSync(fresh, announcement)
    },
    release() {
      // By a second call another node may have the home, and say so.
      if (!lock.isOpen) return
      rmSync(announcement, { force: true })
      lock.close()
    },
  }
}

function openLock(home: string, run: string): DatabaseSync {
  try {
    mkdirSync(run, { recursive: true, mode: 0o700 })
    chmodSync(home, 0o700)
    return new DatabaseSync(path.join(run, 'lock.db'), { timeout: 0 })
  } catch (cause) {
    const why = WHY_NOT[String((cause as NodeJS.ErrnoException).code)] ?? messageOf(cause)
    throw new MyceliumError('HOME_UNUSABLE', `The home cannot be ${home}: ${why}`, { cause })
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of this path is a file, and no folder.',
  EEXIST: 'a file is there, and no folder.',
  EACCES: 'this user may not write there.',
  EPERM: 'this user may not write there.',
  EROFS: 'nothing can be written there.',
  ENOSPC: 'no space is left there.',
}

/** The node that runs on a home now, or undefined. */
export function findRunningNode(home: string): RunningNode | undefined {
  let text: string
  try {
    text = readFileSync(path.join(home, 'run', 'node.json'), 'utf8')
  } catch {
    return undefined
  }
  const parsed = runningNode.safeParse(parseJson(text))
  if (!parsed.success || !isAlive(parsed.data.pid)) return undefined
  const { edge, ...rest } = parsed.data
  return edge === undefined ? rest : { ...rest, edge }
}

/**
 * Whether a node has said that it runs here and not taken it back: one that stops in order does, one
 * that is killed leaves it behind.
 */
export function isNodeAnnounced(home: string): boolean {
  return existsSync(path.join(home, 'run', 'node.json'))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const SETTINGS = 'settings.json'

export async function readSettings(disk: Disk): Promise<Settings> {
  const bytes = await disk.read(SETTINGS)
  if (!bytes) return {}
  const parsed = settingsShape.safeParse(parseJson(new TextDecoder().decode(bytes)))
  if (parsed.success) return parsed.data
  throw new MyceliumError('HOME_DAMAGED', `${SETTINGS} can not be read: ${parsed.error.message}`)
}

export async function writeSettings(disk: Disk, settings: Settings): Promise<void> {
  const text = `${JSON.stringify(settings, null, 2)}\n`
  await disk.writeAtomic(SETTINGS, new TextEncoder().encode(text))
}

/** In a network now, before, or waiting for one: all of that writes settings, and leaving keeps them. */
export async function hasHistory(disk: Disk): Promise<boolean> {
  return (await disk.read(SETTINGS)) !== undefined
}

const GENESIS = 'genesis.cbor'
const CREDENTIAL = 'credential.cbor'

/** The network a home belongs to: the signed genesis, and the credential this node shows. */
export interface StoredNetwork {
  genesis: Uint8Array
  credential: Uint8Array
}

export async function readNetwork(disk: Disk): Promise<StoredNetwork | undefined> {
  const genesis = await disk.read(GENESIS)
  const credential = await disk.read(CREDENTIAL)
  // The genesis is written last: without it, founding or joining had not ended.
  return genesis && credential ? { genesis, credential } : undefined
}

export async function writeNetwork(disk: Disk, network: StoredNetwork): Promise<void> {
  await disk.writeAtomic(CREDENTIAL, network.credential, { mode: 0o600 })
  await disk.writeAtomic(GENESIS, network.genesis, { mode: 0o600 })
}

export async function writeCredential(disk: Disk, credential: Uint8Array): Promise<void> {
  await disk.writeAtomic(CREDENTIAL, credential, { mode: 0o600 })
}

/** What belongs to a network and not to the computer. */
export const OF_THE_NETWORK = [
  // First: without a genesis the home has no network, whatever else is left after a crash.
  GENESIS,
  CREDENTIAL,
  'state.db',
  'state.db-wal',
  'state.db-shm',
  'peers.cbor',
  'invites.cbor',
  'votes.cbor',
  'spore.json',
  'spore.cbor',
  'seeds.json',
  'blobs',
  'images',
  'logs',
  'log-copies',
  'registry',
  'instances.key',
  'tls',
]

/** Kept also by who waits to be let in, and looked for others by: of no harm to another network. */
const OF_A_NEWCOMER = new Set(['peers.cbor', 'seeds.json'])

/**
 * Before a network begins here: what is there of one whose end this computer did not live to see. Its
 * registry and keys would be taken for the new one's.
 */
export async function clearUnfinished(disk: Disk): Promise<void> {
  if (await readNetwork(disk)) return
  for (const file of OF_THE_NETWORK) if (!OF_A_NEWCOMER.has(file)) await disk.remove(file)
}

/** The home waits to be let in no more. */
export async function forgetWaiting(disk: Disk): Promise<void> {
  const { awaiting: _, ...kept } = await readSettings(disk)
  await writeSettings(disk, kept)
}

/** Forgets the network and all that came from it; identity, name and labels stay. */
export async function forgetNetwork(disk: Disk): Promise<void> {
  for (const file of OF_THE_NETWORK) await disk.remove(file)
  const { contacts: _, awaiting: __, ...kept } = await readSettings(disk)
  await writeSettings(disk, kept)
}
