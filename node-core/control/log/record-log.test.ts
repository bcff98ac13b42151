import { describe, expect, it } from 'vitest'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { FRAME_HEADER_BYTES } from './frame.ts'
import { SEGMENT_HEADER_BYTES } from './layout.ts'
import { FRAME_BYTES, UNSYNCED_BYTES_MAX } from './limits.ts'
import { bytes, logOver, newDisk, recordsOn, text } from './log.fixture.ts'

const SYNC = { sync: true }
const SEGMENT = 'log/segment-1'
const code = (name: string) => expect.objectContaining({ code: name })

/** Three frames of one record each, and no orderly end. */
async function threeFrames(disk: SimDisk): Promise<void> {
  const log = logOver(disk)
  await log.open()
  for (const record of ['one', 'two', 'three']) await log.append([bytes(record)], SYNC)
}
const frameAt = (number: number): number =>
  SEGMENT_HEADER_BYTES +
  ['one', 'two', 'three']
    .slice(0, number)
    .reduce((sum, record) => sum + FRAME_HEADER_BYTES + 4 + record.length, 0)
const bodyBit = (frame: number): number => (frameAt(frame) + FRAME_HEADER_BYTES + 5) * 8

/** Counts what reaches the disk. */
function counting(disk: SimDisk): SimDisk & { syncs: number } {
  const openAppend = disk.openAppend.bind(disk)
  const counted = Object.assign(disk, { syncs: 0 })
  const count = (sync: (bytes: Uint8Array) => Promise<void>) => (content: Uint8Array) => {
    counted.syncs++
    return sync(content)
  }
  counted.openAppend = async (path) => {
    const file = await openAppend(path)
    const { sync, appendSynced } = file
    return Object.assign(file, { sync: count(sync), appendSynced: count(appendSynced) })
  }
  return counted
}

describe('a log', () => {
  it('gives back what was appended, in order, over several lives', async () => {
    const disk = newDisk()
    for (const life of ['a', 'b', 'c']) {
      const log = logOver(disk)
      await log.open()
      await log.append([bytes(`${life}1`), bytes('')], SYNC)
      await log.append([bytes(`${life}2`)], { sync: false })
      await log.close()
    }
    expect(await recordsOn(disk)).toEqual(['a1', '', 'a2', 'b1', '', 'b2', 'c1', '', 'c2'])
  })

  it('begins empty, and is empty when opened again', async () => {
    const disk = newDisk()
    expect(await recordsOn(disk)).toEqual([])
    expect(await recordsOn(disk)).toEqual([])
  })

  it('shares one sync among all who append in one turn, and the next among all who wait', async () => {
    const disk = counting(newDisk())
    const log = logOver(disk)
    await log.open()
    disk.syncs = 0
    const first = Array.from({ length: 100 }, (_, at) => log.append([bytes(`${at}`)], SYNC))
    await first[0]
    const second = Array.from({ length: 100 }, (_, at) => log.append([bytes(`${at}`)], SYNC))
    await Promise.all([...first, ...second])
    expect(disk.syncs).toBe(2)
  })

  it('does not wait for the disk where no sync is needed, and writes with the next that is', async () => {
    const disk = counting(newDisk())
    const log = logOver(disk)
    await log.open()
    disk.syncs = 0
    await log.append([bytes('soon')], { sync: false })
    expect(disk.syncs).toBe(0)
    await log.append([bytes('now')], SYNC)
    expect(disk.syncs).toBe(1)
    disk.crash()
    expect(await recordsOn(disk)).toEqual(['soon', 'now'])
  })

  it('does not keep more than its bound unwritten', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    const before = log.sizeBytes
    await log.append([new Uint8Array(UNSYNCED_BYTES_MAX)], { sync: false })
    expect(log.sizeBytes).toBe(before)
    await log.append([new Uint8Array(1)], { sync: false })
    await log.append([bytes('x')], SYNC)
    expect(log.sizeBytes).toBeGreaterThan(before + UNSYNCED_BYTES_MAX)
  })

  it('takes an empty append for a question whether all before it is durable', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    await log.append([bytes('soon')], { sync: false })
    await log.append([], SYNC)
    disk.crash()
    expect(await recordsOn(disk)).toEqual(['soon'])
  })

  it('carries records larger than a frame and a read', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    const large = new Uint8Array(FRAME_BYTES + 5).map((_, at) => at % 251)
    const many = Array.from({ length: 30 }, (_, at) => large.subarray(at, at + 300_000))
    await log.append([bytes('a'), large, bytes('b'), ...many], SYNC)
    disk.crash()
    const { records } = await logOver(disk).open()
    const wanted = [bytes('a'), large, bytes('b'), ...many]
    expect(records).toHaveLength(wanted.length)
    expect(records.every((record, at) => Buffer.compare(record, wanted[at]!) === 0)).toBe(true)
  })

  it('takes nothing before it is open and nothing after it is closed', async () => {
    const log = logOver(newDisk())
    await log.close()
    await expect(log.append([bytes('x')], SYNC)).rejects.toEqual(code('LOG_NOT_OPEN'))
    const other = logOver(newDisk())
    await other.open()
    const last = other.append([bytes('x')], SYNC)
    await Promise.all([other.close(), other.close(), last])
    await expect(other.append([bytes('x')], SYNC)).rejects.toEqual(code('LOG_NOT_OPEN'))
    await expect(other.rewrite([])).rejects.toEqual(code('LOG_NOT_OPEN'))
  })
})

