import { describe, expect, it } from 'vitest'
import type { Database } from './index.ts'

const code = (name: string) => expect.objectContaining({ code: name })

/**
 * What any database must do. `make` gives an empty one and a way to open the same content again.
 */
export function databaseSuite(
  name: string,
  make: () => Promise<{ database: Database; reopen: () => Promise<Database> }>,
): void {
  describe(`${name} as a database`, () => {
    const table = { sql: 'CREATE TABLE entry (key TEXT PRIMARY KEY, value BLOB, count INTEGER)' }
    const insert = (key: string, count: number) => ({
      sql: 'INSERT INTO entry VALUES (?, ?, ?)',
      params: [key, new Uint8Array([count]), count],
    })

    it('gives back what was written, also after being opened again', async () => {
      const { database, reopen } = await make()
      await database.write([table, insert('a', 1), insert('b', 2)])
      const rows = [
        { key: 'a', value: new Uint8Array([1]), count: 1 },
        { key: 'b', value: new Uint8Array([2]), count: 2 },
      ]
      expect(await database.all('SELECT * FROM entry ORDER BY key')).toEqual(rows)
      const again = await reopen()
      expect(await again.all('SELECT * FROM entry WHERE count > ?', [1])).toEqual(rows.slice(1))
      await again.close()
    })

    it('does all of a batch or none', async () => {
      const { database } = await make()
      await database.write([table])
      const twice = database.write([insert('a', 1), insert('a', 2)])
      await expect(twice).rejects.toEqual(code('DATABASE_FAILED'))
      expect(await database.all('SELECT * FROM entry')).toEqual([])
      await database.write([insert('a', 3)])
      expect(await database.all('SELECT count FROM entry')).toEqual([{ count: 3 }])
      await database.close()
    })

    it('answers in the order it was asked', async () => {
      const { database } = await make()
      const writing = database.write([table, insert('a', 1)])
      const reading = database.all('SELECT key FROM entry')
      const writingMore = database.write([insert('b', 1)])
      expect(await reading).toEqual([{ key: 'a' }])
      await Promise.all([writing, writingMore])
      await database.close()
    })

    it('refuses wrong SQL and wrong use without harm', async () => {
      const { database } = await make()
      await expect(database.all('SELEKT')).rejects.toEqual(code('DATABASE_FAILED'))
      await database.close()
      await database.close()
      await expect(database.write([])).rejects.toEqual(code('DATABASE_CLOSED'))
      await expect(database.all('SELECT 1')).rejects.toEqual(code('DATABASE_CLOSED'))
    })
  })
}
