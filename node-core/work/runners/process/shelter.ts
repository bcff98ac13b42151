/**
 * The world that a program is shut into on Linux, as plain values: namespaces of its own (mounts,
 * processes, IPC, host name, control groups; users too where this node is not root) and a root that
 * holds the system's programs and libraries, a few files of /etc, five harmless devices, and what is
 * the program's own. Everything is read-only but its folder. docs/adr/0036 says why each step is there.
 *
 * util-linux does the work, one tool after the other; `shelter-tools.ts` finds out whether it can.
 */
import { CONTAINER_FOLDER, type PlacedFile } from '../index.ts'
import { SHARED_MEMORY_MEBIBYTES_MAX } from './limits.ts'

/** Where a program finds things, the same on every computer. */
export const WORK_AT = '/work'
export const PROGRAM_AT = '/program'
export const RUNTIME_AT = '/runtime'
export const DOOR_AT = CONTAINER_FOLDER

export interface ShelterTools {
  unshare: string
  mount: string
  umount: string
  pivotRoot: string
  chroot: string
}

export interface Shelter {
  tools: ShelterTools
  /** Not root: a user namespace lends the rights that making it takes. */
  ownUsers: boolean
  /** Holds an empty place for each thing that is mounted; the same for every program. */
  root: string
  /** What of the system is mounted into it, read-only. */
  system: readonly string[]
  /** Path of mkfs.ext4, where a folder can be a file system of a fixed size. */
  mkfs: string | undefined
}

/** What it sees of devices that are leased to it, with places for them in `dev` and `sys`. */
export interface Devices {
  dev: string
  sys: string
  paths: readonly string[]
  /** Of the system, read-only. */
  system: readonly string[]
}

/** What one program gets. Paths of this computer. */
export interface Belongings {
  /** A folder that it may write to, or the image of a file system that takes its place. */
  work: { folder: string } | { image: string }
  workReadOnly: boolean
  /** Folder that holds the program and nothing else. */
  program: string
  runtime: string | undefined
  door: string | undefined
  /** With places for them in `work`. */
  files: readonly PlacedFile[]
  devices?: Devices
  /** What it keeps, with places for them in `work`. */
  volumes?: readonly ShownVolume[]
}

export interface ShownVolume {
  folder: string
  /** Where its program sees it. */
  path: string
  readOnly: boolean
}

/** Folders of the system, where they are folders; where they are links, the link is made anew. */
export const SYSTEM_FOLDERS = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
/** What names, certificates, users and times are looked up in. */
export const ETC_FOLDERS = ['ssl', 'pki', 'ca-certificates', 'alternatives']
export const ETC_FILES = [
  ...['resolv.conf', 'hosts', 'host.conf', 'nsswitch.conf', 'gai.conf', 'services', 'protocols'],
  ...['passwd', 'group', 'localtime', 'ld.so.cache', 'ld.so.conf', 'mime.types'],
]
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom']
/** Where the computer's own root is until it is let go, and a second view of the new one. */
const OLD_ROOT = '.old'
export const AGAIN = '.again'

/** Empty folders and files on which things are mounted, and links, all below `dev`. */
export const DEVICE_PLACES = {
  folders: ['shm'],
  files: DEVICES,
  links: [
    ['/proc/self/fd', 'fd'],
    ['/proc/self/fd/0', 'stdin'],
    ['/proc/self/fd/1', 'stdout'],
    ['/proc/self/fd/2', 'stderr'],
  ] satisfies [string, string][],
}
/** The same below the new root. */
export const PLACES = {
  folders: [
    ...['proc', 'sys', 'tmp', 'run', OLD_ROOT, AGAIN],
    ...DEVICE_PLACES.folders.map((name) => `dev/${name}`),
    ...[WORK_AT, PROGRAM_AT, RUNTIME_AT, DOOR_AT].map((path) => path.slice(1)),
  ],
  files: DEVICE_PLACES.files.map((name) => `dev/${name}`),
  links: DEVICE_PLACES.links.map(([target, name]): [string, string] => [target, `dev/${name}`]),
}

