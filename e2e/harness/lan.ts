/**
 * Hosts on a network of their own: namespaces, each plugged into a switch with nothing else on it.
 * Some of them can be plugged into another switch: then neither side hears of the other.
 */
import { execFileSync } from 'node:child_process'

export interface Lan {
  /** Namespaces. */
  readonly hosts: readonly string[]
  /** IPv4, by the host's number. */
  addressOf(host: number): string
  /** Those, by number, hear each other and nobody else. */
  cutOff(hosts: readonly number[]): void
  heal(): void
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

const SWITCHES = ['one', 'other'] as const

export function createLan(count: number): Lan {
  const tag = `m${process.pid}`
  const room = `${tag}room`
  const hosts = Array.from({ length: count }, (_, host) => `${tag}h${host}`)
  const addressOf = (host: number): string => `10.97.0.${host + 1}`
  const portOf = (host: number): string => `port${host}`
  const plug = (host: number, into: (typeof SWITCHES)[number]): void =>
    ip('-n', room, 'link', 'set', portOf(host), 'master', into)
  const remove = (): void => {
    for (const namespace of [...hosts, room]) {
      try {
        ip('netns', 'delete', namespace)
      } catch {
        // It was not made, or is gone.
      }
    }
  }
  remove()
  ip('netns', 'add', room)
  for (const name of SWITCHES) {
    // It passes every multicast on, as the cheapest of switches does.
    ip('-n', room, 'link', 'add', name, 'type', 'bridge', 'mcast_snooping', '0')
    ip('-n', room, 'link', 'set', name, 'up')
  }
  for (const [host, namespace] of hosts.entries()) {
    ip('netns', 'add', namespace)
    const [near, far] = [
      ['name', namespace, 'netns', namespace],
      ['name', portOf(host), 'netns', room],
    ]
    ip('link', 'add', ...near, 'type', 'veth', 'peer', ...far)
    ip('-n', namespace, 'addr', 'add', `${addressOf(host)}/24`, 'dev', namespace)
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
    ip('-n', namespace, 'link', 'set', namespace, 'up')
    ip('-n', room, 'link', 'set', portOf(host), 'up')
    // A home router would be the default route; multicast needs one.
    ip('-n', namespace, 'route', 'add', '224.0.0.0/4', 'dev', namespace)
    plug(host, 'one')
  }
  return {
    ...{ hosts, addressOf, remove },
    cutOff(cut) {
      for (const host of cut) plug(host, 'other')
    },
    heal() {
      for (const host of hosts.keys()) plug(host, 'one')
    },
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}
