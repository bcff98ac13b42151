import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, nodeIdOf, peerIdOf } from '../../identity/index.ts'
import { ringNeighbours } from '../mesh/index.ts'
import { createDialPlan, type DialPlan, type DialPlanOptions } from './dial-plan.ts'
import {
  CANDIDATES_MAX,
  FIRST_DIALS_MAX,
  PEERS_EAGER,
  RETRY_ALONE_MAX_MS,
  RETRY_MAX_MS,
  RETRY_PATIENT_MS,
  UNHURRIED_DIAL_MS,
} from './limits.ts'

const random = createSeededRandom(3)
interface Known {
  node: NodeId
  peerId: string
  address: string
}
const makeKnown = (): Known => {
  const { publicKey } = generateKey(random)
  const peerId = peerIdOf(publicKey)
  return { node: nodeIdOf(publicKey), peerId, address: `/ip4/10.0.0.1/tcp/4000/p2p/${peerId}` }
}
const self = makeKnown()
const others = Array.from({ length: 40 }, makeKnown).sort((a, b) => (a.node < b.node ? -1 : 1))
const [first] = others as [Known]
const all = others.map(({ node }) => node)
const makePlan = (options: Partial<DialPlanOptions> = {}): DialPlan =>
  createDialPlan({
    self: self.node,
    selfPeerId: self.peerId,
    peersTarget: 32,
    peersMax: 128,
    random: createSeededRandom(1),
    ...options,
  })
const keys = (plan: DialPlan, connected: NodeId[], nowMs: number): string[] =>
  plan.next(connected, nowMs).map((candidate) => candidate.key)

