/** Reports of what was overruled, in the home until a person has seen them. */
import { describe, expect, it } from 'vitest'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { toEra } from '../succession/index.ts'
import { encodeReport, type LateReport } from './late.ts'
import { createLateBook } from './late-book.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'

const report = (part: Partial<LateReport> = {}): LateReport => ({
  ...{ era: toEra(0), overruledBy: 'ab'.repeat(32), atMs: 5, common: 3 as LogIndex },
  ...{ compacted: false, unreadable: false, altered: false, commands: [], rows: [], ...part },
})
const opened = async (disk: SimDisk = createSimDisk()) => {
  const book = createLateBook({ disk, logger: createSilentLogger() })
  await book.start()
  return { book, disk }
}
const atMs = ({ book }: Awaited<ReturnType<typeof opened>>) =>
  book
    .list()
    .map((one) => one.atMs)
    .sort()

describe('the book of late writes', () => {
  it('keeps what a log and a copy of one era held beside each other', async () => {
    const { book, disk } = await opened()
    const other = '-0-abcdef01' as LogName
    await book.keep(report({ atMs: 1 }), `followed${FIRST_LOG}`)
    await book.keep(report({ atMs: 2 }), `log${FIRST_LOG}`)
    await book.keep(report({ atMs: 3 }), `followed${other}`)
    expect(atMs(await opened(disk))).toEqual([1, 2, 3])
    // Told again after a crash, it is one.
    await book.keep(report({ atMs: 4 }), `log${FIRST_LOG}`)
    expect(atMs(await opened(disk))).toEqual([1, 3, 4])
    expect(await book.discard(0)).toBe(true)
    expect(atMs(await opened(disk))).toEqual([])
  })

  it('reads those that an earlier release has kept', async () => {
    const { disk } = await opened()
    await disk.writeAtomic('registry/late/era-0-abababab.cbor', encodeReport(report()))
    await disk.writeAtomic('registry/late/era-1-abababab-log-1-cdcdcdcd.cbor', Uint8Array.of(1))
    const { book } = await opened(disk)
    expect(book.list()).toMatchObject([
      { era: 0, unreadable: false },
      { era: 1, unreadable: true },
    ])
    await book.discard(0)
    expect((await opened(disk)).book.list()).toHaveLength(1)
  })
})
