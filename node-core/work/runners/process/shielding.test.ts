/** From inside of programs: what a workload reaches, and what it would reach without the shield. */
import { execFile, execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnerId } from '../../../identity/index.ts'
import { parseRange } from '../../addresses/index.ts'
import {
  createNeighbours,
  NEIGHBOUR_PORT,
  type Neighbours,
  neighboursMissing,
  OTHER_PORT,
} from '../../shield/testing/neighbours.ts'
import type { Egress } from '../../spec/index.ts'
import { linesUntil, until } from '../runner.suite.ts'
import type { ProcessRunner } from './index.ts'
import { type Bench, OWNER, openBench, requestFor, WEB } from './testing/bench.ts'

const missing = neighboursMissing()
const GROUP = '239.77.0.2'
const STRANGER = 'd'.repeat(64) as string as OwnerId

/** Says whom it reaches of `TARGETS`, says a word to a group, then answers at `PORT` and where told. */
const LOOK = `#!/usr/bin/env node
const { connect } = require('node:net')
const { createServer } = require('node:http')
const { TARGETS = '', PORT, EXTRA, GROUP_PORT, FROM, WORD } = process.env
const reaches = (one) => new Promise((resolve) => {
  const [, host, port] = /^(.*):(\\d+)$/.exec(one)
  const socket = connect({ host, port: Number(port), timeout: 2_000 })
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  socket.on('timeout', () => resolve(false))
})
const say = () => new Promise((resolve) => {
  const socket = require('node:dgram').createSocket('udp4')
  socket.bind(0, () => {
    socket.setMulticastInterface(FROM)
    socket.send(WORD, Number(GROUP_PORT), '${GROUP}', () => socket.close(resolve))
  })
  socket.on('error', () => resolve())
})
const main = async () => {
  if (EXTRA) await new Promise((resolve) => createServer().listen(Number(EXTRA), '0.0.0.0', resolve))
  if (PORT) {
    const server = createServer((_, response) => response.end('here'))
    await new Promise((resolve) => server.listen(Number(PORT), '127.0.0.1', resolve))
  }
  const own = PORT ? ['127.0.0.1:' + PORT] : []
  const all = [...TARGETS.split(' ').filter(Boolean), ...own]
  const open = await Promise.all(all.map(reaches))
  all.forEach((one, at) => open[at] && console.log(one))
  if (WORD) await say()
  console.log('done')
  if (!PORT) process.exit()
}
main()
`

