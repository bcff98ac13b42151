/** Finds out once whether this computer can shut programs in, by doing it, and makes ready for it. */
import { chmod, lstat, mkdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDiskImage } from './disk-image.ts'
import { launchCommand } from './launch.ts'
import { TRIAL_DISK_BYTES } from './limits.ts'
import { runTool } from './run-tool.ts'
import {
  ETC_FILES,
  ETC_FOLDERS,
  mountTable,
  PLACES,
  type Shelter,
  SYSTEM_FOLDERS,
} from './shelter.ts'

/** `shelter` is undefined where there is none; `why` then says so, or why folders have no fixed size. */
export interface FoundShelter {
  shelter: Shelter | undefined
  why: string
}

/** Beside the users' own: util-linux and e2fsprogs put theirs there. */
const TOOL_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']

/**
 * @param folder Of ours alone. What is there stays: Linux takes a mount away from whoever has it when
 *   the place that it is mounted on is removed, and programs may outlive the node that made it.
 * @param root Whether this node is root.
 */
export async function findShelter(
  folder: string,
  {
    root,
    setpriv,
    fixedDisks,
  }: { root: boolean; setpriv: string | undefined; fixedDisks: boolean },
): Promise<FoundShelter> {
  const [unshare, mount, umount, pivotRoot, chroot] = await Promise.all(
    ['unshare', 'mount', 'umount', 'pivot_root', 'chroot'].map(findTool),
  )
  if (!setpriv || !unshare || !mount || !umount || !pivotRoot || !chroot) {
    return { shelter: undefined, why: 'util-linux is not installed' }
  }
  const shelter: Shelter = {
    tools: { unshare, mount, umount, pivotRoot, chroot },
    ownUsers: root,
    root: join(folder, 'root'),
    system: [],
    // Only root of the computer may mount one.
    mkfs: root && fixedDisks ? await findTool('mkfs.ext4') : undefined,
  }
  const made = { ...shelter, system: await makePlaces(shelter.root) }
  const failure = await tried(made, setpriv, folder)
  if (failure === undefined) return { shelter: made, why: '' }
  if (made.mkfs === undefined) return { shelter: undefined, why: failure }
  const plain = { ...made, mkfs: undefined }
  const still = await tried(plain, setpriv, folder)
  return still === undefined ? { shelter: plain, why: failure } : { shelter: undefined, why: still }
}

export async function findTool(name: string): Promise<string | undefined> {
  for (const folder of TOOL_FOLDERS) {
    const path = join(folder, name)
    if (await lstat(path).catch(() => undefined)) return path
  }
  return undefined
}

/** Whatever program runs later runs in the same way. What went wrong, or undefined. */
async function tried(shelter: Shelter, setpriv: string, folder: string) {
  const work = join(folder, 'work')
  const program = join(folder, 'program')
  for (const each of [join(work, 'tmp'), program]) await mkdir(each, { recursive: true })
  const table = join(folder, 'fstab')
  const image = join(folder, 'disk')
  try {
    if (shelter.mkfs) {
      const size = { bytes: TRIAL_DISK_BYTES, userId: undefined }
      await makeDiskImage(shelter.mkfs, { image, from: work, ...size })
    }
    const own = { work: shelter.mkfs ? { image } : { folder: work }, workReadOnly: true, program }
    const nothing = { runtime: undefined, door: undefined, files: [] }
    await writeFile(table, mountTable(shelter, { ...own, ...nothing }))
    await runTool(
      launchCommand({
        ...{ program: '/bin/sh', args: ['-c', '[ -r /usr ]'], environment: {}, cgroups: [] },
        ...{ userId: undefined, setpriv, shelter: { of: shelter, table, hostName: 'trial' } },
      }),
    )
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What is mounted needs a place, and the places of this system's own. Gives what is there to mount. */
async function makePlaces(root: string): Promise<string[]> {
  const system: string[] = []
  const [folders, files] = [[...PLACES.folders], [...PLACES.files]]
  const links: [string, string][] = [...PLACES.links]
  for (const name of SYSTEM_FOLDERS) {
    const found = await lstat(`/${name}`).catch(() => undefined)
    if (found?.isSymbolicLink()) links.push([await readlink(`/${name}`), name])
    else if (found?.isDirectory()) {
      folders.push(name)
      system.push(`/${name}`)
    }
  }
  for (const name of [...ETC_FOLDERS, ...ETC_FILES]) {
    const found = await lstat(`/etc/${name}`).catch(() => undefined)
    if (!found) continue
    system.push(`/etc/${name}`)
    if (ETC_FOLDERS.includes(name)) folders.push(`etc/${name}`)
    else files.push(`etc/${name}`)
  }
  for (const name of ['', 'etc', 'dev', ...folders]) await placeFolder(join(root, name))
  for (const name of files) await placeFile(join(root, name))
  for (const [target, name] of links) {
    const link = join(root, name)
    if (!(await lstat(link).catch(() => undefined))) await symlink(target, link)
  }
  return system
}

/** The umask of this node is not the programs' business. */
async function placeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, 0o755)
}

async function placeFile(path: string): Promise<void> {
  await writeFile(path, '', { flag: 'a' })
}
