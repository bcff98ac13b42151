/** The kernel's firewall, through `iptables`. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { messageOf } from '../../base/errors/index.ts'
import type { Obstacle } from './index.ts'
import { FIREWALL_LOCK_S, FIREWALL_MS, FIREWALL_OUTPUT_BYTES_MAX } from './limits.ts'

export type Family = 'ipv4' | 'ipv6'

export interface Firewall {
  /** Makes it ready; why nobody here may use it. */
  open(): Promise<Obstacle | undefined>
  /** The families that this computer speaks and the firewall knows. */
  families(): readonly Family[]
  /** Whole chains of one table, as `iptables-restore` reads them; all or nothing. */
  restore(family: Family, text: string): Promise<void>
  /** One command; what it says. Throws when it fails. */
  command(family: Family, args: readonly string[]): Promise<string>
  /** What was made to use it goes; rules stay. */
  close(): Promise<void>
}

/** Whoever may run the firewall's programs. */
export interface FirewallHands extends Pick<Firewall, 'close'> {
  /** Why there is nobody. */
  ready(): Promise<Obstacle | undefined>
  /** Runs a program with this input; what it writes. Throws with what it complains of when it fails. */
  run(command: readonly [program: string, ...args: string[]], input: string): Promise<string>
}

const PROGRAMS = { ipv4: 'iptables', ipv6: 'ip6tables' } as const
/** A desktop user's PATH may have none of them. */
const FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/usr/bin', '/bin'] as const

export function createFirewall(hands: FirewallHands = OWN_HANDS): Firewall {
  function run(family: Family, ending: '' | '-restore', args: readonly string[], input: string) {
    const program = `${programOf(family) ?? PROGRAMS[family]}${ending}`
    return hands.run([program, '-w', String(FIREWALL_LOCK_S), ...args], input)
  }

  return {
    open: hands.ready,
    families() {
      const speaksIpv6 = existsSync('/proc/net/if_inet6')
      const wanted: Family[] = speaksIpv6 ? ['ipv4', 'ipv6'] : ['ipv4']
      // IPv4 without IPv6 where there is IPv6 would be a shield with a hole.
      return wanted.every((family) => programOf(family)) ? wanted : []
    },
    async restore(family, text) {
      await run(family, '-restore', ['--noflush'], text)
    },
    command: (family, args) => run(family, '', args, ''),
    close: hands.close,
  }
}

function programOf(family: Family): string | undefined {
  const paths = FOLDERS.map((folder) => `${folder}/${PROGRAMS[family]}`)
  return paths.find((path) => existsSync(path) && existsSync(`${path}-restore`))
}

/** This process's own, if it is root's. */
const OWN_HANDS: FirewallHands = {
  async ready() {
    if (process.getuid?.() === 0) return undefined
    const message = 'Connections of programs are bounded where the node runs as root.'
    return { code: 'NOT_ROOT', message }
  },
  run: ([program, ...args], input) => {
    const options = {
      timeout: FIREWALL_MS,
      maxBuffer: FIREWALL_OUTPUT_BYTES_MAX,
      env: { PATH: FOLDERS.join(':'), LC_ALL: 'C' },
    }
    return new Promise((resolve, reject) => {
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.trim() || messageOf(error)))
        else resolve(stdout)
      })
      child.stdin?.on('error', () => {
        // It ended before it read all: its exit says why.
      })
      child.stdin?.end(input)
    })
  },
  async close() {},
}