/** In the form of fstab(5): one tool mounts all of it, in this order. */
export function mountTable({ root, system }: Shelter, own: Belongings): string {
  const at = (path: string): string => `${root}${path}`
  const quiet = 'nosuid,nodev'
  const shown = (source: string, target: string) =>
    line(source, at(target), 'none', `bind,ro,${quiet}`)
  const work =
    'image' in own.work
      ? line(own.work.image, at(WORK_AT), 'ext4', `loop,${quiet},noatime,discard`)
      : line(own.work.folder, at(WORK_AT), 'none', `bind,${quiet}`)
  return [
    line(root, root, 'none', `bind,ro,${quiet}`),
    ...system.map((path) => shown(path, path)),
    line('proc', at('/proc'), 'proc', `${quiet},noexec`),
    ...(own.devices ? [shown(own.devices.dev, '/dev'), shown(own.devices.sys, '/sys')] : []),
    ...[...DEVICES.map((name) => `/dev/${name}`), ...(own.devices?.paths ?? [])].map((path) =>
      line(path, at(path), 'none', 'bind,nosuid,noexec'),
    ),
    ...(own.devices?.system ?? []).map((path) => shown(path, path)),
    line('shm', at('/dev/shm'), 'tmpfs', `${quiet},mode=1777,size=${SHARED_MEMORY_MEBIBYTES_MAX}m`),
    work,
    line(at(`${WORK_AT}/tmp`), at('/tmp'), 'none', `bind,${quiet}`),
    ...(own.workReadOnly ? [shown(at(WORK_AT), WORK_AT)] : []),
    ...(own.volumes ?? []).map(({ folder, path, readOnly }) =>
      readOnly ? shown(folder, path) : line(folder, at(path), 'none', `bind,${quiet}`),
    ),
    ...own.files.map(({ source, path }) => shown(source, path)),
    shown(own.program, PROGRAM_AT),
    ...(own.runtime === undefined ? [] : [shown(own.runtime, RUNTIME_AT)]),
    ...(own.door === undefined ? [] : [shown(own.door, DOOR_AT)]),
  ].join('')
}

function line(source: string, target: string, type: string, options: string): string {
  return `${[source, target, type, options].map(escaped).join(' ')} 0 0\n`
}

/** fstab(5) parts fields by blanks. */
function escaped(field: string): string {
  return field.replace(/[\s\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/**
 * Runs as root of the new namespaces, with nothing of the program in its environment. The old root is
 * let go for good. The second view of the new one makes the program a process in a chroot, to which
 * Linux gives no user namespace (user_namespaces(7)): no way back to rights, real or lent.
 */
const INSIDE = [
  'fail() { echo "The shelter could not be made: $1" >&2; exit 125; }',
  'root=$1 table=$2 host=$3 mount=$4 umount=$5 pivot=$6 chroot=$7; shift 7',
  // Only root of the computer may; elsewhere the host's name stays.
  '{ echo "$host" >/proc/sys/kernel/hostname; } 2>/dev/null || :',
  '"$mount" --all --fstab "$table" && cd "$root" || fail mounts',
  `"$pivot" . ${OLD_ROOT} && cd / || fail root`,
  // -n: there is no table of mounts to keep, and without it others than root are not let.
  `"$umount" -l -n /${OLD_ROOT} || fail "old root"`,
  `"$mount" -n --rbind / /${AGAIN} || fail view`,
  `exec "$chroot" /${AGAIN} "$@"`,
].join('\n')

export interface ShelterRequest {
  /** File with the mount table. */
  table: string
  /** What the program takes its computer to be called. */
  hostName: string
}

/** The words to put before a command that is to run in the shelter, as root of it. */
export function shelterWords(
  { tools, ownUsers, root }: Shelter,
  { table, hostName }: ShelterRequest,
): string[] {
  const { unshare, mount, umount, pivotRoot, chroot } = tools
  return [
    unshare,
    ...(ownUsers ? [] : ['--user', '--map-current-user', '--keep-caps']),
    ...['--mount', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'],
    ...['--', '/bin/sh', '-c', INSIDE, 'shelter'],
    ...[root, table, hostName, mount, umount, pivotRoot, chroot],
  ]
}
