import type { Random } from '../random/index.ts'

/** The bytes of one simulated file: what a reader sees, and what power loss leaves of them. */
export interface SimTape {
  readonly sizeBytes: number
  read(offset: number, length: number): Uint8Array
  /** Until `keep`, power loss may leave any part of it. */
  write(offset: number, bytes: Uint8Array): void
  cut(sizeBytes: number): void
  /** What a sync does. */
  keep(): void
  /**
   * What a failed sync does: readers go on seeing the bytes, the system holds them for written, so
   * that the next sync does not keep them either, and the disk does not have them.
   */
  forget(): void
  /** Power loss. Without `random` nothing unsynced survives; with it, chance decides. */
  lose(random: Random | undefined): 'nothing' | 'lost' | 'torn'
  /** Damages one bit, on the disk as well. */
  flip(bit: number): void
}

/** What a disk writes whole or not at all. Bytes. */
const SECTOR_BYTES = 512

interface Stretch {
  from: number
  to: number
}

export function createSimTape(content: Uint8Array): SimTape {
  let cached = Uint8Array.from(content)
  let sizeBytes = content.byteLength
  let durable = Uint8Array.from(content)
  let durableBytes = sizeBytes
  let dirty: Stretch[] = []
  /** Where the file was cut since the last sync. */
  let cutTo: number | undefined
  /** A sync has failed: the two differ, and no list says where. */
  let forgotten = false

  function growDurable(size: number): void {
    durable = grown(durable, size)
    if (size > durableBytes) durable.fill(0, durableBytes, size)
    durableBytes = Math.max(durableBytes, size)
  }
  function copyOut({ from, to }: Stretch): void {
    growDurable(to)
    durable.set(cached.subarray(from, to), from)
  }
  function settle(): void {
    dirty = []
    cutTo = undefined
  }

  return {
    get sizeBytes() {
      return sizeBytes
    },
    read: (offset, length) => cached.slice(offset, Math.min(offset + length, sizeBytes)),
    write(offset, bytes) {
      const to = offset + bytes.byteLength
      cached = grown(cached, to)
      cached.set(bytes, offset)
      sizeBytes = Math.max(sizeBytes, to)
      if (bytes.byteLength > 0) dirty.push({ from: offset, to })
    },
    cut(size) {
      sizeBytes = size
      cutTo = Math.min(cutTo ?? size, size)
      dirty = dirty.filter(({ from }) => from < size)
      dirty = dirty.map(({ from, to }) => ({ from, to: Math.min(to, size) }))
    },
    keep() {
      durableBytes = Math.min(durableBytes, cutTo ?? durableBytes)
      for (const stretch of dirty) copyOut(stretch)
      growDurable(sizeBytes)
      settle()
    },
    forget() {
      forgotten = true
      settle()
    },
    lose(random) {
      const touched = dirty.length > 0 || cutTo !== undefined || forgotten
      if (!touched) return 'nothing'
      const written = dirty.flatMap(sectorsOf)
      const kept = random ? survivors(written, random) : []
      if (random && cutTo !== undefined && random.float() < 0.5) {
        durableBytes = Math.min(durableBytes, cutTo)
      }
      for (const stretch of kept) copyOut(stretch)
      // The file's new size may have reached the disk before its bytes.
      if (random && written.length > 0 && random.float() < 0.25) growDurable(sizeBytes)
      const lost = written.length > kept.length || forgotten || cutTo !== undefined
      cached = durable.slice(0, durableBytes)
      sizeBytes = durableBytes
      forgotten = false
      settle()
      if (!lost) return 'nothing'
      return kept.length > 0 ? 'torn' : 'lost'
    },
    flip(bit) {
      const at = bit >> 3
      const mask = 1 << (bit & 7)
      cached[at] = (cached[at] ?? 0) ^ mask
      durable[at] = (durable[at] ?? 0) ^ mask
    },
  }
}

/** What of the unsynced has reached the disk: nothing, a beginning to the byte, or any sectors. */
function survivors(written: readonly Stretch[], random: Random): Stretch[] {
  switch (random.int(3)) {
    case 0:
      return []
    case 1: {
      const whole = written.slice(0, random.int(written.length + 1))
      const next = written[whole.length]
      if (!next) return whole
      return [...whole, { from: next.from, to: next.from + random.int(next.to - next.from) }]
    }
    default:
      return written.filter(() => random.float() < 0.5)
  }
}

function sectorsOf({ from, to }: Stretch): Stretch[] {
  const sectors: Stretch[] = []
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES)
    sectors.push({ from: at, to: end })
    at = end
  }
  return sectors
}

/** Room for `size` bytes, doubled so that many small appends do not copy the file each time. */
function grown(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size <= bytes.byteLength) return bytes
  const larger = new Uint8Array(Math.max(size, bytes.byteLength * 2))
  larger.set(bytes)
  return larger
}
