/** Seats of the committee under Simplex, and what a lie costs. Bytes of its commands are pinned. */
import { describe, expect, it } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type NetworkId, type Signer, signedBytes } from '../../identity/index.ts'
import { type Command, createRegistry, RELEASE } from './index.ts'
import { raise } from './motions.fixture.ts'
import { codeOf, createWorld, expectDone, type Machine } from './registry.fixture.ts'
import pinned from './testdata/committee-commands.json' with { type: 'json' }

const base64 = (one: Uint8Array): string => Buffer.from(one).toString('base64')

/** A committee of four, and the founder, whose key stands for the genesis' voter. */
function createCommittee() {
  const world = createWorld({ seed: 12, consensus: 'simplex' })
  const owners = [1, 2, 3, 4].map(() => world.member('use'))
  const machines = owners.map((owner) => world.machine(owner)) as [
    Machine,
    Machine,
    Machine,
    Machine,
  ]
  const seat = (by: { key: Signer }, node: NodeId, to: 'voter' | 'learner' | 'none') =>
    world.do(by, { kind: 'committee.seat', body: { node, seat: to } })
  for (const { node } of machines) expectDone(seat(world.founder, node, 'voter'))
  world.elect(...machines)
  return { ...world, machines, seat, seats: () => world.registry.view.seats() }
}

/** Two votes of one key for two blocks of one view; the shape is the engine's. */
function lieOf(signer: Signer, network: NetworkId, epoch: number, view = 3): Uint8Array {
  const votes = [1, 2].map((block) => {
    const ballot = ['notarise', epoch, view, new Uint8Array(32).fill(block)]
    const signature = signer.sign(signedBytes('consensus', network, encode([1, ...ballot])))
    return [...ballot, signer.publicKey, signature]
  })
  return encode([1, ...votes])
}

const accuse = (evidence: Uint8Array): Command => ({ kind: 'committee.accuse', body: { evidence } })

describe('seats', () => {
  it('begin with the voters of the genesis, under the second version of the rules', () => {
    const { registry, network } = createWorld({ consensus: 'simplex' })
    const [voter] = network.genesis.voters
    expect(registry.view.seats()).toEqual([[voter, { seat: 'voter', trust: 100, judgedBefore: 0 }]])
    expect(registry.view.version).toBe(2)
  })

  it('are none of Raft’s, whose rules do not know them', () => {
    const { do: act, founder, registry, machine } = createWorld()
    const { node } = machine(founder)
    const body = { node, seat: 'voter' } as const
    expect(codeOf(act(founder, { kind: 'committee.seat', body }))).toBe('UNKNOWN_KIND')
    expect(registry.view.seats()).toEqual([])
  })

  it('are given by admins alone, and given up by the node or its owner', () => {
    const { machines, seat, member, registry } = createCommittee()
    const [first, second] = machines
    const stranger = member('deploy', 'use')
    expect(codeOf(seat(stranger, first.node, 'none'))).toBe('FORBIDDEN')
    expect(codeOf(seat(second, first.node, 'none'))).toBe('FORBIDDEN')
    expect(codeOf(seat(first, first.node, 'voter'))).toBe('FORBIDDEN')
    expectDone(seat(first, first.node, 'none'))
    expectDone(seat(second.owner, second.node, 'none'))
    expect(registry.view.seat(first.node).seat).toBe('none')
    expect(registry.view.seat(second.node).seat).toBe('none')
  })

  it('are lost with the node, and with its owner', () => {
    const { machines, seat, do: act, founder, registry } = createCommittee()
    const [first, second] = machines
    expectDone(act(founder, { kind: 'node.remove', body: { node: first.node } }))
    expectDone(act(founder, { kind: 'member.remove', body: { owner: second.owner.owner } }))
    for (const { node } of [first, second]) {
      expect(registry.view.seat(node).seat).toBe('none')
      expect(codeOf(seat(founder, node, 'voter'))).toBe('REMOVED')
    }
  })

  it('are never all taken', () => {
    const { machines, seat, founder, network } = createCommittee()
    for (const node of network.genesis.voters) expectDone(seat(founder, node, 'none'))
    for (const { node } of machines.slice(1)) expectDone(seat(founder, node, 'learner'))
    expect(codeOf(seat(founder, machines[0].node, 'none'))).toBe('LAST_VOTER')
    expect(codeOf(seat(founder, machines[0].node, 'learner'))).toBe('LAST_VOTER')
  })

  it('of voters are twenty-five', () => {
    const { seat, founder, member, machine, seats } = createCommittee()
    for (let left = 25 - seats().length; left > 0; left--) {
      expectDone(seat(founder, machine(member('use')).node, 'voter'))
    }
    const late = machine(member('use')).node
    expect(codeOf(seat(founder, late, 'voter'))).toBe('LIMIT_REACHED')
    expectDone(seat(founder, late, 'learner'))
  })
})

