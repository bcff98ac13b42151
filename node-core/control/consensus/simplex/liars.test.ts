/** Committees with as many liars as the protocol stands, and with one more. */
import { describe, expect, it } from 'vitest'
import type { LogIndex } from '../index.ts'
import { type Cluster, createCluster, EVEN, type SimNode } from './cluster.fixture.ts'
import { expectProgress, harass, heal } from './harassment.fixture.ts'
import { parseEvidence, verifyEvidence } from './index.ts'
import { corrupt, createTwins, LIARS, type Liar } from './liars.fixture.ts'
import { encodeMessage, parseMessage } from './messages.ts'

const even = (count: number) => Array.from({ length: count }, () => EVEN)
const liarsOf = (count: number) => Math.floor((count - 1) / 3)

/** The first `count` nodes, each with the kind that follows. */
function pick(cluster: Cluster, count: number, first: number): Map<SimNode, Liar> {
  const kinds = Array.from({ length: count }, (_, at) => LIARS[(first + at) % LIARS.length]!)
  return new Map(kinds.map((kind, at) => [cluster.node(at), kind]))
}

const CASES = [4, 5, 6, 7, 10].flatMap((count) =>
  LIARS.map((kind, at) => ({ count, kind, first: at })),
)

/** In which liars who tell half of the others two things are found out. */
const BLOCKS_MAX = 40

describe('with at most f liars', () => {
  it.each(CASES)('$count nodes agree and go on ($kind first)', ({ count, first }) => {
    const cluster = createCluster({
      seed: count * 10 + first,
      standings: even(count),
      dropRate: 0.1,
      delayTicksMax: 4,
    })
    corrupt(cluster, pick(cluster, liarsOf(count), first))
    cluster.crashRate = 0.0005
    harass(cluster, 250)
    heal(cluster)
    expectProgress(cluster, cluster.honest(), 400)
    for (const node of cluster.honest()) expect(node.engine!.guarantee()).toBe('byzantine')
  })

  it.each([
    { weights: [3, 1, 1, 1, 1, 1], liars: [1, 2] },
    { weights: [5, 4, 3, 2, 2], liars: [0] },
    { weights: [5, 4, 3, 2, 2], liars: [3, 4] },
    { weights: [7, 7, 7, 7, 1, 1], liars: [0, 4, 5] },
  ])('weights $weights stand the liars $liars', ({ weights, liars }) => {
    for (let seed = 1; seed <= 3; seed++) {
      const standings = weights.map((weight) => ({ weight, trust: weight }))
      const cluster = createCluster({ seed, standings, dropRate: 0.1, delayTicksMax: 4 })
      corrupt(cluster, new Map(liars.map((at) => [cluster.node(at), LIARS[seed % 2]!])))
      harass(cluster, 200)
      heal(cluster)
      expectProgress(cluster, cluster.honest(), 400)
    }
  })

  it.each([1, 2, 3, 4])(
    'tells nobody that what stands under a stolen nonce is its own (seed %i)',
    (seed) => {
      const cluster = createCluster({ seed, standings: even(4) })
      const leader = cluster.nodes.find(({ id, engine }) => engine!.status().leader === id)
      const [liar, proposer] = cluster.nodes.filter((node) => node !== leader)
      if (!liar || !proposer) throw new Error('There are four.')
      liar.honest = false
      cluster.tamper = (from, _to, bytes) => {
        const message = parseMessage(bytes)
        if (from !== proposer || message?.kind !== 'items') return [bytes]
        // The liar has heard of it, and everybody else hears what the liar makes of it first.
        const items = message.items.map(({ nonce }) => ({
          nonce,
          payload: Buffer.from('not mine'),
        }))
        const forged = encodeMessage({ kind: 'items', items })
        for (const peer of cluster.honest()) cluster.send(liar.id, peer.id, forged)
        cluster.later(2, from, _to, bytes)
        return []
      }
      const proposal = cluster.propose(proposer, 'mine')
      expect(cluster.until(() => proposer.fates.length > 0, 400)).toBe(true)
      expect(cluster.canon).toContain('mine')
      const index = (cluster.canon.indexOf('mine') + 1) as LogIndex
      expect(proposer.fates).toEqual([{ id: proposal, outcome: 'committed', index }])
    },
  )

  it('finds out who voted twice, with a proof that anybody checks', () => {
    const cluster = createCluster({ seed: 3, standings: even(4) })
    corrupt(cluster, new Map([[cluster.node(0), 'doubler']]))
    harass(cluster, 200)
    // Whoever crashes forgets what it has found out.
    heal(cluster)
    const { config, engine } = cluster.node(1)
    for (let n = 0; n < BLOCKS_MAX && engine!.evidence().length === 0; n++) {
      cluster.propose(cluster.node(1), `more ${n}`)
      cluster.run(10)
    }
    const [proof] = engine!.evidence().map((bytes) => parseEvidence(bytes)!)
    const scheme = { network: config.network, verify: config.verify }
    expect(verifyEvidence(scheme, cluster.committee, proof!)).toBe(cluster.node(0).id)
    const altered = { ...proof!, second: { ...proof!.second, view: proof!.first.view } }
    altered.second.signature = altered.second.signature.map((byte) => byte ^ 1)
    expect(verifyEvidence(scheme, cluster.committee, altered)).toBeUndefined()
  })
})

