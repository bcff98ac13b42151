/** Bridges for test engines: no two processes of one computer ever have the same one. */
import { execFileSync } from 'node:child_process'

/** A /24 for each within 10.200.0.0/14. */
const BRIDGES = 1024

export interface Bridge {
  name: string
  remove(): void
}

/**
 * The kernel says which number is free: it makes no two links of one name. Each process begins to ask
 * elsewhere, so that few ask for what is taken.
 *
 * @param namespace Of the network that it is to be in; default: this machine's.
 * @throws when all are taken, as by test runs that were killed
 */
export function createBridge(namespace?: string): Bridge {
  const ip = (...args: string[]): void => {
    execFileSync('ip', [...(namespace ? ['-n', namespace] : []), ...args], { stdio: 'pipe' })
  }
  for (let asked = 0; asked < BRIDGES; asked++) {
    const number = (process.pid * 4 + asked) % BRIDGES
    // Named as the engine names its own, by which the node knows whose addresses are behind it.
    const name = `docker-m${number}`
    try {
      ip('link', 'add', name, 'type', 'bridge')
    } catch (error) {
      if (String(error).includes('File exists')) continue
      throw error
    }
    ip('addr', 'add', `10.${200 + (number >> 8)}.${number & 255}.1/24`, 'dev', name)
    ip('link', 'set', name, 'up')
    return { name, remove: () => ip('link', 'delete', name) }
  }
  throw new Error(`All ${BRIDGES} bridges docker-m… are taken; \`ip link\` shows them.`)
}