describe('an accusation', () => {
  it('takes a liar’s seat, once for each epoch, whoever hands it in', () => {
    const { machines, do: act, registry, network, seat, founder, elect } = createCommittee()
    const [liar, honest] = machines
    const proof = accuse(lieOf(liar.key, network.id, 1))
    expect(expectDone(act(honest, proof))).toEqual({ node: liar.node, trust: 40 })
    expect(registry.view.seat(liar.node)).toEqual({ seat: 'none', trust: 40, judgedBefore: 2 })
    expect(codeOf(act(honest, accuse(lieOf(liar.key, network.id, 1, 9))))).toBe('EXISTS')
    // An admin takes it in again; the next lie ends it, and an old one does not.
    expectDone(seat(founder, liar.node, 'voter'))
    expect(registry.view.seat(liar.node)).toMatchObject({ seat: 'voter', trust: 50 })
    expect(codeOf(act(honest, proof))).toBe('EXISTS')
    elect(...machines)
    expectDone(act(honest, accuse(lieOf(liar.key, network.id, 2))))
    expect(registry.view.seat(liar.node)).toMatchObject({ seat: 'none', trust: 0 })
  })

  it('proves nothing about an epoch to come, a stranger, or with a signature that does not hold', () => {
    const { machines, do: act, network, member } = createCommittee()
    const [liar, honest] = machines
    expect(codeOf(act(honest, accuse(lieOf(liar.key, network.id, 7))))).toBe('CONFLICT')
    const stranger = member('use')
    expect(codeOf(act(honest, accuse(lieOf(stranger.key, network.id, 1))))).toBe('NOT_FOUND')
    const bent = lieOf(liar.key, network.id, 1)
    bent[bent.length - 1]! ^= 1
    expect(codeOf(act(honest, accuse(bent)))).toBe('MALFORMED')
    const elsewhere = lieOf(liar.key, 'ab'.repeat(32) as NetworkId, 1)
    expect(codeOf(act(honest, accuse(elsewhere)))).toBe('MALFORMED')
    expect(codeOf(act(honest, accuse(new Uint8Array(8))))).toBe('MALFORMED')
  })

  it('costs the owner of whoever lied a tenth of its reputation, once the rules know of that', () => {
    const committee = createCommittee()
    const { machines, do: act, registry, network } = committee
    const [liar, other, honest] = machines
    const figureOf = ({ owner }: Machine) => registry.view.reputation(owner.owner)
    expectDone(act(honest, accuse(lieOf(other.key, network.id, 1))))
    expect(figureOf(other)).toBe(500_000)
    raise(committee, machines)
    const proof = accuse(lieOf(liar.key, network.id, 1))
    expectDone(act(honest, proof))
    expect([figureOf(liar), figureOf(honest)]).toEqual([450_000, 500_000])
    expect(codeOf(act(other, proof))).toBe('EXISTS')
    expect(figureOf(liar)).toBe(450_000)
  })

  it('is for members of the network to make, and leaves the last voter its seat', () => {
    const { machines, do: act, seat, founder, network, person, registry } = createCommittee()
    const [last] = machines
    for (const node of network.genesis.voters) expectDone(seat(founder, node, 'none'))
    for (const { node } of machines.slice(1)) expectDone(seat(founder, node, 'none'))
    const proof = accuse(lieOf(last.key, network.id, 1))
    expect(codeOf(act(person(), proof))).toBe('UNKNOWN_AUTHOR')
    expectDone(act(founder, proof))
    expect(registry.view.seat(last.node)).toMatchObject({ seat: 'voter', trust: 40 })
  })
})

describe('the committee in a snapshot', () => {
  it('comes back as it was', () => {
    const { registry, network, machines, do: act } = createCommittee()
    expectDone(act(machines[1], accuse(lieOf(machines[0].key, network.id, 1))))
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(copy.hash()).toBe(registry.hash())
    expect(copy.view.seats()).toEqual(registry.view.seats())
  })
})

describe('commands of the second rules', () => {
  it('keep their bytes', () => {
    const { founder, machines, network, seal } = createCommittee()
    const [liar] = machines
    const retained = { name: 'cafe', generation: 11, instead: 4 }
    const returned = {
      ...{ workload: 'cafe', generation: 3, template: 'b2', to: 1, why: 'ERRORS' },
      ...{ measured: 90, before: 4, stays: ['edge', 'replicas'] },
    }
    const made: Record<string, string> = {
      'committee.seat': base64(
        seal(founder.key, [{ kind: 'committee.seat', body: { node: liar.node, seat: 'learner' } }]),
      ),
      'committee.accuse': base64(
        seal(founder.key, [accuse(lieOf(liar.key, network.id, 1))], { first: 90 }),
      ),
      'workload.retain': base64(
        seal(founder.key, [{ kind: 'workload.retain', body: retained }], { first: 91 }),
      ),
      'canary.return': base64(
        seal(founder.key, [{ kind: 'canary.return', body: returned }], { first: 92 }),
      ),
    }
    expect(made).toEqual(pinned)
    const later = [...RELEASE.kinds].flatMap(([kind, { since }]) => (since === 2 ? [kind] : []))
    // The bytes of the other are pinned by `leaving.test.ts`.
    expect([...Object.keys(made), 'node.leave'].sort()).toEqual(later.sort())
  })
})
