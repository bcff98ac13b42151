/** The files of a home, and the folders that a node has elsewhere: what is ours of them, and its end. */
import { existsSync } from 'node:fs'
import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import type { Disk } from './base/disk/index.ts'
import type { NodeId } from './base/net/index.ts'
import { doorFolders } from './door-folders.ts'
import { FORMER_NODES, isHalfUninstalled } from './former-nodes.ts'
import { OF_THE_NETWORK } from './home.ts'
import { KEPT_ENGINE } from './kept-engine.ts'
import { PROGRAMS_FOLDER, VOLUMES_FOLDER } from './work/runners/process/index.ts'

/** Keys of the node and of its owner. */
export const IDENTITY = 'identity'
/**
 * What tells of data that is kept: when its network was left, at which engine it is, and last, since by it this
 * is a home, whose it is.
 */
export const OF_KEPT_DATA = ['left-data.cbor', KEPT_ENGINE, FORMER_NODES]
/** What tells which images of the engine were brought by this node. */
export const IMAGE_BOOK = 'fetched-images.cbor'

/** Its lock, and where a node answers. */
const LOCK = 'run'

/**
 * In the order in which they go: the keys late, since by them all else is found, then what is left to tell, what
 * keeps others off the home, and last that by which whoever is killed here finds it again.
 */
const OURS = [
  ...OF_THE_NETWORK,
  ...[
    'instances',
    VOLUMES_FOLDER,
    'audit',
    'volumes.cbor',
    'settings.json',
    'config.toml',
    'authorized_keys',
  ],
  ...['api-token', 'app.log', 'api-port.json', 'edge-port.json', '.tmp'],
  ...[IMAGE_BOOK, IDENTITY, ...OF_KEPT_DATA.filter((name) => name !== FORMER_NODES)],
  ...[LOCK, FORMER_NODES],
]

/** What only a home has. `images`, `logs` or `config.toml` are everybody's names: by them no folder is ours. */
export async function isHome(disk: Pick<Disk, 'read'> & { root: string }): Promise<boolean> {
  const holds = (...names: string[]) =>
    names.every((name) => existsSync(path.join(disk.root, name)))
  if (holds(`${IDENTITY}/node.key`) || holds('genesis.cbor')) return true
  if (holds('api-token', 'run/lock.db')) return true
  return isHalfUninstalled(disk)
}

/** A folder that is empty, or has a lock alone: a process was killed as the last of a home went, or its first came. */
export async function isRemainder(home: string): Promise<boolean> {
  if (!existsSync(home) || !(await lstat(home)).isDirectory()) return false
  const entries = await readdir(home)
  if (entries.some((entry) => entry !== LOCK)) return false
  const inside = await entriesOf(path.join(home, LOCK)).catch(() => ['of others'])
  return inside.every((entry) => isNamed(entry, 'lock.db') || isNamed(entry, 'node.json'))
}

/** What we write beside a file: its database's, a draft, what was damaged, and the log before. */
const BESIDE = ['-wal', '-shm', '-journal', '.new', '.damaged', '.1']

function isNamed(entry: string, name: string): boolean {
  if (entry === name) return true
  return name.includes('.') && BESIDE.some((ending) => entry === `${name}${ending}`)
}

/**
 * Removes what is ours but what is kept, and the home where nothing is left in it. What else is there is
 * somebody's: a home may be any folder. Its names.
 *
 * @param release Gives the lock back. A node that waits for it, as one that is started again and again does,
 *     would have the home while the rest of it goes.
 */
export async function removeHome(
  home: string,
  kept: ReadonlySet<string>,
  release: () => void,
): Promise<string[]> {
  const isKept = (entry: string) => [...kept].some((name) => isNamed(entry, name))
  for (const name of OURS) {
    // Windows removes no file that is open.
    if (name === LOCK && process.platform === 'win32') release()
    for (const entry of await entriesOf(home)) {
      if (!isNamed(entry, name) || isKept(entry)) continue
      await rm(path.join(home, entry), { recursive: true, force: true })
    }
  }
  const rest = await entriesOf(home)
  if (rest.length === 0) await rmdir(home).catch(unlessKept)
  release()
  return rest.filter((entry) => !isKept(entry))
}

/** Of what is ours in it, but for the data of programs. */
export async function homeBytes(home: string): Promise<number> {
  const entries = await entriesOf(home)
  const counted = OURS.filter((name) => name !== VOLUMES_FOLDER)
  const ours = entries.filter((entry) => counted.some((name) => isNamed(entry, name)))
  const sizes = await Promise.all(ours.map((entry) => bytesOf(path.join(home, entry))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Outside of the home, as far as they are there. */
export function foldersElsewhere(home: string, nodes: readonly NodeId[]): string[] {
  const all = nodes.flatMap((node) => [
    ...doorFolders({ disk: { root: home }, node }),
    ...(isRoot() ? [path.join(PROGRAMS_FOLDER, node.slice(0, 16))] : []),
  ])
  const outside = all.filter((folder) => path.relative(home, folder).startsWith('..'))
  return outside.filter((folder) => existsSync(folder))
}

/** And what all nodes of this computer share, once it is empty. */
export async function removeElsewhere(home: string, nodes: readonly NodeId[]): Promise<void> {
  for (const folder of foldersElsewhere(home, nodes)) {
    await rm(folder, { recursive: true, force: true })
    await rmdir(path.dirname(folder)).catch(unlessGone)
  }
  if (!isRoot()) return
  const shared = (await entriesOf(PROGRAMS_FOLDER)).filter((name) => name !== RUNTIMES)
  // The Node that programs run by is every node's.
  if (shared.length > 0) return
  await rm(path.join(PROGRAMS_FOLDER, RUNTIMES), { recursive: true, force: true })
  await rmdir(PROGRAMS_FOLDER).catch(unlessGone)
}

const RUNTIMES = '.runtime'

function isRoot(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0
}

async function bytesOf(entry: string): Promise<number> {
  const found = await lstat(entry).catch(() => undefined)
  if (!found) return 0
  if (!found.isDirectory()) return found.size
  const sizes = await Promise.all(
    (await entriesOf(entry)).map((name) => bytesOf(path.join(entry, name))),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** None where there is no such folder. */
async function entriesOf(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : []
}

/** Empty, and not ours to remove: a disk is mounted there, or the folder that it is in belongs to somebody else. */
function unlessKept(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'EBUSY' && code !== 'EACCES' && code !== 'EPERM') unlessGone(error)
}

/** Something of others is in it, or it was gone before. */
function unlessGone(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
}
