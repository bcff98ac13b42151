/** Newcomers, and nodes that were away for too long. */
import { describe, expect, it } from 'vitest'
import type { LogIndex, ProposalId } from '../index.ts'
import { type Cluster, createCluster, EVEN, type SimNode } from './cluster.fixture.ts'
import { encodeMessage, parseMessage } from './messages.ts'

const even = (count: number) => Array.from({ length: count }, () => EVEN)

/** Everybody in the committee who is up has so many entries. */
function allReach(cluster: Cluster, nodes: readonly SimNode[], length: number): void {
  const done = () => nodes.every((node) => !node.engine || node.log.length === length)
  expect(cluster.until(done, 300), `${length} entries`).toBe(true)
}

function change(cluster: Cluster, through: SimNode, voters: SimNode[], learners: SimNode[]): void {
  const members = { voters: voters.map(({ id }) => id).sort(), learners: learners.map((n) => n.id) }
  through.engine!.changeMembers(`change ${cluster.tick}` as ProposalId, members)
  const wanted = JSON.stringify(members)
  const done = () =>
    [...voters, ...learners].every(
      (node) => JSON.stringify(node.engine!.status().members) === wanted,
    )
  expect(cluster.until(done, 300)).toBe(true)
}

describe('a newcomer', () => {
  it('follows many committees to the present one, and believes its snapshot', () => {
    const cluster = createCluster({ seed: 21, standings: even(4), outsiders: 4 })
    const at = (index: number) => cluster.node(index)
    for (const index of [6, 7]) at(index).engine = undefined
    const committees = [
      [0, 1, 2, 4],
      [0, 1, 4, 5],
      [0, 1, 3, 5],
    ]
    for (const [epoch, voters] of committees.entries()) {
      cluster.propose(at(0), `in epoch ${epoch}`)
      change(cluster, at(0), voters.map(at), [])
    }
    allReach(cluster, [0, 1, 3, 5].map(at), 6)
    for (const index of [0, 1, 3, 5]) cluster.compact(at(index))
    cluster.restart(at(6))
    allReach(cluster, [at(6)], 6)
    expect(at(6).engine!.status().members).toEqual(at(0).engine!.status().members)
    // It can lead others on, and the committee takes it in as a learner.
    change(cluster, at(0), [0, 1, 3, 5].map(at), [at(6)])
    cluster.propose(at(6), 'from a learner')
    allReach(cluster, [0, 1, 3, 5, 6].map(at), 8)
    cluster.compact(at(6))
    cluster.crash(at(6))
    cluster.restart(at(6))
    expect(at(6).log).toEqual(cluster.canon)
  })

  it('fetches a large snapshot in pieces, from another when one falls silent', () => {
    const cluster = createCluster({ seed: 22, standings: even(4), outsiders: 1, dropRate: 0.1 })
    const voters = cluster.nodes.slice(0, 4)
    for (let at = 0; at < 5; at++) cluster.propose(cluster.node(0), `${at}`.repeat(400_000))
    allReach(cluster, voters, 5)
    for (const node of voters) cluster.compact(node)
    const newcomer = cluster.node(4)
    let pieces = 0
    cluster.tamper = (from, to, bytes) => {
      // The first holder that gives anything gives two pieces and no more.
      if (to !== newcomer || bytes.byteLength < 400_000) return [bytes]
      pieces++
      return pieces > 2 && from === cluster.node(1) ? [] : [bytes]
    }
    const done = () => newcomer.log.length === 5
    expect(cluster.until(done, 600)).toBe(true)
    expect(pieces).toBeGreaterThan(3)
  })
})

it('is not held by a holder that gives a byte at a time', () => {
  const cluster = createCluster({ seed: 23, standings: even(4), outsiders: 1 })
  const voters = cluster.nodes.slice(0, 4)
  for (let at = 0; at < 3; at++) cluster.propose(cluster.node(0), `${at}`.repeat(2_000))
  allReach(cluster, voters, 3)
  for (const node of voters) cluster.compact(node)
  const newcomer = cluster.node(4)
  let liar: SimNode | undefined
  let lies = 0
  cluster.tamper = (from, to, bytes) => {
    const message = to === newcomer ? parseMessage(bytes) : undefined
    if (message?.kind !== 'chunk') return [bytes]
    liar ??= from
    if (from !== liar) return [bytes]
    liar.honest = false
    lies++
    return [encodeMessage({ ...message, bytes: message.bytes.subarray(0, 1) })]
  }
  expect(cluster.until(() => newcomer.log.length === 3, 200)).toBe(true)
  expect(lies).toBeGreaterThan(0)
})

describe('snapshots', () => {
  it('bring up a newcomer when more than f vouch for the same one', () => {
    const cluster = createCluster({ seed: 11, standings: even(4), outsiders: 1 })
    for (let at = 0; at < 10; at++) cluster.propose(cluster.node(at % 4), `${at}`)
    const newcomer = cluster.node(4)
    newcomer.engine = undefined
    expect(
      cluster.until(() => cluster.nodes.slice(0, 4).every((n) => n.log.length === 10), 200),
    ).toBe(true)
    cluster.run(30)
    for (const node of cluster.nodes.slice(0, 2)) cluster.compact(node)
    const held = cluster.nodes.slice(0, 4).map((node) => node.disk.length)
    expect(held[0]).toBeLessThan(held[3]!)
    cluster.restart(newcomer)
    expect(cluster.until(() => newcomer.log.length === 10, 200)).toBe(true)
    expect(newcomer.engine!.status().committed).toBe(10)
  })

  it('are not believed on the word of one', () => {
    const cluster = createCluster({ seed: 12, standings: even(4), outsiders: 1 })
    for (let at = 0; at < 4; at++) cluster.propose(cluster.node(at), `${at}`)
    expect(
      cluster.until(() => cluster.nodes.slice(0, 4).every((n) => n.log.length === 4), 200),
    ).toBe(true)
    const liar = cluster.node(0)
    liar.honest = false
    liar.log = ['forged', 'forged', 'forged', 'forged']
    cluster.compact(liar)
    const newcomer = cluster.node(4)
    cluster.until(() => newcomer.log.length > 0, 200)
    expect(newcomer.log).not.toContain('forged')
    expect(newcomer.log).toEqual(cluster.canon)
  })

  it('may be taken in the middle of a block: the rest is delivered after a restart', () => {
    const cluster = createCluster({ seed: 13, standings: even(4) })
    const node = cluster.node(0)
    const propose = node.engine!.propose
    for (let at = 0; at < 5; at++) propose(`${at}` as ProposalId, Buffer.from(`${at}`))
    cluster.pump(node)
    expect(cluster.until(() => cluster.nodes.every((each) => each.log.length === 5), 100)).toBe(
      true,
    )
    const state = Buffer.from(JSON.stringify(node.log.slice(0, 3)))
    node.disk = [...node.engine!.compact(3 as LogIndex, state)!]
    node.unsynced = []
    cluster.crash(node)
    cluster.restart(node)
    expect(node.log).toEqual(cluster.canon)
    cluster.propose(node, 'after')
    expect(cluster.until(() => cluster.nodes.every((each) => each.log.length === 6), 100)).toBe(
      true,
    )
  })
})