describe.skipIf(missing)(`the shield of programs${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Bench
  let runner: ProcessRunner
  let near: Neighbours
  let host: Server
  let heard: Socket
  let hostPort = 0
  let groupPort = 0
  let outside: string
  let serial = 0
  /** Everything that a workload must not reach, by what it is. */
  let shut: Record<string, string>
  const words = new Set<string>()

  beforeAll(async () => {
    near = createNeighbours()
    const opened = [parseRange(near.opened)].filter((range) => range !== undefined)
    bench = await openBench({ opened })
    runner = bench.runner()
    await runner.start()
    host = createServer((_, response) => response.end('hello\n'))
    await new Promise<void>((resolve) => host.listen(0, '::', resolve))
    const address = host.address()
    hostPort = typeof address === 'object' ? (address?.port ?? 0) : 0
    heard = createSocket({ type: 'udp4', reuseAddr: true })
    heard.on('message', (message) => words.add(String(message)))
    await new Promise<void>((resolve) => heard.bind(0, resolve))
    groupPort = heard.address().port
    heard.addMembership(GROUP, near.own)
    const at = (address: string): string => `${address}:${NEIGHBOUR_PORT}`
    outside = at(near.outside[0])
    shut = {
      ...Object.fromEntries(Object.entries(near.home).map(([name, ip]) => [name, at(ip)])),
      'this computer, by its public address': `${near.own}:${hostPort}`,
      loopback: `127.0.0.1:${hostPort}`,
      'loopback, by another of its addresses': `127.5.5.5:${hostPort}`,
      '::1': `::1:${hostPort}`,
      'fc00::/7': at(near.ipv6),
      'fe80::/10': at(near.linkLocal),
    }
  }, 60_000)
  afterAll(async () => {
    host?.close()
    heard?.close()
    await bench?.close()
    near?.close()
  }, 60_000)

  async function start(
    egress: Egress | undefined,
    targets: readonly string[],
    { owner = OWNER, more = {} }: { owner?: OwnerId; more?: Record<string, string> } = {},
  ) {
    const env = { TARGETS: targets.join(' '), ...more }
    const rest = { ports: WEB, env, ...(egress && { egress }) }
    const workload = await bench.bundles.workload(`look${serial++}`, LOOK, rest)
    const request = requestFor(workload, { owner })
    const { ports } = await runner.run(request)
    const port = ports['8080'] ?? 0
    const open = (await linesUntil(runner, request.id, 'done')).filter((line) => line !== 'done')
    return { id: request.id, port, own: `127.0.0.1:${port}`, open }
  }

  const says = (word: string) => {
    return { WORD: word, FROM: near.own, GROUP_PORT: String(groupPort) }
  }
  /** This computer's own word after another's comes last. */
  async function wasHeard(word: string): Promise<boolean> {
    heard.setMulticastInterface(near.own)
    heard.send(`after ${word}`, groupPort, GROUP)
    await until(() => words.has(`after ${word}`))
    return words.has(word)
  }
  const end = (id: string): Promise<void> => runner.end(id, { graceMs: 0 })

  it('would be missed: without it all of that is reached', async () => {
    const file = join(bench.root, 'look.cjs')
    await writeFile(file, LOOK)
    const all = [...Object.values(shut), outside]
    const env = { TARGETS: all.join(' '), ...says('unshielded') }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
    expect(stdout.trim().split('\n').sort()).toEqual([...all, 'done'].sort())
    expect(await wasHeard('unshielded')).toBe(true)
    expect(near.reaches(hostPort)).toBe(true)
  }, 30_000)

  describe('with all of the Internet', () => {
    let found: Awaited<ReturnType<typeof start>>
    let extra: number
    beforeAll(async () => {
      extra = 20_000 + (process.pid % 10_000)
      const more = { ...says('shielded'), EXTRA: String(extra) }
      found = await start('all', [...Object.values(shut), outside], { more })
    }, 30_000)
    afterAll(() => end(found.id))

    it('reaches what is outside, and itself', () => {
      expect(found.open.sort()).toEqual([found.own, outside].sort())
    })
    it.each([
      ...['10/8', '172.16/12', '192.168/16', '100.64/10', '169.254/16'],
      ...['this computer, by its public address', 'loopback'],
      ...['loopback, by another of its addresses', '::1', 'fc00::/7', 'fe80::/10'],
    ])('does not reach %s', (what) => {
      expect(shut).toHaveProperty([what])
      expect(found.open).not.toContain(shut[what])
    })
    it('says nothing to a group', async () => {
      expect(await wasHeard('shielded')).toBe(false)
    })
    it('answers its node, and nobody at home', async () => {
      expect(await (await fetch(`http://${found.own}/`)).text()).toBe('here')
      expect(near.reaches(extra)).toBe(false)
    })
  })

  it('lets a workload that says nothing connect to nothing, and what it lists to that', async () => {
    const none = await start(undefined, [...Object.values(shut), outside])
    expect(none.open).toEqual([none.own])
    const [one, other] = near.outside
    const addresses = [one, near.home['192.168/16'] ?? '', near.opened]
    const egress = addresses.map((address) => {
      return { address: `${address}/32`, ports: [NEIGHBOUR_PORT], protocol: 'tcp' as const }
    })
    const tried = [...addresses, other].map((address) => `${address}:${NEIGHBOUR_PORT}`)
    const listed = await start(egress, [...tried, `${one}:${OTHER_PORT}`, none.own])
    const opened = `${near.opened}:${NEIGHBOUR_PORT}`
    expect(listed.open.sort()).toEqual([listed.own, outside, opened].sort())
    // Neither what the owner of this computer opened, nor other programs.
    const stranger = await start('all', [opened, none.own, outside], { owner: STRANGER })
    expect(stranger.open.sort()).toEqual([outside, stranger.own].sort())
    for (const { id } of [none, listed, stranger]) await end(id)
  }, 60_000)

  it('stays while something runs, whatever becomes of the node, and goes with the last', async () => {
    const { id } = await start(undefined, [])
    const { userId } = await bench.recordOf(id)
    await runner.stop()
    await bench.restartShields()
    expect(rules()).toContain(`--uid-owner ${userId} `)
    runner = bench.runner()
    await runner.start()
    expect(rules()).toContain(`--uid-owner ${userId} `)
    await end(id)
    expect(rules()).not.toContain(`--uid-owner ${userId} `)
    await runner.stop()
    await bench.restartShields({ stopOnly: true })
    expect(rules()).not.toContain(bench.node.slice(0, 12))
  }, 30_000)

  const rules = (): string => execFileSync('iptables', ['-w', '-S']).toString()
})
