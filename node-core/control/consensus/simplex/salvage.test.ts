/** A chain that nobody goes on with, and the one that is founded on it (docs/adr/0016). */
import { describe, expect, it } from 'vitest'
import type { SalvagedEntry } from '../index.ts'
import { type Cluster, createCluster, EVEN, NETWORK, type SimNode } from './cluster.fixture.ts'
import {
  createSimplexEngine,
  foundChainAfter,
  foundingCommitteeOf,
  isOfOneMandate,
  type SalvagedChain,
  salvageChain,
} from './index.ts'
import { encodeMessage, parseMessage } from './messages.ts'

const salvageOf = ({ committee }: Cluster, { disk }: SimNode): SalvagedChain =>
  salvageChain({ network: NETWORK, committee }, disk)
const textOf = ({ payload }: SalvagedEntry): string => Buffer.from(payload).toString()
const HASH = 'c0ffee00'.repeat(8)

/** The texts that it holds, from the first entry on. */
function textsIn({ snapshot, entries }: SalvagedChain): string[] {
  const before: string[] = snapshot ? JSON.parse(Buffer.from(snapshot.state).toString()) : []
  return [...before, ...entries.map(textOf)]
}

function later(one: SalvagedChain, other: SalvagedChain): SalvagedChain {
  const [left, right] = [one.end, other.end]
  const isLeft = left.epoch > right.epoch || (left.epoch === right.epoch && left.view > right.view)
  return isLeft ? one : other
}

/** Writes under loss and delay, then the power fails at all of them at once. */
function interrupted(seed: number, count: number): Cluster {
  const standings = Array.from({ length: count }, () => EVEN)
  const cluster = createCluster({ seed, standings, dropRate: 0.2, delayTicksMax: 4 })
  for (let at = 0; at < 30; at++) {
    cluster.propose(cluster.node(cluster.random.int(count)), `${at}`)
    cluster.run(1 + cluster.random.int(4))
    if (cluster.random.int(12) === 0) cluster.compact(cluster.node(cluster.random.int(count)))
  }
  for (const node of cluster.nodes) cluster.crash(node)
  return cluster
}

describe('a chain that was salvaged', () => {
  // With fewer lost than it takes to finalise, somebody who is left voted for each final block.
  it('holds all that anybody was told, if the later of those who are left is taken', () => {
    let beyond = 0
    for (let seed = 1; seed <= 40; seed++) {
      const cluster = interrupted(seed, 4)
      const [one, other] = cluster.nodes.map((node) => salvageOf(cluster, node))
      const chosen = later(one!, other!)
      const texts = textsIn(chosen)
      const said = cluster.canon
      expect(texts.slice(0, said.length), `seed ${seed}`).toEqual(said)
      expect(chosen.last.index).toBe(texts.length)
      if (chosen.committed < said.length) beyond++
    }
    // Some of it was known to be final only to those who were lost.
    expect(beyond).toBeGreaterThan(0)
  })

  it('is of blocks that were at hand when their voters finalised them', () => {
    const cluster = createCluster({ seed: 3, standings: [EVEN, EVEN, EVEN, EVEN] })
    const last = cluster.node(3)
    const kindsOf = (bytes: Uint8Array) => {
      const message = parseMessage(bytes)
      return message?.kind === 'vote' ? message.vote.kind : message?.kind
    }
    // Node 3 hears every vote, and is shown no block.
    cluster.tamper = (_, to, bytes) => {
      const message = to === last ? parseMessage(bytes) : undefined
      if (message?.kind === 'propose') return [encodeMessage({ kind: 'vote', vote: message.vote })]
      return message?.kind === 'block' || message?.kind === 'history' ? [] : [bytes]
    }
    const said = new Set<string | undefined>()
    cluster.spy = (from, _, bytes) => void (from === last && said.add(kindsOf(bytes)))
    for (let at = 0; at < 5; at++) cluster.propose(cluster.node(0), `${at}`)
    const isFinal = (node: SimNode) => node.log.length === 5
    expect(cluster.until(() => cluster.nodes.slice(0, 3).every(isFinal), 200)).toBe(true)
    expect(said).not.toContain('finalise')
    cluster.tamper = (_from, _to, bytes) => [bytes]
    expect(cluster.until(() => isFinal(last), 200)).toBe(true)
  })

  it('is gone on from by a committee of its own, after the last entry', () => {
    const cluster = interrupted(7, 4)
    const node = cluster.node(0)
    const salvaged = salvageOf(cluster, node)
    const committee = foundingCommitteeOf(1, HASH, [node.id])
    const state = Buffer.from(JSON.stringify(textsIn(salvaged)))
    const records = foundChainAfter(salvaged.end, committee, () => state)
    const engine = createSimplexEngine({ ...node.config, committee, state: undefined }, records)
    const index = salvaged.last.index + 1
    expect(engine.status()).toMatchObject({
      ...{ committed: index, leader: node.id, epoch: committee.epoch, quorum: true },
      members: { voters: [node.id], learners: [] },
    })
    engine.propose('p' as never, Buffer.from('after'))
    const committed = []
    for (let tick = 0; tick < 20; tick++) {
      engine.tick()
      for (let ready = engine.ready(); ready; ready = engine.ready()) {
        committed.push(...ready.committed)
        engine.advance()
      }
    }
    expect(committed.map(({ index, payload }) => [index, Buffer.from(payload).toString()])).toEqual(
      [[index + 1, 'after']],
    )
    // What it says now is of another epoch than all that it has said before.
    expect(engine.end().epoch).toBe(committee.epoch)
    expect(engine.evidence()).toEqual([])
  })

  it('of an empty log is nothing', () => {
    const { committee } = createCluster({ seed: 1, standings: [EVEN] })
    const nothing = salvageChain({ network: NETWORK, committee }, [])
    expect(nothing).toMatchObject({ entries: [], committed: 0, last: { index: 0 } })
    expect(nothing.end.certificate).toBeUndefined()
  })
})

describe('epochs of a mandate', () => {
  it('are above those of the eras before, and no other mandate’s', () => {
    const { nodes } = createCluster({ seed: 1, standings: [EVEN] })
    const first = (era: number, hash: string) => {
      return foundingCommitteeOf(era, hash, [nodes[0]!.id]).epoch
    }
    const other = 'deadbeef'.repeat(8)
    expect(first(2, HASH)).toBeGreaterThan(first(1, other))
    expect(isOfOneMandate(first(1, HASH), first(1, other))).toBe(false)
    expect(isOfOneMandate(first(1, HASH), (first(1, HASH) + 60_000) as never)).toBe(true)
    expect(first(4_095, 'f'.repeat(64))).toBeLessThanOrEqual(2 ** 48)
  })
})
