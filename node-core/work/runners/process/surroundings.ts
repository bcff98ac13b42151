/** What this machine lets a program of ours be bounded by, found out once at the start. */
import { constants, existsSync } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, parse, relative, sep } from 'node:path'
import type { Logger } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Lack, RunnerErrorCode } from '../index.ts'
import { type Cgroups, openCgroups } from './cgroups.ts'
import { hasLandlock } from './landlock.ts'
import { placeRuntime } from './runtime.ts'
import { type FoundShelter, findShelter } from './shelter-tools.ts'
import { openToOthers } from './work-folder.ts'

export interface Surroundings {
  /** Only root can show by groups and users which process is whose. */
  root: boolean
  cgroups: Cgroups
  /** Programs get users of their own: only root may give them. */
  ownUsers: boolean
  setpriv: string | undefined
  /** Found out by trying, once, when it is first asked for. */
  shelter(): Promise<FoundShelter>
  /** By which a process takes on a profile of AppArmor's; undefined where the kernel has none. */
  profileFile: string | undefined
  /** A program can be kept to rules of Landlock's. */
  landlock: boolean
  /** Folder with a `node` that programs can reach; undefined where there is none. */
  runtimeFolder: string | undefined
  /** Where working folders are made. */
  workRoot: string
  /** Set when no program could run here at all. */
  obstacle: { code: RunnerErrorCode; message: string } | undefined
}

export interface SurroundingsDeps {
  node: NodeId
  logger: Logger
  /** `instances/` in the home. */
  folder: string
  sharedFolder: string
  nodeRuntime: string | undefined
  fixedDisks: boolean
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
  const obstacle = ownUsers ? await closedTo(deps) : undefined
  const runtimeFolder =
    deps.nodeRuntime && !obstacle
      ? await runtimeFor(deps.nodeRuntime, ownUsers ? deps.sharedFolder : deps.folder, ownUsers)
      : undefined
  const profileFile = linux ? await findProfileFile() : undefined
  const landlock = setpriv !== undefined && (await hasLandlock(setpriv))
  let found: Promise<FoundShelter> | undefined
  const shelter = (): Promise<FoundShelter> => {
    found ??= linux
      ? findShelter(join(deps.folder, '.shelter'), { root, setpriv, fixedDisks: deps.fixedDisks })
      : Promise.resolve({ shelter: undefined, why: 'only Linux has what it takes' })
    return found
  }
  const around = { root, cgroups, ownUsers, setpriv, shelter, runtimeFolder, workRoot, obstacle }
  return { ...around, profileFile, landlock }
}

/** Why users of programs could not come to their working folders. */
async function closedTo({ folder, sharedFolder }: SurroundingsDeps) {
  const home = dirname(folder)
  const way = relative(home, sharedFolder)
  const inside = !isAbsolute(way) && way.split(sep)[0] !== '..'
  if (!inside && (await othersPass(sharedFolder))) return undefined
  const reason = inside
    ? `it lies in this node's home ${home}, which is closed to them`
    : 'it, or a folder above it, is closed to them'
  const message = `Programs run as users of their own and cannot reach ${sharedFolder}: ${reason}.`
  return { code: 'SHARED_FOLDER_CLOSED' as const, message }
}

/** util-linux's, not the small one of busybox, which knows no users. */
function findSetpriv(): string | undefined {
  return ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
}

/**
 * A folder that holds `node` and that a program's own user can reach: the runtime's own, or one with
 * a link or a copy of it, when it lies in somebody's private folder or has another name.
 */
async function runtimeFor(runtime: string, shared: string, forOthers: boolean): Promise<string> {
  const named = /^node(\.exe)?$/.test(basename(runtime))
  if (named && (!forOthers || (await othersReach(runtime)))) return dirname(runtime)
  if (forOthers) await openToOthers(shared, 0o711)
  return placeRuntime(runtime, join(shared, '.runtime'), forOthers)
}

/** Whether any user may pass every folder on the way and run the file. */
async function othersReach(path: string): Promise<boolean> {
  if (!(await othersPass(path))) return false
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** What is not there yet does not count: we make it so that others may pass. */
async function othersPass(path: string): Promise<boolean> {
  for (let each = path; each !== parse(each).root; each = dirname(each)) {
    const found = await stat(each).catch(() => undefined)
    if (found && (found.mode & 0o001) === 0) return false
  }
  return true
}

/** Only with AppArmor on is it there, and only then may it be written to. */
async function findProfileFile(): Promise<string | undefined> {
  const on = await readFile('/sys/module/apparmor/parameters/enabled', 'utf8').catch(() => '')
  return on.startsWith('Y') ? '/proc/self/attr/apparmor/exec' : undefined
}

/** What a stranger's program would have to be kept to, and is not here. */
export function lacksOf(
  { cgroups, setpriv }: Pick<Surroundings, 'cgroups' | 'setpriv'>,
  { shelter }: FoundShelter,
): Lack[] {
  const bounds = (['memory', 'cpu', 'pids'] as const).filter((one) => !cgroups.bounds.has(one))
  return [
    ...bounds,
    ...(setpriv ? [] : (['privileges'] as const)),
    ...(shelter ? [] : (['files'] as const)),
  ]
}

/** What is not enforced here, for people. */
export function notesOn(
  { cgroups, ownUsers, setpriv, profileFile, landlock }: Surroundings,
  { shelter, why }: FoundShelter,
): string[] {
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
  if (!shelter) {
    notes.push(`Programs see the files and processes of this computer as you do (${why}).`)
    notes.push('Programs can write to the files of their manifest, each to its own.')
    notes.push('Programs with volumes are refused.')
    if (!ownUsers) {
      notes.push("Programs run as you here and can read this node's keys; run only what you trust.")
    }
  }
  if (!shelter?.mkfs) {
    notes.push('What programs write is watched and an overuser ended, but not bounded.')
  }
  if (!profileFile) {
    notes.push('A bundle that names a security profile (lsm_profile) is refused: no AppArmor.')
  }
  if (!shelter || !landlock) {
    notes.push('A bundle that asks for Landlock (lsm_profile) is refused.')
  }
  return notes
}
