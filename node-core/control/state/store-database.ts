import type { Database } from '../../base/database/index.ts'
import type { StateStore } from './index.ts'

/** The map in a table of its own. The database is opened and closed by whoever made it. */
export function createDatabaseStore(database: Database): StateStore {
  return {
    async load() {
      await database.write([
        {
          sql: `CREATE TABLE IF NOT EXISTS shared_state
                (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID`,
        },
      ])
      const rows = await database.all('SELECT name, bytes FROM shared_state')
      return new Map(
        rows.flatMap(({ name, bytes }) =>
          typeof name === 'string' && bytes instanceof Uint8Array ? [[name, bytes]] : [],
        ),
      )
    },
    write(rows) {
      return database.write(
        [...rows].map(([name, bytes]) =>
          bytes === undefined
            ? { sql: 'DELETE FROM shared_state WHERE name = ?', params: [name] }
            : {
                sql: 'INSERT OR REPLACE INTO shared_state (name, bytes) VALUES (?, ?)',
                params: [name, bytes],
              },
        ),
      )
    },
  }
}
