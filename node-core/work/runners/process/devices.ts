/** Graphics processors of programs: leased whole, shown in the shelter of whoever has them, and to nobody else. */
import {
  access,
  constants,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Part } from '../../spec/index.ts'
import type { Gpu } from '../gpus/index.ts'
import { LANDLOCK } from './landlock.ts'
import { AGAIN, DEVICE_PLACES, type Devices, type Shelter } from './shelter.ts'
import { openToOthers } from './work-folder.ts'

/** By which libraries find out what a device file is. Where mounts of others lie below, the kernel shows none. */
const SYSTEM = ['/sys/dev', '/sys/class', '/sys/bus', '/sys/devices']

/** Without a shelter every program sees every device, and nothing could be leased to one alone. */
export function refuseGpus(
  { resources }: Pick<Part, 'resources'>,
  { profile, shelter }: { profile: string; shelter: Shelter | undefined },
): void {
  if (!resources.gpus) return
  if (!shelter) throw refused('this computer has no namespaces for programs')
  if (profile === LANDLOCK) throw refused('its bundle asks for “landlock”, which knows no devices')
}

/** What the program could not open would be leased for nothing. `user`: whether it has one of its own. */
export async function refuseClosed(gpus: readonly Gpu[], user: { own: boolean }): Promise<void> {
  for (const path of gpus.flatMap(({ devices }) => devices)) {
    if (user.own ? await opensToItsGroup(path) : await opensToUs(path)) continue
    throw refused(`${path} is closed to ${user.own ? 'all but root' : 'the user of this node'}`)
  }
}

async function opensToItsGroup(path: string): Promise<boolean> {
  const { mode, gid } = await stat(path)
  return (mode & 0o006) === 0o006 || (gid !== 0 && (mode & 0o060) === 0o060)
}

function opensToUs(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}

function refused(why: string): MyceliumError<'NOT_SUPPORTED'> {
  const message = `It asks for a graphics processor, and no program is given one here: ${why}.`
  return new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'gpus' } })
}

/** Makes the places that they are mounted on, in a folder of the instance: no other program has them. */
export async function placeDevices(folder: string, gpus: readonly Gpu[]): Promise<Devices> {
  const paths = [...new Set(gpus.flatMap(({ devices }) => devices))]
  const [dev, sys] = [join(folder, 'dev'), join(folder, 'sys')]
  for (const name of DEVICE_PLACES.folders) await openToOthers(join(dev, name), 0o755)
  for (const path of [...DEVICE_PLACES.files.map((name) => `/dev/${name}`), ...paths]) {
    await openToOthers(join(folder, dirname(path)), 0o755)
    await writeFile(join(folder, path), '', { flag: 'a' })
  }
  for (const [target, name] of DEVICE_PLACES.links) await symlink(target, join(dev, name))
  const system: string[] = []
  await mkdir(sys, { recursive: true })
  await openToOthers(sys, 0o755)
  for (const path of SYSTEM) {
    if (!(await stat(path).catch(() => undefined))) continue
    await openToOthers(join(folder, path), 0o755)
    system.push(path)
  }
  return { dev, sys, paths, system }
}

/** Which of these some process of the computer has mounted for itself alone, whichever node began it. */
export async function shownInShelters(granted: readonly Gpu[]): Promise<string[]> {
  const shown = new Set<string>()
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of granted.length > 0 ? pids : []) {
    const table = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')
    for (const line of table.split('\n')) {
      // proc(5): number, parent, device, root, and then where it is mounted.
      const path = line.split(' ', 5)[4] ?? ''
      shown.add(path.startsWith(`/${AGAIN}/`) ? path.slice(AGAIN.length + 1) : path)
    }
  }
  return granted.filter(({ devices: [own = ''] }) => shown.has(own)).map(({ name }) => name)
}