describe('with f + 1 liars', () => {
  // 3f + 1 voters: one liar more than f is in two quorums that share no honest voter.
  it.each([4, 7, 10])('%i nodes fork, and every honest one says so once they meet', (count) => {
    const cluster = createCluster({ seed: count, standings: even(count) })
    cluster.strict = false
    const liars = cluster.nodes.slice(0, liarsOf(count) + 1)
    const left = new Set(cluster.nodes.slice(0, (count + liars.length) / 2))
    for (const node of liars) node.honest = false
    const sideOf = (node: SimNode) => (node.honest ? left.has(node) : undefined)
    for (const node of liars) node.engine = createTwins(cluster, node, sideOf)
    cluster.linked = (from, to) => {
      const sides = new Set([sideOf(from), sideOf(to)])
      return !(sides.has(true) && sides.has(false))
    }
    for (const node of cluster.honest()) cluster.propose(node, `only here: ${node.name}`)
    const forked = () => cluster.honest().every((node) => node.log.length > 0)
    expect(cluster.until(forked, 400)).toBe(true)
    expect(new Set(cluster.honest().map((node) => node.log[0])).size).toBe(2)
    for (const node of cluster.honest()) expect(node.engine!.guarantee()).toBe('byzantine')
    cluster.linked = () => true
    const told = () => cluster.honest().every((node) => node.engine!.guarantee() === 'void')
    expect(cluster.until(told, 200)).toBe(true)
    const lengths = cluster.honest().map((node) => node.log.length)
    for (const node of cluster.honest()) cluster.propose(node, 'more')
    cluster.run(100)
    // Whoever knows that nothing is promised any more adds nothing to it.
    expect(cluster.honest().map((node) => node.log.length)).toEqual(lengths)
  })

  it('says so as soon as it can prove that more than f voted twice', () => {
    const cluster = createCluster({ seed: 5, standings: even(5) })
    cluster.strict = false
    corrupt(cluster, new Map([cluster.node(0), cluster.node(1)].map((node) => [node, 'doubler'])))
    harass(cluster, 150)
    for (const node of cluster.honest()) cluster.restart(node)
    const honest = cluster.honest()
    const told = () => honest.every((node) => node.engine!.guarantee() === 'void')
    // A block for each, so that the liars have many to vote twice about.
    for (let n = 0; n < BLOCKS_MAX && !told(); n++) {
      for (const node of honest) cluster.propose(node, `more ${n}`)
      cluster.run(10)
    }
    expect(told()).toBe(true)
    expect(honest.every((node) => node.engine!.evidence().length === 2)).toBe(true)
  })
})
