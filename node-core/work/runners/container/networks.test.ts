import { describe, expect, it } from 'vitest'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import type { Shield } from '../../shield/index.ts'
import type { Egress } from '../../spec/index.ts'
import type { EngineNetwork, NetworkRequest } from './engine-networks.ts'
import { NETWORKS_KEPT_MAX } from './limits.ts'
import { createNetworks } from './networks.ts'

const OWNER = 'a'.repeat(64) as string as OwnerId

/** On an engine that answers so when it is asked for a network; no link ever comes of it. */
function networksOn(
  create: (request: NetworkRequest, asked: number) => void,
  there = 0,
  held: readonly EngineNetwork[] = [],
) {
  const asked: NetworkRequest[] = []
  const bound: string[] = []
  const idle = { removed: 0 }
  const shield: Shield = {
    ...{ linkPrefix: 'nolinks', obstacle: () => undefined },
    ...{
      start: async () => {},
      stop: async () => {},
      release: async () => {},
      traffic: async () => new Map(),
    },
    bind: async (subject) => void bound.push(subject),
    bindOnly: async () => {},
  }
  const networks = createNetworks({
    engine: {
      networks: async () =>
        [...held].concat(
          Array.from({ length: there - idle.removed }, (_, at) => {
            return { name: `net${at}`, link: `link${at}`, labels: {} }
          }),
        ),
      async removeIdleNetworks() {
        idle.removed += Math.min(there, 1)
      },
      async createNetwork(request) {
        // Never before its link is shut.
        expect(bound).toContain(`link:${request.link}`)
        asked.push(request)
        create(request, asked.length)
      },
    },
    ...{ shield, whose: { network: 'garden', node: 'b'.repeat(64) }, owner: OWNER },
    logger: createSilentLogger(),
  })
  return { networks, asked, idle }
}

describe('networks of containers', () => {
  it('are not done without where the engine does not answer: nothing runs then', async () => {
    const { networks } = networksOn(() => {
      throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker does not answer in time.')
    })
    await expect(networks.arrive()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    expect(networks.obstacle()).toBeUndefined()
    const wanted = networks.of(OWNER, 'all')
    await expect(wanted).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  })

  it('are not there where the engine refuses them, or has them elsewhere, and that is said', async () => {
    const refusing = networksOn(() => {
      throw new MyceliumError('START_FAILED', 'unsupported bridge network option')
    })
    const elsewhere = networksOn(() => {})
    for (const { networks } of [refusing, elsewhere]) {
      await networks.arrive()
      expect(networks.obstacle()).toContain('not bounded here')
      expect(await networks.of(OWNER, undefined)).toBeUndefined()
    }
  })

  it('take other addresses where those were taken meanwhile', async () => {
    const { networks, asked } = networksOn((_, times) => {
      if (times < 3) throw new MyceliumError('ADDRESSES_TAKEN', 'Pool overlaps with other one')
    })
    await networks.arrive()
    expect(new Set(asked.map(({ subnet }) => subnet)).size).toBe(3)
    expect(asked.every(({ subnet }) => /^198\.19\.\d+\.0\/24$/.test(subnet))).toBe(true)
  })

  it('that nobody is in go before there are too many for another', async () => {
    for (const [there, removed] of [
      [NETWORKS_KEPT_MAX - 1, 0],
      [NETWORKS_KEPT_MAX, 1],
    ] as const) {
      const { networks, asked, idle } = networksOn(() => {}, there)
      await expect(networks.of(OWNER, 'all')).rejects.toMatchObject({ code: 'NOT_SUPPORTED' })
      expect([idle.removed, asked.length]).toEqual([removed, 1])
    }
  })

  it('are each for one owner and one rule alone, also where two have one hash', async () => {
    const other = 'c'.repeat(64) as string as OwnerId
    const to = (host: number): Egress => [{ host: `h${host}.example`, ports: [443] }]
    // Of all lists of this form, searched for until the two had the same 32 bits.
    const [own, searched] = [to(82_257), to(33_850)]
    const link = 'nolinks3de6abb5'
    const labels = {
      'org.mycelium.owner': OWNER,
      'org.mycelium.egress': JSON.stringify(own),
    }
    const { networks, asked } = networksOn(() => {}, 0, [{ name: 'theirs', link, labels }])
    expect(await networks.of(OWNER, own)).toBe('theirs')
    await expect(networks.of(other, searched)).rejects.toMatchObject({ code: 'NOT_SUPPORTED' })
    expect(asked.map((one) => one.labels['org.mycelium.owner'])).toEqual([other])
    expect(asked[0]?.link).not.toBe(link)
    expect(asked[0]?.link).toHaveLength(link.length)
    // The same two in the other order, and neither is there.
    const bare = networksOn(() => {})
    await expect(bare.networks.of(other, searched)).rejects.toThrow()
    expect(bare.asked.map((one) => one.link)).toEqual([link])
  })
})
