/** Two hosts on a network of their own: namespaces joined by a cable, with nothing else on it. */
import { execFileSync } from 'node:child_process'

export interface Lan {
  hosts: [string, string]
  remove(): void
}

export function lanUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  try {
    execFileSync('which', ['ip'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'iproute2 is not installed'
  }
}

export function createLan(): Lan {
  const tag = `m${process.pid % 10_000}`
  const hosts: Lan['hosts'] = [`${tag}a`, `${tag}b`]
  const ip = (...args: string[]): void => {
    execFileSync('ip', args, { stdio: 'pipe' })
  }
  const remove = (): void => {
    for (const host of hosts) {
      try {
        ip('netns', 'delete', host)
      } catch {
        // It was not made, or is gone.
      }
    }
  }
  remove()
  for (const host of hosts) ip('netns', 'add', host)
  ip('link', 'add', hosts[0], 'type', 'veth', 'peer', 'name', hosts[1])
  for (const [index, host] of hosts.entries()) {
    ip('link', 'set', host, 'netns', host)
    ip('-n', host, 'addr', 'add', `10.97.0.${index + 1}/24`, 'dev', host)
    ip('-n', host, 'link', 'set', 'lo', 'up')
    ip('-n', host, 'link', 'set', host, 'up')
    // A home router would be the default route; multicast needs one.
    ip('-n', host, 'route', 'add', '224.0.0.0/4', 'dev', host)
  }
  return { hosts, remove }
}
