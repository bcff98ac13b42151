/** What this machine lets a program of ours be bounded by, found out once at the start. */
import { constants, existsSync } from 'node:fs'
import { access, copyFile, link, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import type { Logger } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { type Cgroups, openCgroups } from './cgroups.ts'

export interface Surroundings {
  cgroups: Cgroups
  /** Programs get users of their own: only root may give them. */
  ownUsers: boolean
  setpriv: string | undefined
  /** Folder with a `node` that programs can reach; undefined where there is none. */
  runtimeFolder: string | undefined
  /** Where working folders are made. */
  workRoot: string
  /** What is not enforced here, for people. */
  notes: string[]
}

export interface SurroundingsDeps {
  node: NodeId
  logger: Logger
  /** `instances/` in the home. */
  folder: string
  sharedFolder: string
  nodeRuntime: string | undefined
}

const NONE: Cgroups = {
  bounds: new Set(),
  foldersOf: () => [],
  create: async () => {},
  close: async () => {},
}

export async function lookAround(deps: SurroundingsDeps): Promise<Surroundings> {
  const linux = process.platform === 'linux'
  const root = linux && process.getuid?.() === 0
  const name = deps.node.slice(0, 16)
  const cgroups = linux
    ? await openCgroups(
        { mount: '/sys/fs/cgroup', self: await readFile('/proc/self/cgroup', 'utf8'), root },
        name,
        deps.logger,
      )
    : NONE
  const setpriv = linux ? findSetpriv() : undefined
  const ownUsers = root && setpriv !== undefined
  const workRoot = ownUsers ? join(deps.sharedFolder, name) : deps.folder
  const runtimeFolder = deps.nodeRuntime
    ? await reachableRuntime(deps.nodeRuntime, ownUsers ? deps.sharedFolder : deps.folder, ownUsers)
    : undefined
  const around = { cgroups, ownUsers, setpriv, runtimeFolder, workRoot }
  return { ...around, notes: notesOn(around) }
}

/** util-linux's, not the small one of busybox, which knows no users. */
function findSetpriv(): string | undefined {
  return ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
}

/**
 * A folder that holds `node` and that a program's own user can reach: the runtime's own, or one with
 * a link or a copy of it, when it lies in somebody's private folder or has another name.
 */
async function reachableRuntime(
  runtime: string,
  shared: string,
  forOthers: boolean,
): Promise<string> {
  const named = /^node(\.exe)?$/.test(basename(runtime))
  if (named && (!forOthers || (await othersReach(runtime)))) return dirname(runtime)
  const { size, mtimeMs } = await stat(runtime)
  const folder = join(shared, '.runtime', `${size}-${Math.round(mtimeMs)}`)
  const target = join(folder, 'node')
  await mkdir(folder, { recursive: true, mode: 0o755 })
  if (existsSync(target)) return folder
  if (!forOthers) {
    await symlink(runtime, target)
  } else {
    // A hard link is free, but only on the same file system.
    await link(runtime, target).catch(() => copyFile(runtime, target, constants.COPYFILE_EXCL))
  }
  return folder
}

/** Whether any user may pass every folder on the way and run the file. */
async function othersReach(path: string): Promise<boolean> {
  for (let each = path; each !== parse(each).root; each = dirname(each)) {
    if (((await stat(each)).mode & 0o001) === 0) return false
  }
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function notesOn(around: Omit<Surroundings, 'notes'>): string[] {
  const { cgroups, ownUsers, setpriv } = around
  const notes: string[] = []
  if (!cgroups.bounds.has('memory')) {
    notes.push(
      'Memory of programs is watched and an overuser ended, but not bounded by the system.',
    )
  }
  if (!cgroups.bounds.has('cpu')) notes.push('Processor time of programs is not bounded.')
  if (!cgroups.bounds.has('pids'))
    notes.push('The number of processes of a program is not bounded.')
  if (!setpriv) notes.push('Programs could gain privileges through set-user-id files.')
  if (!ownUsers) notes.push('Programs run as the same user as this node.')
  notes.push('Programs can use the network as this computer can.')
  return notes
}
