import { MyceliumError } from '../errors/index.ts'
import type { Random } from '../random/index.ts'
import { type AppendDevice, createAppendFile } from './append-file.ts'
import type { AppendFile, Disk, DiskErrorCode } from './index.ts'
import { folderSegmentsOf, segmentsOf } from './path.ts'
import { createSimPlatter } from './sim-platter.ts'
import { createSimTape, type SimTape } from './sim-tape.ts'

export interface SimDiskOptions {
  /** Decides what of the unsynced survives a crash. Without it nothing unsynced does. */
  random?: Random
  /** Writes that would go over it fail with DISK_FULL. */
  capacityBytes?: number
}

/** A disk in memory that fails on command. Each fault fired is counted. */
export interface SimDisk extends Disk {
  /**
   * Power loss: writes under way fail, open files end, and what was not synced is lost or not, by
   * chance; of what was appended, any part.
   */
  crash(): void
  setCapacity(bytes: number | undefined): void
  /** The next `count` syncs fail, and what they would have kept is not kept. */
  failSyncs(count: number): void
  /** Damages one bit of a stored file. */
  flipBit(path: string, bit: number): void
  /** Every file as readers see it. */
  copyOut(): SimDiskCopy
  /** What is there goes, and the copy's files take its place, as new ones. Counts as no crash. */
  putBack(copy: SimDiskCopy): void
  readonly faults: Readonly<Record<SimDiskFault, number>>
}

export type SimDiskCopy = ReadonlyMap<string, Uint8Array>

export type SimDiskFault =
  | 'crash'
  | 'lostWrite'
  | 'tornWrite'
  | 'fullDisk'
  | 'failedSync'
  | 'bitFlip'

export function createSimDisk(options: SimDiskOptions = {}): SimDisk {
  return new MemoryDisk(options)
}

class MemoryDisk implements SimDisk {
  readonly faults = {
    crash: 0,
    lostWrite: 0,
    tornWrite: 0,
    fullDisk: 0,
    failedSync: 0,
    bitFlip: 0,
  }
  readonly #platter
  #capacityBytes: number | undefined
  #syncsToFail = 0
  readonly #birthmarks = new WeakMap<SimTape, string>()
  /** Goes up with every power loss: a write begun before one must not go on after it. */
  #epoch = 0

  constructor({ random, capacityBytes }: SimDiskOptions) {
    this.#platter = createSimPlatter(random)
    this.#capacityBytes = capacityBytes
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const tape = this.#platter.get(nameOf(path))
    return tape?.read(0, tape.sizeBytes)
  }

  async writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
    const name = nameOf(path)
    const epoch = this.#epoch
    const content = createSimTape(bytes)
    await otherWork()
    this.#requirePower(epoch)
    this.#requireRoom(name, content.sizeBytes)
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
    return this.#platter.get(nameOf(path))?.sizeBytes
  }

  async birthmark(path: string): Promise<string | undefined> {
    const tape = this.#platter.get(nameOf(path))
    if (!tape) return undefined
    const known = this.#birthmarks.get(tape) ?? String(++born)
    this.#birthmarks.set(tape, known)
    return known
  }

  async openAppend(path: string): Promise<AppendFile> {
    const name = nameOf(path)
    const epoch = this.#epoch
    const isFolder = this.#platter.names().some((held) => held.startsWith(`${name}/`))
    if (isFolder) throw failed('DISK_PATH_INVALID', 'There is a folder of that name.')
    const tape = this.#platter.get(name) ?? createSimTape(new Uint8Array())
    if (this.#platter.get(name) === undefined) this.#platter.set(name, tape)
    await otherWork()
    this.#requirePower(epoch)
    this.#sync()
    this.#platter.keep(name)
    return createAppendFile(path, this.#deviceOver(name, tape, epoch), tape.sizeBytes)
  }

  /** An open file ends with the power. */
  #deviceOver(name: string, tape: SimTape, epoch: number): AppendDevice {
    /** The check and the effect are one step: power cannot be lost between them. */
    const step = async <T>(run: () => T): Promise<T> => {
      await otherWork()
      this.#requirePower(epoch)
      return run()
    }
    return {
      write: (offset, bytes) =>
        step(() => {
          // A full disk takes what still fits before it says so.
          tape.write(offset, bytes.subarray(0, Math.max(0, this.#roomFor(name) - offset)))
          this.#requireRoom(name, offset + bytes.byteLength)
        }),
      sync: () => step(() => this.#syncTape(tape)),
      truncate: async (sizeBytes) => {
        await step(() => tape.cut(sizeBytes))
        await step(() => this.#syncTape(tape))
      },
      read: (offset, length) => step(() => tape.read(offset, length)),
      close: () => otherWork(),
    }
  }

  #syncTape(tape: SimTape): void {
    try {
      this.#sync()
    } catch (error) {
      tape.forget()
      throw error
    }
    tape.keep()
  }

  crash(): void {
    this.#epoch++
    this.#syncsToFail = 0
    this.faults.crash++
    const { lost, torn } = this.#platter.lose()
    this.faults.lostWrite += lost
    this.faults.tornWrite += torn
  }

  setCapacity(bytes: number | undefined): void {
    this.#capacityBytes = bytes
  }

  failSyncs(count: number): void {
    this.#syncsToFail = count
  }

  flipBit(path: string, bit: number): void {
    this.#platter.get(nameOf(path))?.flip(bit)
    this.faults.bitFlip++
  }

  copyOut(): SimDiskCopy {
    const names = this.#platter.names()
    return new Map(
      names.map((name) => {
        const tape = this.#platter.get(name)
        return [name, tape ? tape.read(0, tape.sizeBytes) : new Uint8Array()]
      }),
    )
  }

  putBack(copy: SimDiskCopy): void {
    this.#epoch++
    for (const name of new Set([...this.#platter.names(), ...copy.keys()])) {
      const content = copy.get(name)
      this.#platter.set(name, content && createSimTape(content))
      this.#platter.keep(name)
    }
  }

  #requirePower(epoch: number): void {
    if (epoch !== this.#epoch) throw failed('DISK_FAILED', 'Power was lost during the write.')
  }

  #requireRoom(name: string, sizeBytes: number): void {
    if (sizeBytes <= this.#roomFor(name)) return
    this.faults.fullDisk++
    throw failed('DISK_FULL', 'The disk is full.')
  }

  /** How large the file may become. */
  #roomFor(name: string): number {
    if (this.#capacityBytes === undefined) return Number.POSITIVE_INFINITY
    const others = this.#platter.names().filter((held) => held !== name)
    return others.reduce(
      (left, held) => left - (this.#platter.get(held)?.sizeBytes ?? 0),
      this.#capacityBytes,
    )
  }

  #sync(): void {
    if (this.#syncsToFail === 0) return
    this.#syncsToFail--
    this.faults.failedSync++
    throw failed('DISK_FAILED', 'The sync failed.')
  }
}

/** Of all disks, since a file may be put back on another one. */
let born = 0

function nameOf(path: string): string {
  return segmentsOf(path).join('/')
}

/** A turn for everybody else between two steps of a write, as with a real disk. */
const otherWork = (): Promise<void> => Promise.resolve()

function failed(code: DiskErrorCode, message: string): MyceliumError<DiskErrorCode> {
  return new MyceliumError(code, message)
}
