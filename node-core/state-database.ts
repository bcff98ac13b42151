/** The file of the shared state; where it is damaged, people hear which it is and what to do. */
import path from 'node:path'
import type { Clock } from './base/clock/index.ts'
import { type Database, type DatabaseErrorCode, openDatabase } from './base/database/index.ts'
import { isCode, MyceliumError } from './base/errors/index.ts'

export async function openStateDatabase(root: string, clock: Clock): Promise<Database> {
  const file = path.join(root, 'state.db')
  try {
    return await openDatabase(file, clock)
  } catch (cause) {
    if (!isCode(cause, 'DATABASE_CORRUPT')) throw cause
    const message =
      `${file} is damaged, and was left as it is (${cause.message}). Put a copy of it back, if you ` +
      'have one; or leave the network without telling anybody, and join anew: mycelium leave --offline'
    throw new MyceliumError<DatabaseErrorCode>('DATABASE_CORRUPT', message, { cause })
  }
}