describe('the dial plan', () => {
  it('dials what it hears of, once at a time, and never itself', () => {
    const plan = makePlan()
    plan.hear('bootstrap', [first.address, self.address, '/ip4/10.9.9.9/tcp/4000'], 0)
    expect(keys(plan, [], 0).sort()).toEqual(['/ip4/10.9.9.9/tcp/4000', first.peerId].sort())
    expect(keys(plan, [], 60_000)).toEqual([])
  })

  it('dials those that stay before those that only use the network, where there is a choice', () => {
    const passing = new Set(others.filter((_, at) => at % 2 === 0).map(({ node }) => node))
    const plan = makePlan({ isPassing: (node) => passing.has(node) })
    for (const { address } of others) plan.hear('member', [address], 0)
    const dialled: (NodeId | undefined)[] = []
    for (let nowMs = 0; dialled.length < others.length; nowMs += UNHURRIED_DIAL_MS) {
      for (const { key, node } of plan.next([], nowMs)) {
        dialled.push(node)
        plan.failed(key, 'refused', nowMs)
      }
      expect(nowMs).toBeLessThan(600_000)
    }
    const unranked = dialled.filter((node) => node && !ringNeighbours(self.node, all).has(node))
    const firstPassing = unranked.findIndex((node) => node && passing.has(node))
    expect(unranked.slice(firstPassing).every((node) => node && passing.has(node))).toBe(true)
  })

  it('gathers the addresses of one node, the latest first', () => {
    const plan = makePlan()
    const moved = first.address.replace('10.0.0.1', '10.0.0.2')
    plan.hear('cache', [first.address], 0)
    plan.hear('member', [moved], 0)
    expect(plan.next([], 0)[0]?.addresses).toEqual([moved, first.address])
  })

  it('waits longer after each failure, and seldom at the end, but for ever', () => {
    const plan = makePlan()
    const connected = [others[1]!.node]
    plan.hear('cache', [first.address], 0)
    let nowMs = 1_000
    const waits: number[] = []
    for (let n = 0; n < 60; n++) {
      expect(keys(plan, connected, nowMs)).toEqual([first.peerId])
      plan.failed(first.peerId, 'unreachable', nowMs)
      const nextMs = plan.nextAtMs(connected)!
      waits.push(nextMs - nowMs)
      expect(keys(plan, connected, nextMs - 1)).toEqual([])
      nowMs = nextMs
    }
    expect(waits[0]).toBeLessThanOrEqual(1_000)
    expect(Math.max(...waits.slice(0, 20))).toBeLessThanOrEqual(RETRY_MAX_MS)
    expect(Math.min(...waits.slice(30))).toBeGreaterThanOrEqual(RETRY_PATIENT_MS / 2)
  })

  it('tries everyone again soon when it is left alone', () => {
    const plan = makePlan()
    const connected = [others[1]!.node]
    plan.hear('cache', [first.address], 0)
    let nowMs = 1_000
    for (let n = 0; n < 40; n++) {
      plan.next(connected, nowMs)
      plan.failed(first.peerId, 'unreachable', nowMs)
      nowMs = plan.nextAtMs(connected)!
    }
    plan.next(connected, nowMs)
    plan.failed(first.peerId, 'unreachable', nowMs)
    expect(plan.nextAtMs(connected)! - nowMs).toBeGreaterThan(RETRY_ALONE_MAX_MS)
    expect(keys(plan, [], nowMs)).toEqual([])
    expect(plan.nextAtMs([])! - nowMs).toBeLessThanOrEqual(RETRY_ALONE_MAX_MS)
  })

  it('dials few for the first time at once, beside those that do not answer', () => {
    const plan = makePlan()
    plan.hear(
      'cache',
      others.slice(0, 20).map((other) => other.address),
      0,
    )
    const silent = plan.next([], 0)
    expect(silent).toHaveLength(FIRST_DIALS_MAX)
    expect(plan.nextAtMs([])).toBeUndefined()
    for (const { key } of silent) plan.failed(key, 'unreachable', 0)
    const later = plan.next([], 9_000)
    expect(later).toHaveLength(2 * FIRST_DIALS_MAX)
  })

  it('does not hammer a node of another network, and drops what is no address', () => {
    const plan = makePlan()
    plan.hear('nearby', [first.address, 'nonsense'], 0)
    plan.next([], 0)
    plan.failed(first.peerId, 'refused', 0)
    plan.failed('nonsense', 'invalid', 0)
    expect(keys(plan, [], RETRY_PATIENT_MS / 2 - 1)).toEqual([])
    expect(keys(plan, [], RETRY_PATIENT_MS)).toEqual([first.peerId])
  })

  it('dials a lost member again within a second', () => {
    const plan = makePlan()
    plan.hear('cache', [first.address], 0)
    plan.next([], 0)
    plan.reached(first.peerId, first.node)
    expect(keys(plan, [first.node], 5_000)).toEqual([])
    plan.lost(first.node, 10_000)
    expect(plan.nextAtMs([others[1]!.node])).toBeLessThanOrEqual(11_000)
  })

  it('does not dial a bare address again while its node is connected', () => {
    const plan = makePlan()
    plan.hear('bootstrap', ['/ip4/10.9.9.9/tcp/4000'], 0)
    plan.next([], 0)
    plan.reached('/ip4/10.9.9.9/tcp/4000', first.node)
    expect(keys(plan, [first.node], 99_000)).toEqual([])
    plan.lost(first.node, 100_000)
    expect(keys(plan, [], 102_000)).toEqual(['/ip4/10.9.9.9/tcp/4000'])
  })

  it('stops at its target, save for its neighbours on the ring', () => {
    const plan = makePlan({ peersTarget: 8 })
    for (const { address } of others) plan.hear('member', [address], 0)
    const ring = [...others, self].sort((a, b) => (a.node < b.node ? -1 : 1))
    const at = ring.indexOf(self)
    const near = [1, 2, -1, -2].map((by) => ring.at((at + by + ring.length) % ring.length)!)
    const far = others.filter((other) => !near.includes(other)).slice(0, 8)
    const connected = far.map((other) => other.node)
    const dialled: string[] = []
    for (let nowMs = 9_000; nowMs < 60_000; nowMs += 1_000) {
      for (const key of keys(plan, connected, nowMs)) {
        dialled.push(key)
        plan.failed(key, 'refused', nowMs)
      }
    }
    expect(dialled.sort()).toEqual(near.map((known) => known.peerId).sort())
  })

  it('is in no haste once it has some peers', () => {
    const plan = makePlan()
    plan.hear(
      'member',
      others.map((other) => other.address),
      0,
    )
    const connected = others.slice(0, PEERS_EAGER).map((other) => other.node)
    const [only, ...more] = keys(plan, connected, 1_000)
    expect(more).toEqual([])
    // One at a time, and not one straight after the other.
    expect(plan.nextAtMs(connected)).toBeUndefined()
    plan.reached(only!, others[30]!.node)
    const grown = [...connected, others[30]!.node]
    expect(keys(plan, grown, 1_001)).toEqual([])
    expect(plan.nextAtMs(grown)).toBe(1_000 + UNHURRIED_DIAL_MS)
    expect(keys(plan, grown, 1_000 + UNHURRIED_DIAL_MS)).toHaveLength(1)
  })

  it('makes no more than a few connections while a crowd is coming, and the others after it', () => {
    let isCrowded = true
    const plan = makePlan({ isCrowded: () => isCrowded })
    const addresses = others.map((other) => other.address)
    plan.hear('member', addresses, 0)
    const some = others.slice(0, PEERS_EAGER - 1).map((other) => other.node)
    const [key, ...more] = keys(plan, some, 1_000)
    expect(more).toHaveLength(FIRST_DIALS_MAX - 1)
    for (const one of [key ?? '', ...more]) plan.reached(one, first.node)
    const enough = others.slice(0, PEERS_EAGER).map((other) => other.node)
    for (let nowMs = 2_000; nowMs < 10_000; nowMs += 100) {
      expect(keys(plan, enough, nowMs)).toEqual([])
      // It is looked at again, though nothing else happens.
      expect(plan.nextAtMs(enough)).toBe(nowMs + UNHURRIED_DIAL_MS)
    }
    isCrowded = false
    expect(keys(plan, enough, 10_000 + UNHURRIED_DIAL_MS)).toHaveLength(1)
  })

  it('lets the node with the smaller id dial first when both hear of each other', () => {
    const plan = makePlan()
    const above = others.find((other) => other.node > self.node)!
    const below = others.find((other) => other.node < self.node)!
    const connected = [others[20]!.node]
    plan.next(connected, 0)
    plan.hear('exchange', [above.address, below.address], 0)
    expect(keys(plan, connected, 0)).toEqual([above.peerId])
    expect(keys(plan, connected, 1_000)).toEqual([below.peerId])
  })

  it('knows which nodes a seed document named', () => {
    const plan = makePlan()
    plan.hear('seed', [first.address], 0)
    plan.hear('member', [others[1]!.address], 0)
    expect([...plan.seeded()]).toEqual([first.node])
  })

  it('stays within its bounds whatever it hears', () => {
    const address = fc.oneof(
      fc.constantFrom(...others.map((other) => other.address)),
      fc.string({ maxLength: 300 }),
      fc.nat().map((n) => `/ip4/10.${n % 256}.0.1/tcp/${n % 65_536}`),
    )
    fc.assert(
      fc.property(fc.array(fc.array(address, { maxLength: 30 }), { maxLength: 20 }), (heard) => {
        const plan = makePlan()
        for (const addresses of heard) plan.hear('exchange', addresses, 0)
        const dials = plan.next([], 0)
        expect(dials.length).toBeLessThanOrEqual(FIRST_DIALS_MAX)
        for (const dial of dials) {
          expect(dial.addresses.length).toBeLessThanOrEqual(16)
          expect(dial.addresses.length).toBeGreaterThan(0)
        }
      }),
      { seed: 42, numRuns: 100 },
    )
    const plan = makePlan()
    for (let n = 0; n < CANDIDATES_MAX + 500; n++) {
      plan.hear('exchange', [`/ip4/10.0.0.1/tcp/${n}`], 0)
    }
    expect(plan.next([], 0).length).toBeLessThanOrEqual(CANDIDATES_MAX)
  })
})
