import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
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
import { until } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  createBench,
  docker,
  engineMissing,
  IMAGE,
  importImage,
  OWNER,
  shell,
} from './testing/test-engine.ts'

const missing = neighboursMissing() ?? (await engineMissing())
const B = '/bin/busybox'
const MULTICAST = '239.77.0.1'
const STRANGER = 'd'.repeat(64) as string as OwnerId

/** From inside of containers: what a workload reaches, and what it would reach without the shield. */
describe.skipIf(missing)(
  `the shield of containers${missing ? ` [skipped: ${missing}]` : ''}`,
  () => {
    let bench: Awaited<ReturnType<typeof createBench>>
    let runner: ContainerRunner
    let near: Neighbours
    let host: Server
    let heard: Socket
    let hostPort = 0
    let heardPort = 0
    let serial = 0
    let outside: string
    /** Everything that a workload must not reach, by what it is. */
    let shut: Record<string, string>
    const words = new Set<string>()

    beforeAll(async () => {
      await importImage()
      near = createNeighbours()
      const opened = [parseRange(near.opened)].filter((range) => range !== undefined)
      bench = await createBench({ opened })
      runner = bench.runner(ADA)
      await runner.start()
      host = createServer((_, response) => response.end('hello\n'))
      await new Promise<void>((resolve) => host.listen(0, '0.0.0.0', resolve))
      const address = host.address()
      hostPort = typeof address === 'object' ? (address?.port ?? 0) : 0
      heard = createSocket({ type: 'udp4', reuseAddr: true })
      heard.on('message', (message) => words.add(/[a-z ]{5,}/.exec(message.toString())?.[0] ?? ''))
      await new Promise<void>((resolve) => heard.bind(0, resolve))
      heardPort = heard.address().port
      outside = `${near.outside[0]}:${NEIGHBOUR_PORT}`
      const at = (address: string): string => `${address}:${NEIGHBOUR_PORT}`
      shut = Object.fromEntries(Object.entries(near.home).map(([name, ip]) => [name, at(ip)]))
      shut['this computer, by its public address'] = `${near.own}:${hostPort}`
      shut["this computer, by the engine's bridge"] = `172.17.0.1:${hostPort}`
    }, 60_000)
    afterAll(async () => {
      await runner?.stop()
      host?.close()
      heard?.close()
      await bench?.close()
      near?.close()
    }, 60_000)

    async function start(
      egress: Egress | undefined,
      { owner = OWNER, script = `exec ${B} sleep 1000` } = {},
    ): Promise<string> {
      const id = `shield-0-s${process.pid.toString(36)}${serial++}`
      const ports = [{ containerPort: 8_080, protocol: 'tcp' as const }]
      const workload = { ...shell('shield', script, { ports }), ...(egress && { egress }) }
      const rest = { index: 0, generation: 1, owner, onProgress: () => {} }
      await runner.run({ id, workload, ...rest, signal: AbortSignal.timeout(60_000) })
      return id
    }

    /** Which of the addresses answer, as seen from inside. */
    async function reached(id: string, addresses: readonly string[]): Promise<string[]> {
      const tries = addresses.map((one) => {
        const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(one) ?? []
        const asks = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | ${B} nc -w 2 ${host} ${port} 2>/dev/null`
        return `(${asks} | ${B} grep -q HTTP/1 && echo ${one}) &`
      })
      return (await inside(id, `${tries.join('\n')}\nwait`)).split('\n').filter(Boolean).sort()
    }

    async function inside(id: string, script: string): Promise<string> {
      const made = await docker.getContainer(id).exec({
        Cmd: [B, 'sh', '-c', script],
        ...{ AttachStdout: true, Tty: true },
      })
      let text = ''
      for await (const chunk of await made.start({ Tty: true })) text += String(chunk)
      return text.replaceAll('\r', '')
    }

    async function gatewayOf(id: string): Promise<string> {
      const [line = ''] = (await inside(id, `${B} ip route`)).split('\n')
      return /via ([\d.]+)/.exec(line)?.[1] ?? ''
    }

    async function addressOf(id: string): Promise<string> {
      const { NetworkSettings } = await docker.getContainer(id).inspect()
      const [network] = Object.values(NetworkSettings.Networks)
      return network?.IPAddress ?? ''
    }

    /** Whether this computer hears what is said to a group; its own word after that comes last. */
    async function speaks(id: string, word: string, gateway: string): Promise<boolean> {
      heard.addMembership(MULTICAST, gateway)
      const says = `${B} tftp -g -r ${word} -l /dev/null ${MULTICAST} ${heardPort}`
      await inside(id, `${B} timeout 1 ${says}`)
      heard.send(`after ${word}`, heardPort, '127.0.0.1')
      await until(() => words.has(`after ${word}`))
      heard.dropMembership(MULTICAST, gateway)
      return [...words].some((one) => one.startsWith(word))
    }

    const end = (id: string): Promise<void> => runner.end(id, { graceMs: 0 })

    it('would be missed: without it all of that is reached', async () => {
      const made = await docker.createContainer({
        Image: IMAGE,
        Cmd: [B, 'sleep', '1000'],
        HostConfig: { NetworkMode: 'bridge' },
      })
      await made.start()
      try {
        const open = [...Object.values(shut), outside]
        expect(await reached(made.id, open)).toEqual(open.sort())
        expect(await speaks(made.id, 'unshielded', await gatewayOf(made.id))).toBe(true)
      } finally {
        await made.remove({ force: true })
      }
    }, 30_000)

    describe('with all of the Internet', () => {
      let id: string
      let open: string[]
      beforeAll(async () => {
        id = await start('all')
        const gateway = await gatewayOf(id)
        shut['the gateway'] = `${gateway}:${hostPort}`
        shut.loopback = `127.0.0.1:${hostPort}`
        shut.IPv6 = `[${near.ipv6}]:${NEIGHBOUR_PORT}`
        open = await reached(id, [...Object.values(shut), outside])
      }, 30_000)
      afterAll(() => end(id))

      it('reaches what is outside', () => {
        expect(open).toContain(outside)
      })
      it.each([
        ...['10/8', '172.16/12', '192.168/16', '100.64/10', '169.254/16'],
        ...['this computer, by its public address', "this computer, by the engine's bridge"],
        ...['the gateway', 'loopback', 'IPv6'],
      ])('does not reach %s', (what) => {
        expect(open).not.toContain(shut[what])
      })
      it('says nothing to a group, and has no IPv6', async () => {
        expect(await speaks(id, 'shielded', await gatewayOf(id))).toBe(false)
        expect(await inside(id, `${B} cat /proc/net/if_inet6`)).not.toMatch(/eth0/)
      })
    })

    it('lets a workload that says nothing connect to nothing, and answer; and keeps instances apart', async () => {
      const script = `${B} mkdir /www && echo here >/www/index.html && exec ${B} httpd -f -p 8080 -h /www`
      const id = await start(undefined, { script })
      expect(await reached(id, [...Object.values(shut), outside])).toEqual([])
      // At once, not after a silence.
      const asked = performance.now()
      await inside(id, `${B} nc -w 20 ${near.outside[0]} ${NEIGHBOUR_PORT}`)
      expect(performance.now() - asked).toBeLessThan(10_000)
      expect(await inside(id, `${B} cat /etc/resolv.conf`)).toContain('timeout:1')
      const [running] = (await runner.list()).filter((one) => one.id === id)
      const answer = await fetch(`http://127.0.0.1:${running?.ports['8080']}/`)
      expect(await answer.text()).toBe('here\n')
      const address = `${await addressOf(id)}:8080`
      expect(await reached(id, [address])).toEqual([address])
      const beside = await start(undefined)
      expect(await reached(beside, [address])).toEqual([])
      // What the owner of this computer has opened is not open to others.
      const stranger = await start('all', { owner: STRANGER })
      expect(await reached(stranger, [address, `${near.opened}:${NEIGHBOUR_PORT}`])).toEqual([])
      await Promise.all([id, beside, stranger].map(end))
    }, 60_000)

    it('lets a workload connect to what it lists, unless that is shielded and not opened', async () => {
      const [one, other] = near.outside
      const ports = [NEIGHBOUR_PORT]
      const addresses = [one, near.home['192.168/16'] ?? '', near.opened]
      const id = await start(
        addresses.map((address) => ({ address: `${address}/32`, ports, protocol: 'tcp' })),
      )
      const tried = [...addresses, other].map((address) => `${address}:${NEIGHBOUR_PORT}`)
      const open = [`${one}:${NEIGHBOUR_PORT}`, `${near.opened}:${NEIGHBOUR_PORT}`]
      expect(await reached(id, [...tried, `${one}:${OTHER_PORT}`])).toEqual(open.sort())
      await end(id)
    }, 30_000)

    it('stays while something runs, whatever becomes of the node, and goes with the last', async () => {
      const id = await start('all')
      const again = bench.runner(ADA)
      await runner.stop()
      await bench.restartShield()
      expect(await reached(id, Object.values(shut))).toEqual([])
      await again.start()
      runner = again
      expect(await reached(id, [...Object.values(shut), outside])).toEqual([outside])
      await end(id)
      await runner.stop()
      await bench.restartShield({ stopOnly: true })
      const rules = execFileSync('iptables', ['-w', '-S']).toString()
      expect(rules).not.toContain(bench.linkPrefix(ADA))
      const label = [`org.mycelium.network=${bench.network}`]
      expect(await docker.listNetworks({ filters: { label } })).toEqual([])
    }, 60_000)
  },
)
