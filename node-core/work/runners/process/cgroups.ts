/**
 * Bounds by Linux control groups, version 2 or 1, whichever this machine has and this node may use.
 * A group is a folder; its limits are files; writing to `cgroup.procs` moves the writer in.
 */
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { CPU_SHARES, CPU_WEIGHT, PIDS_MAX } from './limits.ts'

export type Bound = 'memory' | 'cpu' | 'pids'
const BOUNDS: readonly Bound[] = ['memory', 'cpu', 'pids']
/** The period over which processor time is shared out. Microseconds. */
const CPU_PERIOD_US = 100_000
/** The kernel takes no smaller share. Microseconds. */
const CPU_QUOTA_US_MIN = 1_000

export interface Cgroups {
  /** What is really enforced here. */
  readonly bounds: ReadonlySet<Bound>
  /** The folders of an instance's groups, whether or not they have been made. */
  foldersOf(id: string): string[]
  /** Makes the groups of one instance, limits set. */
  create(id: string, resources: { cpuMillis: number; memoryBytes: number }): Promise<void>
  /** Removes the node's own groups, unless instances are still in them. */
  close(): Promise<void>
}

export interface CgroupSurroundings {
  /** `/sys/fs/cgroup`. */
  mount: string
  /** The text of `/proc/self/cgroup`. */
  self: string
  root: boolean
}

/** Looks what can be had, by making the node's own groups. `name` tells nodes of one machine apart. */
export async function openCgroups(
  around: CgroupSurroundings,
  name: string,
  logger: Logger,
): Promise<Cgroups> {
  const unified = await exists(join(around.mount, 'cgroup.controllers'))
  const parents = unified ? await openUnified(around, name, logger) : await openLegacy(around, name)
  const own = [...new Set(parents.values())]
  const foldersOf = (id: string): string[] => own.map((parent) => join(parent, id))
  return {
    bounds: new Set(parents.keys()),
    foldersOf,
    async create(id, resources) {
      for (const group of foldersOf(id)) await mkdir(group, { recursive: true })
      for (const [bound, parent] of parents) {
        for (const [file, value] of limitFiles(unified, bound, resources)) {
          await setLimit(join(parent, id, file), value, file)
        }
      }
    },
    async close() {
      await removeGroups(own)
      // The one that all nodes of this machine share goes with the last of them.
      await removeGroups(own.map((parent) => dirname(parent)))
    },
  }
}

/** Processes in the groups, those of their children included by the kernel's own bookkeeping. */
export async function pidsIn(groups: readonly string[]): Promise<number[]> {
  const found = new Set<number>()
  for (const group of groups) {
    const text = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')
    for (const line of text.split('\n')) if (line) found.add(Number(line))
  }
  return [...found]
}

/** Ends all that is in them at once, however fast it multiplies; only version 2 has that. */
export async function killGroups(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    const file = join(group, 'cgroup.kill')
    if (await exists(file)) await writeFile(file, '1')
  }
}

/** Removes empty groups. A group is busy for a moment after its last process has gone. */
export async function removeGroups(groups: readonly string[]): Promise<boolean> {
  const left = await Promise.all(
    groups.map((group) =>
      rmdir(group).then(
        () => false,
        () => exists(group),
      ),
    ),
  )
  return !left.includes(true)
}

function limitFiles(
  unified: boolean,
  bound: Bound,
  { cpuMillis, memoryBytes }: { cpuMillis: number; memoryBytes: number },
): [file: string, value: string][] {
  const quotaUs = Math.max(CPU_QUOTA_US_MIN, Math.round((cpuMillis * CPU_PERIOD_US) / 1000))
  const pids = String(PIDS_MAX)
  const memory = String(memoryBytes)
  switch (bound) {
    case 'memory':
      return unified
        ? [
            ['memory.max', memory],
            ['memory.swap.max', '0'],
            ['memory.oom.group', '1'],
          ]
        : [
            ['memory.limit_in_bytes', memory],
            // With swap: the same, so none on top. Absent where the kernel does not count swap.
            ['memory.memsw.limit_in_bytes', memory],
          ]
    case 'cpu':
      return unified
        ? [['cpu.max', `${quotaUs} ${CPU_PERIOD_US}`]]
        : [
            ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
            ['cpu.cfs_quota_us', String(quotaUs)],
          ]
    case 'pids':
      return [['pids.max', pids]]
  }
}

/** Bounds that only exist on some kernels; without them the others still hold. */
const OPTIONAL_FILES = new Set([
  'memory.swap.max',
  'memory.oom.group',
  'memory.memsw.limit_in_bytes',
])

async function setLimit(path: string, value: string, file: string): Promise<void> {
  if (OPTIONAL_FILES.has(file) && !(await exists(path))) return
  await writeFile(path, value)
}

/** Version 2: one tree; controllers are handed down from each group to those in it. */
async function openUnified(
  { mount, self, root }: CgroupSurroundings,
  name: string,
  logger: Logger,
): Promise<Map<Bound, string>> {
  const own = join(mount, /^0::(.*)$/m.exec(self)?.[1] ?? '')
  // Root's groups stand apart from its service's, whose end they are to survive.
  for (const top of root ? [mount] : [dirname(own)]) {
    try {
      const parent = join(top, 'mycelium', name)
      await mkdir(parent, { recursive: true })
      for (const folder of [top, join(top, 'mycelium'), parent]) await handDown(folder)
      const given = (await readFile(join(parent, 'cgroup.subtree_control'), 'utf8'))
        .trim()
        .split(' ')
      await yieldCpu(join(top, 'mycelium', 'cpu.weight'), CPU_WEIGHT)
      return new Map(
        BOUNDS.filter((bound) => given.includes(bound)).map((bound) => [bound, parent]),
      )
    } catch (error) {
      logger.info('control groups are not ours to make', { top, reason: messageOf(error) })
    }
  }
  return new Map()
}

/** All programs together come after what the computer's owner runs, this node included. */
async function yieldCpu(file: string, weight: number): Promise<void> {
  if (await exists(file)) await writeFile(file, String(weight))
}

async function handDown(folder: string): Promise<void> {
  const file = join(folder, 'cgroup.subtree_control')
  const given = (await readFile(file, 'utf8')).trim().split(' ')
  const offered = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(' ')
  const missing = BOUNDS.filter((bound) => offered.includes(bound) && !given.includes(bound))
  if (missing.length > 0) await writeFile(file, missing.map((bound) => `+${bound}`).join(' '))
}

/** Version 1: a tree for each controller. */
async function openLegacy(
  { mount, root }: CgroupSurroundings,
  name: string,
): Promise<Map<Bound, string>> {
  const parents = new Map<Bound, string>()
  if (!root) return parents
  const trees = await readdir(mount).catch(() => [])
  for (const bound of BOUNDS) {
    const tree = trees.find((entry) => entry.split(',').includes(bound))
    if (!tree) continue
    const parent = join(mount, tree, 'mycelium', name)
    const made = await mkdir(parent, { recursive: true }).then(
      () => true,
      () => false,
    )
    // A plain folder holds no such file: nothing is mounted there.
    if (made && (await exists(join(parent, 'cgroup.procs')))) parents.set(bound, parent)
    if (bound === 'cpu') await yieldCpu(join(mount, tree, 'mycelium', 'cpu.shares'), CPU_SHARES)
  }
  return parents
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
