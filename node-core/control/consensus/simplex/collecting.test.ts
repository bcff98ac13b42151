/** Who is told a vote to finalise, and who tells what comes of it. */
import { describe, expect, it } from 'vitest'
import type { Item } from './block.ts'
import { createCluster, EVEN, NETWORK } from './cluster.fixture.ts'
import { parseMessage } from './messages.ts'
import { signVote } from './vote.ts'
import {
  ballot,
  certificateOf,
  createVoter,
  draft,
  drain,
  hear,
  ids,
  leaderAt,
  proposalOf,
  saidIn,
  signers,
} from './voter.fixture.ts'

const itemOf = (name: string): Item => ({ nonce: name.repeat(32), payload: Buffer.from(name) })
const SEVERAL = [itemOf('1'), itemOf('2')]
const COLLECTOR = leaderAt(2)
const others = (own: number) => ids.filter((_, at) => at !== own).sort()

/** Has voted for the first view's block, and knows it notarised. */
function vote(own: number, items: readonly Item[], away?: number) {
  const { engine, from } = createVoter(own)
  const block = draft(1, { items })
  if (own === leaderAt(1)) throw new Error('It would propose a block of its own.')
  if (away !== undefined) engine.reportUnreachable(ids[away]!)
  hear(engine, from, proposalOf(block))
  hear(engine, from, certificateOf(ballot('notarise', 1, block.digest)))
  const told = saidIn(drain(engine)).flatMap(({ kind, to }) => (kind === 'finalise' ? [to] : []))
  return { engine, from, block, told }
}

const VOTER = [0, 1, 2, 3].find((at) => at !== leaderAt(1) && at !== COLLECTOR)!

describe('a vote to finalise', () => {
  it('of a block in which several wait is told to the next leader alone', () => {
    expect(vote(VOTER, SEVERAL).told).toEqual([ids[COLLECTOR]])
  })

  it('of a block of one, or of none, is told to all', () => {
    for (const items of [[], [itemOf('1')]])
      expect(vote(VOTER, items).told.sort()).toEqual(others(VOTER))
  })

  it('is told to all where the next leader is away', () => {
    expect(vote(VOTER, SEVERAL, COLLECTOR).told.sort()).toEqual(others(VOTER))
  })

  it('is told to all after a while, if nothing came of it', () => {
    const { engine } = vote(VOTER, SEVERAL)
    const told = Array.from({ length: 30 }, () => {
      engine.tick()
      return saidIn(drain(engine)).flatMap(({ kind, to }) => (kind === 'finalise' ? [to] : []))
    }).flat()
    expect(told.slice(0, 3).sort()).toEqual(others(VOTER))
  })
})

describe('the certificate of such votes', () => {
  function collect(own: number, items: readonly Item[]) {
    const { engine, from, block } = vote(own, items)
    const voters = [0, 1, 2, 3].filter((at) => at !== own)
    for (const at of voters.slice(0, 2)) {
      const of = ballot('finalise', 1, block.digest)
      hear(engine, from, { kind: 'vote', vote: signVote(NETWORK, signers[at]!, of) })
    }
    return saidIn(drain(engine)).filter(({ kind }) => kind === 'certificates')
  }

  it.runIf(COLLECTOR !== leaderAt(1))(
    'is told to all by the next leader, and by nobody else',
    () => {
      const told = collect(COLLECTOR, SEVERAL)
      expect(told.map(({ to }) => to).sort()).toEqual(others(COLLECTOR))
      expect(collect(VOTER, SEVERAL)).toEqual([])
      expect(collect(COLLECTOR, [itemOf('1')])).toEqual([])
    },
  )
})

describe('a collector that says nothing', () => {
  it.each([1, 2, 3, 4, 5])('holds nobody up for long: seed %i', (seed) => {
    const cluster = createCluster({ seed, standings: [EVEN, EVEN, EVEN, EVEN] })
    const liar = cluster.node(0)
    liar.honest = false
    // It takes part in everything else.
    const isSilent = (kind: string) => kind === 'certificates' || kind === 'propose'
    const kindOf = (bytes: Uint8Array) => parseMessage(bytes)?.kind ?? ''
    cluster.tamper = (from, _to, bytes) => (from === liar && isSilent(kindOf(bytes)) ? [] : [bytes])
    const rest = cluster.nodes.slice(1)
    for (let at = 0; at < 20; at++) {
      for (const node of rest) cluster.propose(node, `${node.name} ${at}`)
      const all = () => rest.every(({ log }) => log.length >= 3 * (at + 1))
      expect(cluster.until(all, 60), `round ${at}`).toBe(true)
    }
  })
})
