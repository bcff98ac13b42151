/**
 * What is scaled, put to sleep and woken, under faults at random from a seed: nodes are killed and come
 * back, the network is parted and mended, edges tell of more and of less. Whatever happens, what is wanted
 * stays within the bounds, nothing runs twice that did not before, and without a quorum nothing changes;
 * in the end it is as the load asks for.
 */
import { describe, expect, test } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { befall, MISFORTUNES, recover } from './testing/chaos.ts'
import { type House, type HouseNode, openHouse } from './testing/house.ts'

const MOST = 6
const WEB = {
  ...{ name: 'web', graceMs: 0 },
  containers: [{ image: 'a', ports: [{ containerPort: 80 }], resources: { cpu: '100m' } }],
  autoscale: {
    ...{ min: 0, max: 9, requestsPerSecond: 10, ceiling: { cpu: '650m' } },
    ...{ upAfterMs: 2_000, downAfterMs: 5_000, idleMs: 8_000 },
  },
}

/** What the edges of a house are asked, told as their nodes tell it. */
function createEdges(house: House) {
  const totals = new Map<HouseNode, number>()
  const tell = async (node: HouseNode, waiting: number): Promise<void> => {
    const answers = Math.round(totals.get(node) ?? 0)
    const versions: Plain = { v: { answers, errors: 0, latencies: { 5: answers } } }
    const asked = { web: { open: 0, waiting, versions } }
    await node.map.put(`node/${node.id}/load`, { asked, processor: {} })
  }
  return {
    /** So many requests a second at each node that is up, for a while; they wait while it is asleep. */
    async pass(ms: number, perSecond: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 1_000) {
        for (const node of house.nodes.filter(({ up }) => up)) {
          if (perSecond === 0) continue
          const sleeps = wanted(node) === 0
          if (!sleeps) totals.set(node, (totals.get(node) ?? 0) + perSecond)
          await tell(node, sleeps ? 1 : 0)
        }
        await house.pass(1_000, 20)
      }
      for (const node of house.nodes.filter(({ up }) => up)) await tell(node, 0)
    },
    /** It was killed, and counts from nothing. */
    forget: (node: HouseNode) => void totals.delete(node),
  }
}

const wanted = (seenBy: HouseNode): number | undefined =>
  seenBy.desired.get('web')?.workload.replicas

/** In the order of the log, each count that was committed. */
function decisions(house: House): Set<number> {
  const told = house.nodes.flatMap(({ id }) => {
    const copies = house.committee?.registryOf(id).view.scaled('web')?.copies
    return copies === undefined ? [] : [copies]
  })
  return new Set(told)
}

describe.each(['raft', 'simplex'] as const)('what is scaled under faults on %s', (consensus) => {
  test.each([1, 2, 3, 4, 5, 6])('of seed %i', async (seed) => {
    const random = createSeededRandom(seed)
    const house = await openHouse(5, 4, consensus)
    const edges = createEdges(house)
    await house.deploy(house.nodes[1]!, WEB)
    const done: string[] = []
    for (let step = 0; step < 10; step++) {
      const perSecond = [0, 3, 8, 30][random.int(4)] ?? 0
      await edges.pass(1_000 + random.int(6_000), perSecond)
      const which = random.int(MISFORTUNES)
      done.push(`${perSecond}/s`, await befall(house, random, which, edges.forget))
      for (const node of house.nodes.filter(({ up }) => up)) {
        expect([done.join(), wanted(node)]).toEqual([done.join(), expect.toSatisfy(isWithin)])
      }
      for (const copies of decisions(house)) expect(copies).toBeLessThanOrEqual(MOST)
    }
    await recover(house)
    await edges.pass(40_000, 8)
    const all = () => house.nodes.map(wanted)
    expect([done.join(), all()]).toEqual([done.join(), [4, 4, 4, 4, 4]])
    await house.until('nothing to run twice', () => house.serves('web', 4), 20_000)
    await edges.pass(20_000, 0)
    expect(all()).toEqual([0, 0, 0, 0, 0])
    await house.until('all to be asleep', () => house.running('web').length === 0, 5_000)
    await house.stopAll()
  })
})

const isWithin = (copies: unknown): boolean =>
  typeof copies === 'number' && copies >= 0 && copies <= MOST

describe('a workload that is asleep', () => {
  async function asleep(voters: number) {
    const house = await openHouse(3, voters)
    await house.deploy(house.nodes[0]!, WEB)
    await house.until('it to fall asleep', () => wanted(house.nodes[0]!) === 0, 20_000)
    await house.until('its copy to end', () => house.running('web').length === 0, 5_000)
    return { house, edges: createEdges(house) }
  }
  const wait = (node: HouseNode) =>
    node.map.put(`node/${node.id}/load`, {
      asked: { web: { open: 0, waiting: 1, versions: {} } },
      processor: {},
    })

  test('is woken once, however many edges have somebody waiting', async () => {
    const { house } = await asleep(3)
    const started = house.startCount()
    const height = house.committee!.registryOf(house.nodes[0]!.id).index
    for (const node of house.nodes) await wait(node)
    const tookMs = await house.until('one to serve', () => house.serves('web', 1), 5_000)
    expect(tookMs).toBeLessThan(1_000)
    expect(house.startCount()).toBe(started + 1)
    // Its number, and where it goes.
    expect(house.committee!.registryOf(house.nodes[0]!.id).index).toBe(height + 2)
    await house.stopAll()
  })

  test('stays so without a quorum, on both sides, and is woken when there is one', async () => {
    const { house } = await asleep(2)
    house.split([house.nodes[0]!])
    await house.pass(5_000)
    for (const node of house.nodes) await wait(node)
    await house.pass(20_000, 20)
    expect(house.nodes.map(wanted)).toEqual([0, 0, 0])
    expect(house.running('web')).toEqual([])
    house.mend()
    await house.until('one to serve', () => house.serves('web', 1), 15_000)
    await house.stopAll()
  })
})
