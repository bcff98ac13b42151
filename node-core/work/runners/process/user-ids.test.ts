import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { USER_ID_COUNT, USER_ID_MIN } from './limits.ts'
import { createUserIds } from './user-ids.ts'

let shared: string
beforeEach(async () => {
  shared = await mkdtemp(join(tmpdir(), 'mycelium-user-ids-test-'))
})
afterEach(() => rm(shared, { recursive: true }))

const none = { pids: async () => [], userOf: async () => undefined }
const root = process.getuid?.() === 0

describe('user ids of programs', () => {
  it('are never given out twice, however many starts ask at once', async () => {
    const ids = createUserIds(shared, none)
    // All of them have the same place in the range.
    const taken = await Promise.all(Array.from({ length: 8 }, () => ids.take('web-0-a')))
    expect(new Set(taken).size).toBe(8)
  })

  it('come again for the same instance once released', async () => {
    const ids = createUserIds(shared, none)
    const first = await ids.take('web-0-a')
    ids.release(first)
    expect(await ids.take('web-0-a')).toBe(first)
  })

  it('are those that are wished for, where nothing has them', async () => {
    const ids = createUserIds(shared, none)
    const first = await ids.take('web-0-a')
    expect(await ids.take('web-0-b', first)).not.toBe(first)
    ids.release(first)
    expect(await ids.take('web-0-b', first)).toBe(first)
  })

  it.skipIf(!root)('[root only] are not those of a working folder, of whichever node', async () => {
    const first = await createUserIds(shared, none).take('web-0-a')
    await mkdir(join(shared, 'other-node', 'web-0-x'), { recursive: true })
    await chown(join(shared, 'other-node', 'web-0-x'), first, first)
    expect(await createUserIds(shared, none).take('web-0-a')).not.toBe(first)
  })

  it('are not those of a process, and run out with an error', async () => {
    const first = await createUserIds(shared, none).take('web-0-a')
    const one = { pids: async () => [7], userOf: async () => first }
    expect(await createUserIds(shared, one).take('web-0-a')).not.toBe(first)
    const every = {
      pids: async () => Array.from({ length: USER_ID_COUNT }, (_, place) => place),
      userOf: async (pid: number) => USER_ID_MIN + pid,
    }
    const attempt = createUserIds(shared, every).take('web-0-a')
    await expect(attempt).rejects.toMatchObject({ code: 'START_FAILED' })
  })
})
