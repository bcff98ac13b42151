/** What opens this node's API: a file that its owner alone can read. */
import { randomBytes } from 'node:crypto'
import type { Disk } from './base/disk/index.ts'

const BYTES = 32
/** As `openApiToken` makes them. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** A file of another form, such as an empty one, would open the API to whoever guesses it: it is written anew. */
export async function openApiToken(disk: Disk): Promise<string> {
  const held = await disk.read('api-token')
  const kept = held && new TextDecoder().decode(held).trim()
  if (kept !== undefined && TOKEN.test(kept)) return kept
  const token = randomBytes(BYTES).toString('base64url')
  await disk.writeAtomic('api-token', new TextEncoder().encode(`${token}\n`), { mode: 0o600 })
  return token
}
