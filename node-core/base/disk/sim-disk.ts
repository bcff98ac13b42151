import { MyceliumError } from '../errors/index.ts'
import type { Random } from '../random/index.ts'
import type { Disk, DiskErrorCode } from './index.ts'
import { folderSegmentsOf, segmentsOf } from './path.ts'

export interface SimDiskOptions {
  /** Decides what of the unsynced survives a crash. Without it nothing unsynced does. */
  random?: Random
  /** Writes that would go over it fail with DISK_FULL. */
  capacityBytes?: number
}

/** A disk in memory that fails on command. Each fault fired is counted. */
export interface SimDisk extends Disk {
  /** Power loss: writes under way fail, and what was not synced is lost or not, by chance. */
  crash(): void
  setCapacity(bytes: number | undefined): void
  /** The next `count` syncs fail, and what they would have kept is not kept. */
  failSyncs(count: number): void
  /** Damages one byte of a stored file. */
  flipBit(path: string, bit: number): void
  readonly faults: Readonly<Record<SimDiskFault, number>>
}

export type SimDiskFault = 'crash' | 'lostWrite' | 'fullDisk' | 'failedSync' | 'bitFlip'

export function createSimDisk(options: SimDiskOptions = {}): SimDisk {
  /** What a reader sees. */
  let cached = new Map<string, Uint8Array>()
  /** What power loss leaves. A path in `unsynced` may come back either way. */
  let durable = new Map<string, Uint8Array>()
  let unsynced = new Set<string>()
  let capacityBytes = options.capacityBytes
  let syncsToFail = 0
  let epoch = 0
  const faults = { crash: 0, lostWrite: 0, fullDisk: 0, failedSync: 0, bitFlip: 0 }

  const nameOf = (path: string): string => segmentsOf(path).join('/')
  const prefixOf = (path: string): string => {
    const folder = folderSegmentsOf(path).join('/')
    return folder === '' ? '' : `${folder}/`
  }
  const requirePower = (at: number): void => {
    if (at !== epoch) throw failed('DISK_FAILED', 'Power was lost during the write.')
  }
  const sync = (): void => {
    if (syncsToFail === 0) return
    syncsToFail--
    faults.failedSync++
    throw failed('DISK_FAILED', 'The sync failed.')
  }
  const requireRoom = (name: string, sizeBytes: number): void => {
    if (capacityBytes === undefined) return
    let usedBytes = sizeBytes
    for (const [held, bytes] of cached) if (held !== name) usedBytes += bytes.byteLength
    if (usedBytes <= capacityBytes) return
    faults.fullDisk++
    throw failed('DISK_FULL', 'The disk is full.')
  }
  const makeDurable = (name: string): void => {
    const bytes = cached.get(name)
    if (bytes) durable.set(name, bytes)
    else durable.delete(name)
    unsynced.delete(name)
  }

  return {
    faults,
    async read(path) {
      const bytes = cached.get(nameOf(path))
      return bytes && Uint8Array.from(bytes)
    },
    async writeAtomic(path, bytes) {
      const name = nameOf(path)
      const at = epoch
      const content = Uint8Array.from(bytes)
      await otherWork()
      requirePower(at)
      requireRoom(name, content.byteLength)
      sync()
      await otherWork()
      requirePower(at)
      cached.set(name, content)
      unsynced.add(name)
      await otherWork()
      requirePower(at)
      sync()
      makeDurable(name)
    },
    async list(path) {
      const prefix = prefixOf(path)
      const names = new Set<string>()
      for (const name of cached.keys()) {
        if (name.startsWith(prefix)) names.add(name.slice(prefix.length).split('/')[0] ?? '')
      }
      return [...names].sort()
    },
    async remove(path) {
      const name = nameOf(path)
      const at = epoch
      const gone = [...cached.keys()].filter((held) => held === name || held.startsWith(`${name}/`))
      for (const held of gone) {
        cached.delete(held)
        unsynced.add(held)
      }
      await otherWork()
      requirePower(at)
      sync()
      for (const held of gone) makeDurable(held)
    },
    async size(path) {
      return cached.get(nameOf(path))?.byteLength
    },
    crash() {
      epoch++
      faults.crash++
      for (const name of unsynced) {
        if (options.random && options.random.float() < 0.5) makeDurable(name)
        else faults.lostWrite++
      }
      cached = new Map(durable)
      durable = new Map(durable)
      unsynced = new Set()
      syncsToFail = 0
    },
    setCapacity(bytes) {
      capacityBytes = bytes
    },
    failSyncs(count) {
      syncsToFail = count
    },
    flipBit(path, bit) {
      const name = nameOf(path)
      const bytes = Uint8Array.from(cached.get(name) ?? [])
      const at = bit >> 3
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
      cached.set(name, bytes)
      durable.set(name, bytes)
      faults.bitFlip++
    },
  }
}

/** A turn for everybody else between two steps of a write, as with a real disk. */
const otherWork = (): Promise<void> => Promise.resolve()

function failed(code: DiskErrorCode, message: string): MyceliumError<DiskErrorCode> {
  return new MyceliumError(code, message)
}
