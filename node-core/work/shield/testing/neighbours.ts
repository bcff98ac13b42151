/**
 * A computer beside this one, for tests: a network namespace that has an address of each range and answers
 * `hello` over HTTP at all of them. Needs root, `ip` and busybox.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const NEIGHBOUR_PORT = 8_099
/** Listened at too, and named by nobody. */
export const OTHER_PORT = 8_098

export interface Neighbours {
  /** Of the home network, by range. */
  home: Readonly<Record<string, string>>
  /** Of the home network too, for what its owner opens. */
  opened: string
  /** Two of the Internet, as far as this test goes. */
  outside: readonly [string, string]
  /** This computer's own address there. */
  own: string
  ipv6: string
  linkLocal: string
  /** Whether it reaches a TCP port of this computer. */
  reaches(port: number): boolean
  close(): void
}

export function createNeighbours(): Neighbours {
  // Files of tests run beside each other: the last octet but one tells them apart.
  const nth = 16 + (process.pid % 224)
  const [name, inside] = [`mynb${process.pid}`, `mynbi${process.pid}`]
  const home = {
    '10/8': `10.77.${nth}.2`,
    '172.16/12': `172.31.${nth}.2`,
    '192.168/16': `192.168.${nth}.242`,
    '100.64/10': `100.77.${nth}.2`,
    '169.254/16': `169.254.${nth}.2`,
  }
  const outside = [`203.0.${nth}.2`, `203.0.${nth}.3`] as const
  const opened = `10.78.${nth}.2`
  const own = `203.0.${nth}.1`
  const ipv6 = `fd77:${nth}::2`
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' })
  const within = (...args: string[]): void => ip('netns', 'exec', name, 'ip', ...args)
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-neighbours-'))
  writeFileSync(path.join(folder, 'index.html'), 'hello\n')
  ip('netns', 'add', name)
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', inside, 'netns', name)
  ip('addr', 'add', `${own}/32`, 'dev', name)
  ip('-6', 'addr', 'add', `fd77:${nth}::1/64`, 'dev', name, 'nodad')
  ip('link', 'set', name, 'up')
  within('link', 'set', 'lo', 'up')
  within('link', 'set', inside, 'up')
  within('-6', 'addr', 'add', `${ipv6}/64`, 'dev', inside, 'nodad')
  within('-6', 'addr', 'add', 'fe80::77/64', 'dev', inside, 'nodad')
  for (const address of [...Object.values(home), opened, ...outside]) {
    within('addr', 'add', `${address}/32`, 'dev', inside)
    ip('route', 'add', `${address}/32`, 'dev', name, 'src', own)
  }
  within('route', 'add', `${own}/32`, 'dev', inside)
  within('route', 'add', 'default', 'via', own, 'dev', inside)
  const servers = [NEIGHBOUR_PORT, OTHER_PORT].map((port) => {
    const httpd = ['/bin/busybox', 'httpd', '-f', '-p', `[::]:${port}`, '-h', folder]
    return spawn('ip', ['netns', 'exec', name, ...httpd], { stdio: 'ignore' })
  })
  return {
    ...{ home, opened, outside, own, ipv6, linkLocal: `fe80::77%${name}` },
    reaches(port) {
      const asks = `exec 3<>/dev/tcp/${own}/${port} && echo yes`
      const command = ['netns', 'exec', name, 'timeout', '2', 'bash', '-c', asks]
      return spawnSync('ip', command).stdout.includes('yes')
    },
    close() {
      for (const server of servers) server.kill('SIGKILL')
      ip('link', 'del', name)
      ip('netns', 'del', name)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Why there can be none here. With CI set there must. */
export function neighboursMissing(): string | undefined {
  const reason = process.getuid?.() === 0 ? undefined : 'not root'
  if (reason && process.env.CI) throw new Error(`CI must run these tests: ${reason}`)
  return reason
}
