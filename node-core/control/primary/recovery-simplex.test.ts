/** A committee of Simplex that lost its quorum, overruled from a copy that is left (docs/adr/0016). */
import { afterEach, describe, expect, it } from 'vitest'
import type { RegistryView } from '../registry/index.ts'
import { type CertifiedEnd, encodeStatement, verifyMandate } from '../succession/index.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())
const { ask, put, get, codeOf, recover, planOf } = createPeople(() => world)

const viewOf = ({ primary }: TestNode) => primary.view() as RegistryView
const votesIn = (era: number, { primary }: TestNode): boolean => {
  const { role, inForce, era: own } = primary.status()
  return inForce && own === era && (role === 'leader' || role === 'voter')
}
/** Keys of late writes that a node reports. */
const lateOf = ({ primary }: TestNode): string[] =>
  primary.recovery
    .reports()
    .flatMap(({ commands }) =>
      commands.flatMap(({ kind, subject }) => (kind === 'kv.put' ? [subject] : [])),
    )

function forged({ certificate, state }: CertifiedEnd): CertifiedEnd {
  const votes = Uint8Array.from(certificate!)
  votes[votes.length - 1]! ^= 1
  return { certificate: votes, state }
}

type Four = [TestNode, TestNode, TestNode, TestNode]
/** Voters of four owners; the first `admins` of them may overrule. */
async function committee(seed: number, admins = 1): Promise<Four> {
  world = await createTestNetwork(seed, 'simplex')
  const [first] = world.nodes
  for (let at = 1; at < 4; at++) {
    const node = await world.add(...(at < admins ? (['admin'] as const) : []), 'deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', first!.primary.change('promote', node.id))
  }
  await world.until('all vote', () => world.nodes.every((node) => votesIn(0, node)))
  for (const [at, node] of world.nodes.entries()) await put(node, `n${at}/before`, '1')
  return world.nodes as Four
}
const cutOff = async (side: readonly TestNode[]): Promise<void> => {
  world.split(side)
  await world.until('the side has no quorum', () =>
    side.every(({ primary }) => !primary.status().inForce),
  )
}

