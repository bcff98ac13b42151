import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../../base/disk/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { createInviteBook } from './invite-book.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const ann = 'a'.repeat(64) as OwnerId
const ben = 'b'.repeat(64) as OwnerId
const invite = { serial: 's1', uses: 1, expiresAtMs: 1_000 }

async function opened(disk = createSimDisk(), nowMs = 0) {
  const logger = createMemoryLogger()
  const book = createInviteBook({ disk, logger })
  await book.load(nowMs)
  return { book, disk, logger }
}

describe('the book of invites', () => {
  it('counts an owner once, however often it asks, also over a crash', async () => {
    const { book, disk } = await opened()
    await book.add(invite, 0)
    await book.use('s1', ann)
    await book.use('s1', ann)
    disk.crash()
    const again = await opened(disk)
    await again.book.use('s1', ann)
    await expect(again.book.use('s1', ben)).rejects.toEqual(code('INVITE_SPENT'))
  })

  it('knows only the invites of this node', async () => {
    const { book } = await opened()
    await expect(book.use('s1', ann)).rejects.toEqual(code('INVITE_NOT_HERE'))
  })

  it('lets one in where two come at once, and loses nothing that is made meanwhile', async () => {
    const { book, disk } = await opened()
    await book.add(invite, 0)
    const [first, second] = await Promise.allSettled([
      book.use('s1', ann),
      book.use('s1', ben),
      book.add({ ...invite, serial: 's2' }, 0),
    ])
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected'])
    const again = await opened(disk)
    await again.book.use('s2', ben)
    await expect(again.book.use('s1', ben)).rejects.toEqual(code('INVITE_SPENT'))
  })

  it('takes no use that is not on disk', async () => {
    const { book, disk } = await opened()
    await book.add(invite, 0)
    disk.failSyncs(1)
    await expect(book.use('s1', ann)).rejects.toEqual(code('DISK_FAILED'))
    await book.use('s1', ben)
  })

  it('has room for a limited number of open invites, and forgets the expired', async () => {
    const { book, disk } = await opened()
    for (let at = 0; at < 1_000; at++) await book.add({ ...invite, serial: `s${at}` }, 0)
    await expect(book.add({ ...invite, serial: 'more' }, 0)).rejects.toEqual(code('LIMIT_REACHED'))
    await book.add({ ...invite, serial: 'later', expiresAtMs: 2_000 }, 1_001)
    const again = await opened(disk, 1_001)
    await again.book.use('later', ann)
    await expect(again.book.use('s1', ann)).rejects.toEqual(code('INVITE_NOT_HERE'))
  })

  it('honours no invite when it is damaged, says so, and keeps the damaged file', async () => {
    const { book, disk } = await opened()
    await book.add(invite, 0)
    disk.flipBit('invites.cbor', 8 * 40)
    const again = await opened(disk)
    await expect(again.book.use('s1', ann)).rejects.toEqual(code('INVITE_NOT_HERE'))
    expect(again.logger.lines).toMatchObject([{ level: 'error' }])
    expect(await disk.list('')).toContain('invites.cbor.damaged')
  })
})