describe('rewriting a log', () => {
  it('replaces what was appended before, and what is appended meanwhile follows', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    await log.append([bytes('old')], SYNC)
    const unsynced = log.append([bytes('old too')], { sync: false })
    const rewritten = log.rewrite([bytes('new')])
    const after = log.append([bytes('after')], SYNC)
    await Promise.all([unsynced, rewritten, after])
    await log.append([bytes('last')], SYNC)
    disk.crash()
    expect(await recordsOn(disk)).toEqual(['new', 'after', 'last'])
    expect(await disk.list('log')).toEqual(['current', 'segment-2'])
  })

  it('makes appends wait for nothing but their own sync', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    let rewritten = false
    const large = Array.from({ length: 20 }, () => new Uint8Array(FRAME_BYTES))
    const rewrite = log.rewrite(large).then(() => {
      rewritten = true
    })
    await log.append([bytes('x')], SYNC)
    expect(rewritten).toBe(false)
    await rewrite
    await log.close()
    expect(await recordsOn(disk)).toHaveLength(21)
  })

  it('can be done over and over, and frees what it replaces', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    for (let turn = 0; turn < 5; turn++) {
      await log.append([new Uint8Array(10_000)], SYNC)
      await log.rewrite([bytes(`turn ${turn}`)])
    }
    expect(log.sizeBytes).toBeLessThan(1_000)
    await log.close()
    expect(await recordsOn(disk)).toEqual(['turn 4'])
    expect(await disk.list('log')).toEqual(['current', 'segment-6'])
  })

  it('is finished before the log closes', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    await log.append([bytes('old')], SYNC)
    const rewrite = log.rewrite([bytes('new')])
    await log.close()
    await rewrite
    expect(await recordsOn(disk)).toEqual(['new'])
  })
})