describe('a committee of Simplex that lost its quorum', () => {
  it('goes on by an admin’s word, and takes its members back by their seats', async () => {
    const [a, b, c, d] = await committee(1)
    await cutOff([a, b])
    expect(await codeOf(ask(a, 'n0/x', '2'))).toBe('NO_QUORUM')
    const plan = await planOf(a)
    expect(plan).toMatchObject({ era: 0, later: [], unproven: [], mayLose: false })
    // With b they are a quorum, and b may keep to itself what they decided.
    expect(plan.mayBeHidden).toBe(true)
    expect(plan.missing.toSorted()).toEqual([c.id, d.id].toSorted())
    expect(await codeOf(b.primary.recovery.recover())).toBe('FORBIDDEN')
    expect(await recover(a)).toEqual({ era: 1 })
    await put(a, 'n0/x', '2')
    expect(await get(a, 'n3/before')).toBe('1')
    await world.until('b votes again', () => votesIn(1, b))
    await put(b, 'n1/x', '3')
    world.split(undefined)
    await world.until('all vote again', () => [a, b, c, d].every((node) => votesIn(1, node)))
    await put(c, 'n2/x', '4')
    for (const node of [a, b, d]) expect(await get(node, 'n2/x')).toBe('4')
    expect([b, c, d].flatMap(lateOf)).toEqual([])
    // Nobody is taken for a liar for what it said in the era before.
    for (const { id } of [a, b, c, d]) {
      expect(viewOf(a).seat(id)).toMatchObject({ seat: 'voter', trust: 100 })
    }
    await a.kill()
    await put(b, 'n1/x', '5')
    await a.start()
    expect(await get(a, 'n1/x')).toBe('5')
  })

  it('reports what the others wrote without the one that went on', async () => {
    const [a, b, c, d] = await committee(2)
    await cutOff([a])
    for (const [at, node] of [b, c, d].entries()) await put(node, `n${at + 1}/late`, 'x')
    expect(await planOf(a)).toMatchObject({ mayLose: true })
    await recover(a)
    await put(a, 'n0/after', '1')
    world.split(undefined)
    await world.until('all vote again', () => [a, b, c, d].every((node) => votesIn(1, node)))
    for (const node of [b, c, d]) {
      expect(lateOf(node)).toEqual(['n1/late', 'n2/late', 'n3/late'])
      expect(await get(node, 'n0/after')).toBe('1')
    }
    const reports = b.primary.recovery.reports()
    expect(reports.flatMap(({ commands }) => commands).every(({ committed }) => committed)).toBe(
      true,
    )
    expect(await codeOf(a.primary.recovery.recover())).toBe('QUORUM_STANDS')
  })

  it('goes on with what any other one in reach has', async () => {
    const [a, b, c] = await committee(3)
    world.split([a])
    await put(b, 'n1/x', '2')
    world.split([a, b])
    await world.until('no quorum', () => [a, b].every(({ primary }) => !primary.status().inForce))
    // A block that is certified is taken from whoever has it, quorum or not.
    expect((await planOf(a)).later).toEqual([])
    await recover(a)
    expect(await get(a, 'n1/x')).toBe('2')
    await world.until('b votes again', () => votesIn(1, b))
    world.split(undefined)
    await world.until('c votes again', () => votesIn(1, c))
  })

  it('ends one of two sides that went on, by the same rule everywhere', async () => {
    const [a, b, c, d] = await committee(4, 4)
    await cutOff([a, b])
    await world.until('no quorum', () => [c, d].every(({ primary }) => !primary.status().inForce))
    await recover(a)
    await recover(c)
    await put(a, 'n0/side', 'a')
    await put(c, 'n2/side', 'c')
    world.split(undefined)
    await world.until('all vote again', () => [a, b, c, d].every((node) => votesIn(1, node)))
    const [kept, lost] = (await get(a, 'n0/side')) === 'a' ? [a, c] : [c, a]
    expect(lateOf(kept)).toEqual([])
    expect(lateOf(lost)).toEqual([lost === a ? 'n0/side' : 'n2/side'])
    for (const { id } of [a, b, c, d]) expect(viewOf(kept).seat(id).trust).toBe(100)
  })

  it.each([
    ['as it was', (end: CertifiedEnd) => end, false],
    ['with another state', (end: CertifiedEnd) => ({ ...end, state: new Uint8Array(32) }), true],
    ['with votes that are none', forged, true],
  ] as const)('is seen by the other copies to go on %s', async (_, change, isAltered) => {
    const [a, b, c, d] = await committee(6)
    let sealed = new Uint8Array()
    world.claim = (mandate) => {
      sealed = Uint8Array.from(mandate)
      return 'none'
    }
    await cutOff([a])
    await recover(a)
    const { statement } = verifyMandate(world.network, sealed)
    const ended = statement.ended!
    const changed = { ...ended, certified: change(ended.certified!) }
    const mandate = world.mandate(encodeStatement({ ...statement, ended: changed }))
    await world.run('it is learned', b.primary.recovery.learn(mandate))
    await world.until('their copies are put away', () =>
      [b, c, d].every(({ primary }) => primary.status().role === 'none'),
    )
    await world.advance(500)
    for (const { primary, disk } of [b, c, d]) {
      expect(primary.recovery.reports().some(({ altered }) => altered)).toBe(isAltered)
      expect((await disk.list('registry/log')).length > 0).toBe(isAltered)
    }
  })

  it('is recovered twice', async () => {
    const [a, b, c, d] = await committee(5)
    await cutOff([a, b])
    await recover(a)
    world.split(undefined)
    await world.until('all vote again', () => [a, b, c, d].every((node) => votesIn(1, node)))
    await put(d, 'n3/again', '1')
    await cutOff([a, d])
    await recover(a)
    await put(a, 'n0/third', '1')
    world.split(undefined)
    await world.until('all vote again', () => [a, b, c, d].every((node) => votesIn(2, node)))
    expect(await get(c, 'n3/again')).toBe('1')
    expect(await get(b, 'n0/third')).toBe('1')
  })
})
