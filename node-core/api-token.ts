/** What opens this node's API: a file that its owner alone can read. */
import { randomBytes } from 'node:crypto'
import type { Disk } from './base/disk/index.ts'

export async function openApiToken(disk: Disk): Promise<string> {
  const held = await disk.read('api-token')
  if (held) return new TextDecoder().decode(held).trim()
  const token = randomBytes(32).toString('base64url')
  await disk.writeAtomic('api-token', new TextEncoder().encode(`${token}\n`), { mode: 0o600 })
  return token
}
