/** From inside of programs: what a workload reaches, and what it would reach without the shield. */
import { execFile, execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnerId } from '../../../identity/index.ts'
import {
  NEIGHBOUR_PORT,
  type Neighbours,
  neighboursMissing,
  OTHER_PORT,
} from '../../shield/testing/neighbours.ts'
import { createSurroundings, type Surroundings } from '../../shield/testing/surroundings.ts'
import type { Egress } from '../../spec/index.ts'
import { linesUntil } from '../runner.suite.ts'
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
  let around: Surroundings
  let near: Neighbours
  let outside: string
  let serial = 0
  let shut: Record<string, string>

  beforeAll(async () => {
    around = await createSurroundings(GROUP)
    ;({ near, outside } = around)
    around.joinGroup(near.own)
    bench = await openBench({ opened: around.opened })
    runner = bench.runner()
    await runner.start()
    const { hostPort } = around
    shut = {
      ...around.shut,
      loopback: `127.0.0.1:${hostPort}`,
      'loopback, by another of its addresses': `127.5.5.5:${hostPort}`,
      '::1': `::1:${hostPort}`,
      'fc00::/7': `${near.ipv6}:${NEIGHBOUR_PORT}`,
      'fe80::/10': `${near.linkLocal}:${NEIGHBOUR_PORT}`,
    }
  }, 60_000)
  afterAll(async () => {
    await bench?.close()
    around?.close()
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
    return { WORD: word, FROM: near.own, GROUP_PORT: String(around.groupPort) }
  }
  const end = (id: string): Promise<void> => runner.end(id, { graceMs: 0 })

  it('would be missed: without it all of that is reached', async () => {
    const file = join(bench.root, 'look.cjs')
    await writeFile(file, LOOK)
    const all = [...Object.values(shut), outside]
    const env = { TARGETS: all.join(' '), ...says('unshielded') }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
    expect(stdout.trim().split('\n').sort()).toEqual([...all, 'done'].sort())
    expect(await around.wasHeard('unshielded')).toBe(true)
    expect(near.reaches(around.hostPort)).toBe(true)
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
      expect(await around.wasHeard('shielded')).toBe(false)
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
