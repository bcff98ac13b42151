/**
 * Graphics processors of this computer, by their device files and those that their drivers need beside
 * them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Gpu {
  /** As its own device file is called: `renderD128`, `nvidia0`. */
  name: string
  /** Absolute; its own first, then what it shares with its like. */
  devices: readonly string[]
  /** Groups that may open them. */
  groups: readonly number[]
}

/** Those that whoever has these must be in. */
export function groupsOf(gpus: readonly Pick<Gpu, 'groups'>[] = []): number[] {
  return [...new Set(gpus.flatMap(({ groups }) => groups))]
}

/** The computer, as far as it is looked at; tests bring one of their own. */
export interface DeviceListing {
  /** Names in `/dev` and in `/dev/dri`. */
  devices: readonly string[]
  dri: readonly string[]
  /** The PCI vendor of a render node, such as `0x10de`; undefined where the kernel does not say. */
  vendorOf(render: string): string | undefined
  groupOf(path: string): number
}

const NVIDIA = '0x10de'
const NVIDIA_SHARED = ['nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools']
const AMD = '0x1002'
const AMD_SHARED = ['kfd']

/** Never the card's own node, by which screens are set: computing needs the render node alone. */
export function findGpus(listing: DeviceListing): Gpu[] {
  const { devices, dri, vendorOf, groupOf } = listing
  const make = (name: string, own: string, beside: readonly string[]): Gpu => {
    const shared = beside.filter((one) => devices.includes(one)).map((one) => `/dev/${one}`)
    const all = [own, ...shared]
    const groups = new Set(all.map(groupOf).filter((group) => group !== 0))
    return { name, devices: all, groups: [...groups] }
  }
  const nvidia = devices.filter((name) => /^nvidia\d{1,3}$/.test(name))
  const render = dri.filter((name) => {
    // The same processor again, where its own driver has it.
    return /^renderD\d{1,4}$/.test(name) && !(nvidia.length > 0 && vendorOf(name) === NVIDIA)
  })
  return [
    ...nvidia.map((name) => make(name, `/dev/${name}`, NVIDIA_SHARED)),
    ...render.map((name) => {
      return make(name, `/dev/dri/${name}`, vendorOf(name) === AMD ? AMD_SHARED : [])
    }),
  ].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** What its owner grants of what is there. */
export function grantedGpus(
  granted: 'all' | readonly string[] | undefined,
  listing: DeviceListing = deviceListing(),
): Gpu[] {
  if (granted === undefined || granted.length === 0) return []
  const found = findGpus(listing)
  return granted === 'all' ? found : found.filter(({ name }) => granted.includes(name))
}

/** @param root Of the file system that is looked at. */
export function deviceListing(root = '/'): DeviceListing {
  return {
    devices: namesIn(join(root, 'dev')),
    dri: namesIn(join(root, 'dev/dri')),
    vendorOf(render) {
      try {
        const file = join(root, 'sys/class/drm', render, 'device/vendor')
        return readFileSync(file, 'utf8').trim()
      } catch {
        return undefined
      }
    },
    groupOf: (path) => statSync(join(root, path), { throwIfNoEntry: false })?.gid ?? 0,
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