describe('a disk that fails', () => {
  it('fails all who wait, and every append after, and is believed only when written anew', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    await log.append([bytes('kept')], SYNC)
    disk.failSyncs(1)
    const waiting = [log.append([bytes('a')], SYNC), log.append([bytes('b')], SYNC)]
    for (const append of waiting) await expect(append).rejects.toEqual(code('LOG_FAILED'))
    await expect(log.append([bytes('c')], SYNC)).rejects.toEqual(code('LOG_FAILED'))
    await expect(log.rewrite([])).rejects.toEqual(code('LOG_FAILED'))
    await log.close()

    // The system shows what it did not write. Who reads it may rely on it all the same.
    const seen = (await logOver(disk).open()).records.map(text)
    disk.crash()
    expect(seen).toEqual(['kept', 'a', 'b'])
    expect(await recordsOn(disk)).toEqual(seen)
  })

  it.each([1, 2, 3, 4])(
    'keeps the old log or the new when sync %i of a rewrite fails',
    async (n) => {
      const disk = newDisk(n)
      const log = logOver(disk)
      await log.open()
      await log.append([bytes('old')], SYNC)
      let syncs = 0
      const openAppend = disk.openAppend.bind(disk)
      disk.openAppend = async (path) => {
        if (++syncs === n) disk.failSyncs(1)
        const file = await openAppend(path)
        const sync = file.sync.bind(file)
        file.sync = () => {
          if (++syncs === n) disk.failSyncs(1)
          return sync()
        }
        return file
      }
      const writeAtomic = disk.writeAtomic.bind(disk)
      disk.writeAtomic = (path, content) => {
        if (++syncs === n) disk.failSyncs(1)
        return writeAtomic(path, content)
      }
      await expect(log.rewrite([bytes('new')])).rejects.toEqual(code('LOG_FAILED'))
      await expect(log.append([bytes('x')], SYNC)).rejects.toEqual(code('LOG_FAILED'))
      disk.crash()
      expect([['old'], ['new']]).toContainEqual(await recordsOn(disk))
    },
  )

  it('does not free the old segment on the word of a name that is not on disk yet', async () => {
    const found = new Set<string>()
    for (let turns = 0; turns < 8; turns++) {
      // Without chance, nothing unsynced survives.
      const disk = createSimDisk()
      const log = logOver(disk)
      await log.open()
      await log.append([bytes('old')], SYNC)
      const writeAtomic = disk.writeAtomic.bind(disk)
      disk.writeAtomic = async (path, content) => {
        const written = writeAtomic(path, content)
        for (let turn = 0; turn < turns; turn++) await Promise.resolve()
        disk.failSyncs(1)
        return written
      }
      await log.rewrite([bytes('new')]).catch(() => {})
      disk.writeAtomic = writeAtomic
      disk.failSyncs(0)
      const seen = await recordsOn(disk)
      disk.crash()
      expect(await recordsOn(disk)).toEqual(seen)
      found.add(seen.join())
    }
    expect(found).toEqual(new Set(['old', 'new']))
  })

  it('says that it is full, and goes on in a new life once there is room', async () => {
    const disk = createSimDisk({ capacityBytes: 500 })
    const log = logOver(disk)
    await log.open()
    await log.append([bytes('kept')], SYNC)
    const failure = await log.append([new Uint8Array(500)], SYNC).catch((error: unknown) => error)
    expect(failure).toEqual(code('LOG_FAILED'))
    expect(failure).toHaveProperty('cause.code', 'DISK_FULL')
    await log.close()
    disk.setCapacity(undefined)
    const next = logOver(disk)
    expect((await next.open()).cut?.bytes).toBeGreaterThan(0)
    await next.append([bytes('more')], SYNC)
    await next.close()
    expect(await recordsOn(disk)).toEqual(['kept', 'more'])
  })
})

