import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { NAME_SERVERS_MAX } from './limits.ts'

/** Where systemd's stub keeps the ones that it asks itself. */
const FILES = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'] as const

/** Whom this computer asks for names, but for its own loopback; the first file that names any. */
export async function nameServersOf(files: readonly string[] = FILES): Promise<string[]> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '')
    const found = text.split('\n').flatMap((line) => {
      const address = /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? ''
      return isIPv4(address) && !address.startsWith('127.') ? [address] : []
    })
    if (found.length > 0) return found.slice(0, NAME_SERVERS_MAX)
  }
  return []
}
