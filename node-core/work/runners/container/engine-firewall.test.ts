import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import {
  createNeighbours,
  NEIGHBOUR_PORT,
  type Neighbours,
  neighboursMissing,
} from '../../shield/testing/neighbours.ts'
import { reached } from '../../shield/testing/reached.ts'
import type { Egress } from '../../spec/index.ts'
import { createEngineFirewall } from './engine-firewall.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  createBench,
  engineMissing,
  importImage,
  OWNER,
  shell,
  socketPath,
} from './testing/test-engine.ts'

const missing = neighboursMissing() ?? (await engineMissing())
const B = '/bin/busybox'
const at = (address: string): string => `${address}:${NEIGHBOUR_PORT}`

/** As for a node that may give the engine orders, and is not root. */
describe.skipIf(missing)(
  `the firewall by way of the engine${missing ? ` [skipped: ${missing}]` : ''}`,
  () => {
    let bench: Awaited<ReturnType<typeof createBench>>
    let runner: ContainerRunner
    let near: Neighbours
    let serial = 0

    beforeAll(async () => {
      await importImage()
      near = createNeighbours()
      bench = await createBench({
        firewallOf: (node, network) =>
          createEngineFirewall({ clock: createSystemClock(), node, network }, { socketPath }),
      })
      runner = bench.runner(ADA)
      await runner.start()
    }, 60_000)
    afterAll(async () => {
      await runner?.stop()
      await bench?.close()
      near?.close()
    }, 60_000)

    /** Which of the addresses an instance reaches from inside. */
    async function reachedWith(egress: Egress, addresses: readonly string[]): Promise<string[]> {
      const id = `hands-0-s${process.pid.toString(36)}${serial++}`
      const workload = { ...shell('hands', `exec ${B} sleep 1000`), egress }
      const rest = { index: 0, generation: 1, owner: OWNER, onProgress: () => {} }
      await runner.run({ id, workload, ...rest, signal: AbortSignal.timeout(60_000) })
      const ask = (script: string): string => inEngine('exec', id, B, 'sh', '-c', script)
      const open = await reached(ask, addresses)
      await runner.end(id, { graceMs: 0 })
      return open
    }

    const inEngine = (...args: string[]): string =>
      execFileSync('docker', ['-H', `unix://${socketPath}`, ...args], { encoding: 'utf8' })

    /** The containers in which rules are written, of both nodes. */
    const hands = (): string[] => {
      const label = `label=org.mycelium.network=${bench.network}`
      const names = inEngine('ps', '-a', '--format', '{{.Names}}', '--filter', label).split('\n')
      return names.filter((name) => /firewall/.test(name))
    }

    it('keeps containers from the home network, and is nothing that runs', async () => {
      const outside = at(near.outside[0])
      expect(await runner.available()).toEqual({ ok: true })
      expect(await reachedWith('all', [outside, ...Object.values(near.home).map(at)])).toEqual([
        outside,
      ])
      expect(hands()).toHaveLength(2)
      expect(await runner.list()).toEqual([])
    }, 60_000)

    it('is there again where an engine that was started anew had ended it', async () => {
      inEngine('rm', '-f', ...hands())
      const [one, other] = near.outside
      const rule = { address: `${one}/32`, ports: [NEIGHBOUR_PORT], protocol: 'tcp' as const }
      expect(await reachedWith([rule], [at(one), at(other)])).toEqual([at(one)])
      expect(hands()).toHaveLength(1)
    }, 60_000)

    it('leaves nothing once it is stopped', async () => {
      await runner.stop()
      await bench.restartShield({ stopOnly: true })
      expect(hands()).toEqual([])
      expect(execFileSync('iptables', ['-w', '-S']).toString()).not.toContain(bench.linkPrefix(ADA))
    }, 60_000)
  },
)
