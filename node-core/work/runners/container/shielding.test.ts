import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NEIGHBOUR_PORT, neighboursMissing, OTHER_PORT } from '../../shield/testing/neighbours.ts'
import { reached } from '../../shield/testing/reached.ts'
import { createSurroundings, type Surroundings } from '../../shield/testing/surroundings.ts'
import type { Egress } from '../../spec/index.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  createBench,
  docker,
  engineMissing,
  IMAGE,
  importImage,
  inside,
  OWNER,
  STRANGER,
  shell,
} from './testing/test-engine.ts'

const missing = neighboursMissing() ?? (await engineMissing())
const B = '/bin/busybox'
const MULTICAST = '239.77.0.1'

/** From inside of containers: what a workload reaches, and what it would reach without the shield. */
describe.skipIf(missing)(
  `the shield of containers${missing ? ` [skipped: ${missing}]` : ''}`,
  () => {
    let bench: Awaited<ReturnType<typeof createBench>>
    let runner: ContainerRunner
    let around: Surroundings
    let serial = 0
    let shut: Record<string, string>

    beforeAll(async () => {
      await importImage()
      around = await createSurroundings(MULTICAST)
      shut = {
        ...around.shut,
        "this computer, by the engine's bridge": `172.17.0.1:${around.hostPort}`,
      }
      bench = await createBench({ opened: around.opened })
      runner = bench.runner(ADA)
      await runner.start()
    }, 60_000)
    afterAll(async () => {
      await runner?.stop()
      await bench?.close()
      around?.close()
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

    const reachedFrom = (id: string, addresses: readonly string[]): Promise<string[]> =>
      reached((script) => inside(id, script), addresses)

    async function gatewayOf(id: string): Promise<string> {
      const [line = ''] = (await inside(id, `${B} ip route`)).split('\n')
      return /via ([\d.]+)/.exec(line)?.[1] ?? ''
    }

    async function addressOf(id: string): Promise<string> {
      const { NetworkSettings } = await docker.getContainer(id).inspect()
      const [network] = Object.values(NetworkSettings.Networks)
      return network?.IPAddress ?? ''
    }

    /** Whether this computer hears what is said to a group. */
    async function speaks(id: string, word: string): Promise<boolean> {
      const gateway = await gatewayOf(id)
      around.joinGroup(gateway)
      const says = `${B} tftp -g -r ${word} -l /dev/null ${MULTICAST} ${around.groupPort}`
      await inside(id, `${B} timeout 1 ${says}`)
      const heard = await around.wasHeard(word)
      around.leaveGroup(gateway)
      return heard
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
        const open = [...Object.values(shut), around.outside]
        expect(await reachedFrom(made.id, open)).toEqual(open.sort())
        expect(await speaks(made.id, 'unshielded')).toBe(true)
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
        shut['the gateway'] = `${gateway}:${around.hostPort}`
        shut.loopback = `127.0.0.1:${around.hostPort}`
        shut.IPv6 = `[${around.near.ipv6}]:${NEIGHBOUR_PORT}`
        open = await reachedFrom(id, [...Object.values(shut), around.outside])
      }, 30_000)
      afterAll(() => end(id))

      it('reaches what is outside', () => {
        expect(open).toContain(around.outside)
      })
      it.each([
        ...['10/8', '172.16/12', '192.168/16', '100.64/10', '169.254/16'],
        ...['this computer, by its public address', "this computer, by the engine's bridge"],
        ...['the gateway', 'loopback', 'IPv6'],
      ])('does not reach %s', (what) => {
        expect(shut).toHaveProperty([what])
        expect(open).not.toContain(shut[what])
      })
      it('says nothing to a group, and has no IPv6', async () => {
        expect(await speaks(id, 'shielded')).toBe(false)
        expect(await inside(id, `${B} cat /proc/net/if_inet6`)).not.toMatch(/eth0/)
      })
    })

    it('lets a workload that says nothing connect to nothing, and answer; and keeps instances apart', async () => {
      const script = `${B} mkdir /www && echo here >/www/index.html && exec ${B} httpd -f -p 8080 -h /www`
      const id = await start(undefined, { script })
      expect(await reachedFrom(id, [...Object.values(shut), around.outside])).toEqual([])
      // At once, not after a silence.
      const asked = performance.now()
      await inside(id, `${B} nc -w 20 ${around.near.outside[0]} ${NEIGHBOUR_PORT}`)
      expect(performance.now() - asked).toBeLessThan(10_000)
      expect(await inside(id, `${B} cat /etc/resolv.conf`)).toContain('timeout:1')
      const [running] = (await runner.list()).filter((one) => one.id === id)
      const answer = await fetch(`http://127.0.0.1:${running?.ports['8080']}/`)
      expect(await answer.text()).toBe('here\n')
      const address = `${await addressOf(id)}:8080`
      expect(await reachedFrom(id, [address])).toEqual([address])
      const beside = await start(undefined)
      expect(await reachedFrom(beside, [address])).toEqual([])
      // What the owner of this computer has opened is not open to others.
      const stranger = await start('all', { owner: STRANGER })
      expect(
        await reachedFrom(stranger, [address, `${around.near.opened}:${NEIGHBOUR_PORT}`]),
      ).toEqual([])
      await Promise.all([id, beside, stranger].map(end))
    }, 60_000)

    it('lets a workload connect to what it lists, unless that is shielded and not opened', async () => {
      const [one, other] = around.near.outside
      const ports = [NEIGHBOUR_PORT]
      const addresses = [one, around.near.home['192.168/16'] ?? '', around.near.opened]
      const id = await start(
        addresses.map((address) => ({ address: `${address}/32`, ports, protocol: 'tcp' })),
      )
      const tried = [...addresses, other].map((address) => `${address}:${NEIGHBOUR_PORT}`)
      const open = [`${one}:${NEIGHBOUR_PORT}`, `${around.near.opened}:${NEIGHBOUR_PORT}`]
      expect(await reachedFrom(id, [...tried, `${one}:${OTHER_PORT}`])).toEqual(open.sort())
      await end(id)
    }, 30_000)

    it('stays while something runs, whatever becomes of the node, and goes with the last', async () => {
      const id = await start('all')
      const again = bench.runner(ADA)
      await runner.stop()
      await bench.restartShield()
      expect(await reachedFrom(id, Object.values(shut))).toEqual([])
      await again.start()
      runner = again
      expect(await reachedFrom(id, [...Object.values(shut), around.outside])).toEqual([
        around.outside,
      ])
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