describe('damage', () => {
  it('cuts off and tells a last frame that is not whole', async () => {
    const disk = newDisk()
    await threeFrames(disk)
    disk.flipBit(SEGMENT, bodyBit(2))
    const log = logOver(disk)
    const { records, cut } = await log.open()
    expect(records.map(text)).toEqual(['one', 'two'])
    expect(cut).toEqual({ bytes: FRAME_HEADER_BYTES + 4 + 5 })
    await log.append([bytes('3')], SYNC)
    await log.close()
    expect(await recordsOn(disk)).toEqual(['one', 'two', '3'])
  })

  it.each([
    ['in a body', bodyBit(1)],
    ['in a mark', frameAt(1) * 8],
    ['in a length', (frameAt(1) + 56) * 8],
    ['in the header’s own sum', (frameAt(1) + 9) * 8],
  ])('refuses to open a log damaged in the middle: %s', async (_, bit) => {
    const disk = newDisk()
    await threeFrames(disk)
    disk.flipBit(SEGMENT, bit)
    const failure = await logOver(disk)
      .open()
      .catch((error: unknown) => error)
    expect(failure).toEqual(code('LOG_DAMAGED'))
    expect(failure).toHaveProperty('details', {
      file: 'segment-1',
      offset: frameAt(1),
      recordsGood: 1,
      nextRecord: 2,
      damagedBytes: FRAME_HEADER_BYTES + 4 + 3,
    })
    // People see the message alone.
    expect(failure).toHaveProperty(
      'message',
      `The log is damaged: segment-1, byte ${frameAt(1)}. Readable before it: 1 records; after it: record 2 on.`,
    )
    await expect(logOver(disk).open()).rejects.toEqual(code('LOG_DAMAGED'))
  })

  it('takes a bad last frame for damage once the log was closed in order', async () => {
    const disk = newDisk()
    await threeFrames(disk)
    await recordsOn(disk)
    disk.flipBit(SEGMENT, bodyBit(2))
    await expect(logOver(disk).open()).rejects.toEqual(code('LOG_DAMAGED'))
  })

  it('takes a bad last frame for damage where a rewrite had synced it', async () => {
    const disk = newDisk()
    const log = logOver(disk)
    await log.open()
    await log.rewrite([bytes('one'), bytes('two')])
    disk.flipBit('log/segment-2', bodyBit(0))
    await expect(logOver(disk).open()).rejects.toEqual(code('LOG_DAMAGED'))
  })

  it('does not take a frame copied to another place, or out of an older segment, for one', async () => {
    const disk = newDisk()
    await threeFrames(disk)
    const old = (await disk.read(SEGMENT))!
    const two = old.subarray(frameAt(1), frameAt(2))
    await disk.writeAtomic(SEGMENT, Buffer.concat([old, two]))
    expect((await logOver(disk).open()).cut).toEqual({ bytes: two.byteLength })

    const log = logOver(disk, 8)
    await log.open()
    await log.rewrite([])
    const fresh = (await disk.read('log/segment-2'))!
    await disk.writeAtomic('log/segment-2', Buffer.concat([fresh, old.subarray(frameAt(0))]))
    expect((await logOver(disk).open()).records).toEqual([])
  })

  it('does not take what a record says for a frame', async () => {
    const disk = newDisk()
    const log = logOver(disk, 8)
    await log.open()
    const other = newDisk()
    await threeFrames(other)
    await log.append([(await other.read(SEGMENT))!], SYNC)
    disk.flipBit(SEGMENT, bodyBit(0))
    expect((await logOver(disk).open()).records).toEqual([])
  })

  it.each(['log/current', SEGMENT])(
    'refuses to open without %s, or with a bad one',
    async (file) => {
      for (const spoil of [
        (disk: SimDisk) => disk.remove(file),
        async (disk: SimDisk) => disk.flipBit(file, 70),
        (disk: SimDisk) => disk.writeAtomic(file, bytes('')),
      ]) {
        const disk = newDisk()
        await threeFrames(disk)
        await spoil(disk)
        await expect(logOver(disk).open()).rejects.toEqual(code('LOG_DAMAGED'))
      }
    },
  )

  it.each(['log/current', SEGMENT])('leaves a later version alone: %s', async (file) => {
    const disk = newDisk()
    await threeFrames(disk)
    const content = (await disk.read(file))!
    content[7] = '2'.charCodeAt(0)
    await disk.writeAtomic(file, content)
    await expect(logOver(disk).open()).rejects.toEqual(code('LOG_VERSION_UNKNOWN'))
  })
})
