import { MyceliumError } from '../errors/index.ts'
import type { Random } from '../random/index.ts'
import type { Disk, DiskErrorCode } from './index.ts'
import { folderSegmentsOf, segmentsOf } from './path.ts'
import { createSimPlatter } from './sim-platter.ts'

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
  /** Damages one bit of a stored file. */
  flipBit(path: string, bit: number): void
  readonly faults: Readonly<Record<SimDiskFault, number>>
}

export type SimDiskFault = 'crash' | 'lostWrite' | 'fullDisk' | 'failedSync' | 'bitFlip'

export function createSimDisk(options: SimDiskOptions = {}): SimDisk {
  return new MemoryDisk(options)
}

class MemoryDisk implements SimDisk {
  readonly faults = { crash: 0, lostWrite: 0, fullDisk: 0, failedSync: 0, bitFlip: 0 }
  readonly #platter
  #capacityBytes: number | undefined
  #syncsToFail = 0
  /** Goes up with every power loss: a write begun before one must not go on after it. */
  #epoch = 0

  constructor({ random, capacityBytes }: SimDiskOptions) {
    this.#platter = createSimPlatter(random)
    this.#capacityBytes = capacityBytes
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const bytes = this.#platter.get(nameOf(path))
    return bytes && Uint8Array.from(bytes)
  }

  async writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
    const name = nameOf(path)
    const epoch = this.#epoch
    const content = Uint8Array.from(bytes)
    await otherWork()
    this.#requirePower(epoch)
    this.#requireRoom(name, content.byteLength)
    this.#sync()
    await otherWork()
    this.#requirePower(epoch)
    this.#platter.set(name, content)
    await otherWork()
    this.#requirePower(epoch)
    this.#sync()
    this.#platter.keep(name)
  }

  async list(path: string): Promise<string[]> {
    const prefix = folderSegmentsOf(path)
      .map((segment) => `${segment}/`)
      .join('')
    const within = this.#platter.names().filter((name) => name.startsWith(prefix))
    return [...new Set(within.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))].sort()
  }

  async remove(path: string): Promise<void> {
    const name = nameOf(path)
    const epoch = this.#epoch
    const gone = this.#platter
      .names()
      .filter((held) => held === name || held.startsWith(`${name}/`))
    for (const held of gone) this.#platter.set(held, undefined)
    await otherWork()
    this.#requirePower(epoch)
    this.#sync()
    for (const held of gone) this.#platter.keep(held)
  }

  async size(path: string): Promise<number | undefined> {
    return this.#platter.get(nameOf(path))?.byteLength
  }

  crash(): void {
    this.#epoch++
    this.#syncsToFail = 0
    this.faults.crash++
    this.faults.lostWrite += this.#platter.lose()
  }

  setCapacity(bytes: number | undefined): void {
    this.#capacityBytes = bytes
  }

  failSyncs(count: number): void {
    this.#syncsToFail = count
  }

  flipBit(path: string, bit: number): void {
    const name = nameOf(path)
    const bytes = Uint8Array.from(this.#platter.get(name) ?? [])
    const at = bit >> 3
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
    this.#platter.set(name, bytes)
    this.#platter.keep(name)
    this.faults.bitFlip++
  }

  #requirePower(epoch: number): void {
    if (epoch !== this.#epoch) throw failed('DISK_FAILED', 'Power was lost during the write.')
  }

  #requireRoom(name: string, sizeBytes: number): void {
    if (this.#capacityBytes === undefined) return
    const others = this.#platter.names().filter((held) => held !== name)
    const usedBytes = others.reduce(
      (sum, held) => sum + (this.#platter.get(held)?.byteLength ?? 0),
      sizeBytes,
    )
    if (usedBytes <= this.#capacityBytes) return
    this.faults.fullDisk++
    throw failed('DISK_FULL', 'The disk is full.')
  }

  #sync(): void {
    if (this.#syncsToFail === 0) return
    this.#syncsToFail--
    this.faults.failedSync++
    throw failed('DISK_FAILED', 'The sync failed.')
  }
}

function nameOf(path: string): string {
  return segmentsOf(path).join('/')
}

/** A turn for everybody else between two steps of a write, as with a real disk. */
const otherWork = (): Promise<void> => Promise.resolve()

function failed(code: DiskErrorCode, message: string): MyceliumError<DiskErrorCode> {
  return new MyceliumError(code, message)
}
