import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createSimClock } from '../clock/index.ts'
import { THREAD_IDLE_MS } from '../thread/limits.ts'
import { databaseSuite } from './database.suite.ts'
import { createSimDatabase, openDatabase } from './index.ts'

const clock = createSimClock()

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mycelium-database-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})
const code = (name: string) => expect.objectContaining({ code: name })
/** A disk that is really full needs a small file system of its own, and that needs root. */
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

databaseSuite('a file', async () => {
  const path = join(await newFolder(), 'state.db')
  const database = await openDatabase(path, clock)
  const reopen = async () => {
    await database.close()
    return openDatabase(path, clock)
  }
  return { database, reopen }
})

databaseSuite('the simulated one', async () => {
  const database = createSimDatabase()
  const reopen = async () => {
    database.crash()
    return database
  }
  return { database, reopen }
})

describe('a file as a database', () => {
  it('that is no database is told as damaged and left as it is', async () => {
    const path = join(await newFolder(), 'state.db')
    await writeFile(path, 'this is no database, but somebody may want it'.repeat(100))
    await expect(openDatabase(path, clock)).rejects.toEqual(code('DATABASE_CORRUPT'))
    expect((await readFile(path, 'utf8')).startsWith('this is no database')).toBe(true)
  })

  it('with a damaged page is told as damaged when it is opened', async () => {
    const path = join(await newFolder(), 'state.db')
    const database = await openDatabase(path, clock)
    const fill = { sql: 'INSERT INTO entry VALUES (randomblob(3000))' }
    await database.write([
      { sql: 'CREATE TABLE entry (value BLOB)' },
      ...Array.from({ length: 50 }, () => fill),
    ])
    await database.close()
    const content = await readFile(path)
    content.fill(0xff, 8 * 4096, 8 * 4096 + 64)
    await writeFile(path, content)
    await expect(openDatabase(path, clock)).rejects.toEqual(code('DATABASE_CORRUPT'))
  })

  it('goes on with another thread where nobody had asked anything for a while', async () => {
    const clock = createSimClock()
    const database = await openDatabase(join(await newFolder(), 'state.db'), clock)
    await database.write([
      { sql: 'CREATE TABLE entry (value INTEGER)' },
      { sql: 'INSERT INTO entry VALUES (1)' },
      // Lasts as long as the connection.
      { sql: 'CREATE TEMP TABLE held (value INTEGER)' },
    ])
    const temporary = 'SELECT name FROM temp.sqlite_master'
    clock.advance(THREAD_IDLE_MS - 1)
    expect(await database.all(temporary)).toHaveLength(1)
    clock.advance(THREAD_IDLE_MS)
    expect(await database.all('SELECT value FROM entry')).toEqual([{ value: 1 }])
    expect(await database.all(temporary)).toEqual([])
    clock.advance(THREAD_IDLE_MS)
    await database.close()
    await expect(database.all('SELECT 1')).rejects.toEqual(code('DATABASE_CLOSED'))
  })

  it('in a folder that does not exist is refused', async () => {
    const path = join(await newFolder(), 'none', 'state.db')
    await expect(openDatabase(path, clock)).rejects.toEqual(code('DISK_DENIED'))
  })

  it.skipIf(!canMount)('on a full disk fails the write and keeps what it had', async () => {
    const root = await newFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root])
    try {
      const database = await openDatabase(join(root, 'state.db'), clock)
      await database.write([
        { sql: 'CREATE TABLE entry (value BLOB)' },
        { sql: 'INSERT INTO entry VALUES (?)', params: [new Uint8Array([1])] },
      ])
      const large = { sql: 'INSERT INTO entry VALUES (?)', params: [new Uint8Array(1 << 20)] }
      await expect(database.write([large])).rejects.toEqual(code('DISK_FULL'))
      expect(await database.all('SELECT count(*) AS count FROM entry')).toEqual([{ count: 1 }])
      await database.close()
    } finally {
      execFileSync('umount', [root])
    }
  })
})

describe('the simulated database', () => {
  it('loses what had not been answered when the power went', async () => {
    const database = createSimDatabase()
    await database.write([{ sql: 'CREATE TABLE entry (value INTEGER)' }])
    await database.write([{ sql: 'INSERT INTO entry VALUES (1)' }])
    const writing = database.write([{ sql: 'INSERT INTO entry VALUES (2)' }])
    database.crash()
    await expect(writing).rejects.toEqual(code('DATABASE_FAILED'))
    expect(await database.all('SELECT value FROM entry')).toEqual([{ value: 1 }])
  })

  it('is full on command', async () => {
    const database = createSimDatabase()
    database.fill(1)
    await expect(database.write([])).rejects.toEqual(code('DISK_FULL'))
    await database.write([])
  })
})
