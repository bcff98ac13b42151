/** Nobody of the committee is left: a node that follows goes on from its copy (docs/adr/0016). */
import { afterEach, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import type { ConsensusEngine } from '../../identity/index.ts'
import { encodeStatement, verifyMandate } from '../succession/index.ts'
import { createPeople } from './people.fixture.ts'
import { createTestNetwork, type TestNetwork, type TestNode } from './primary.fixture.ts'

let world: TestNetwork
let voters: TestNode[]
afterEach(() => world.end())
const { ask, put, get, codeOf, recover, planOf } = createPeople(() => world)

const heightOf = ({ primary }: TestNode): number => primary.status().height ?? 0
const leads = ({ primary }: TestNode): boolean => {
  const { role, inForce, era } = primary.status()
  return inForce && era > 0 && (role === 'leader' || role === 'voter')
}
const lateOf = ({ primary }: TestNode): string[] =>
  primary.recovery
    .reports()
    .flatMap(({ commands, rows }) => [
      ...commands.flatMap(({ kind, subject }) => (kind === 'kv.put' ? [subject] : [])),
      ...rows.map(({ key }) => `row ${key}`),
    ])
const levelled = (nodes: readonly TestNode[]) =>
  world.until('all are level', () => {
    const heights = new Set([...voters, ...nodes].map(heightOf))
    return heights.size === 1 && nodes.every(({ primary }) => primary.view() !== undefined)
  })

/** As many voters as the engine bears one fault with, and three that follow; two of admins. */
async function founded(consensus: ConsensusEngine, seed: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed, consensus)
  const [first] = world.nodes
  for (let at = 1; at < (consensus === 'raft' ? 3 : 4); at++) {
    const node = await world.add('deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', first!.primary.change('promote', node.id))
  }
  voters = [...world.nodes]
  await world.until('all vote', () =>
    voters.every(({ primary }) => ['leader', 'voter'].includes(primary.status().role)),
  )
  const followers = [
    await world.add('admin', 'deploy', 'use'),
    await world.add('admin', 'deploy', 'use'),
    await world.add('deploy', 'use'),
  ]
  for (const [at, node] of [...voters, ...followers].entries()) {
    await world.advance(100)
    await put(node, `n${at}/before`, '1')
  }
  await levelled(followers)
  return followers
}
/** For good, or until somebody starts them again. */
async function lost(): Promise<void> {
  for (const voter of voters) await voter.kill()
  await world.until('they are missed', () =>
    world.nodes.every((node) => !node.isUp || !node.primary.status().inForce),
  )
}

describe.each(['raft', 'simplex'] as const)('nobody is left but who follows (%s)', (consensus) => {
  it('goes on from what was followed, by an admin’s word, and work goes on', async () => {
    const [f, g, h] = (await founded(consensus, 1)) as [TestNode, TestNode, TestNode]
    expect(await codeOf(f.primary.recovery.plan())).toBe('QUORUM_STANDS')
    const height = heightOf(f)
    await lost()
    expect(await codeOf(ask(f, 'n3/x', '2'))).toBe('NO_QUORUM')
    const plan = await planOf(f)
    expect(plan).toMatchObject({ era: 0, follows: true, last: height, committed: height })
    expect(plan).toMatchObject({ later: [], unproven: [], mayLose: true })
    expect(plan.missing.toSorted()).toEqual(voters.map(({ id }) => id).toSorted())
    expect(await codeOf(h.primary.recovery.recover())).toBe('FORBIDDEN')
    expect(await recover(f)).toEqual({ era: 1 })
    await world.until('it leads', () => leads(f))
    await put(f, 'n3/x', '2')
    for (const node of [f, g, h]) expect(await get(node, 'n0/before')).toBe('1')
    await put(g, 'n4/x', '3')
    expect(await get(h, 'n4/x')).toBe('3')
    expect([f, g, h].flatMap(lateOf)).toEqual([])
    await f.kill()
    await f.start()
    await world.until('it leads again', () => leads(f))
    expect(await get(f, 'n3/x')).toBe('2')
    expect((await f.disk.list('registry')).filter((name) => /copy|basis/.test(name))).toEqual([])
  })

  it('is learned from by the committee when it returns, which reports what was late', async () => {
    const [f, g] = (await founded(consensus, 2)) as [TestNode, TestNode]
    world.split(voters)
    for (const [at, voter] of voters.entries()) await put(voter, `n${at}/late`, 'x')
    await world.until('they are missed', () => !f.primary.status().inForce)
    await recover(f)
    await world.until('it leads', () => leads(f))
    await put(g, 'n4/after', 'kept')
    world.split(undefined)
    await world.until('all are of the new era', () =>
      world.nodes.every(({ primary }) => primary.status().era === 1),
    )
    await world.until('they learn', () =>
      voters.every(({ primary }) => primary.status().role !== 'none'),
    )
    for (const [, voter] of voters.entries()) {
      expect(lateOf(voter)).toEqual(voters.map((_, at) => `n${at}/late`))
      expect(voter.primary.recovery.reports().some(({ altered }) => altered)).toBe(false)
      expect(await get(voter, 'n4/after')).toBe('kept')
      expect(await get(voter, 'n0/late')).toBeUndefined()
    }
    expect(world.nodes.filter(({ primary }) => primary.status().role === 'leader').length).toBe(1)
    if (consensus === 'raft') await world.run('a vote', f.primary.change('promote', voters[1]!.id))
    await put(voters[1]!, 'n1/again', '1')
    expect(await get(voters[0]!, 'n1/again')).toBe('1')
  })

  it('tells of another that holds more, and what that one held is reported where it is passed over', async () => {
    const [f, g, h] = (await founded(consensus, 3)) as [TestNode, TestNode, TestNode]
    const rest = world.nodes.filter((node) => node !== f)
    world.split(rest)
    await put(g, 'n4/late', 'x')
    await world.until('it has come', () => heightOf(g) > heightOf(f) && heightOf(h) > heightOf(f))
    for (const voter of voters) await voter.kill()
    world.split(undefined)
    await world.until('they are missed', () => !g.primary.status().inForce)
    const plan = await planOf(f)
    const more = consensus === 'raft' ? plan.later : plan.unproven
    expect(more.toSorted()).toEqual([g.id, h.id].toSorted())
    if (consensus === 'raft') expect(await codeOf(f.primary.recovery.recover())).toBe('LATER_COPY')
    // One hears of it at once, the other, which has the state alone by then, at its next start.
    await h.restart()
    await h.kill()
    await recover(f, { anyway: true })
    await world.until('it is told', () => lateOf(g).length > 0)
    expect(lateOf(g)).toEqual(['n4/late'])
    await h.start()
    await world.until('it is told there', () => lateOf(h).length > 0)
    expect(lateOf(h)).toEqual(['row n4/late'])
    for (const node of [g, h]) {
      await world.until('it follows', () => node.primary.view() !== undefined)
      expect(await get(node, 'n4/late')).toBeUndefined()
    }
  })

  it('says of a copy that cannot be read that what it held is not known, and keeps it', async () => {
    const [f, , h] = (await founded(consensus, 5)) as [TestNode, TestNode, TestNode]
    for (const voter of voters) await voter.kill()
    await world.until('they are missed', () => !f.primary.status().inForce)
    await h.restart()
    await h.kill()
    h.disk.flipBit('registry/copy.snapshot', 1_000)
    await recover(f, { anyway: true })
    await h.start()
    await world.until('it is told', () => h.primary.recovery.reports().length > 0)
    expect(h.primary.recovery.reports()).toMatchObject([{ unreadable: true, commands: [] }])
    expect(await h.disk.list('registry')).toContain('unreadable.snapshot')
    await world.until('it follows', () => h.primary.view() !== undefined)
    await world.run('it is discarded', h.primary.recovery.discard(0))
    await h.restart()
    expect(h.primary.recovery.reports()).toEqual([])
  })

  it('is carried out once there is room for it', async () => {
    const [f] = (await founded(consensus, 6)) as [TestNode]
    await lost()
    const { disk, primary } = f
    const forget = primary.subscribe(() => {
      if (primary.status().era === 1) disk.setCapacity(0)
    })
    expect(await codeOf(f.primary.recovery.recover())).toBe('REPLICA_FAILED')
    expect(primary.status()).toMatchObject({ era: 1, trouble: { code: 'REPLICA_FAILED' } })
    forget()
    disk.setCapacity(undefined)
    await world.until('it leads', () => leads(f))
    expect(primary.status().trouble).toBeUndefined()
    expect(await get(f, 'n0/before')).toBe('1')
  })

  it('is seen to go on from another past by whoever knows better', async () => {
    const [f] = (await founded(consensus, 4)) as [TestNode]
    let sealed = new Uint8Array()
    world.claim = (mandate) => {
      sealed = Uint8Array.from(mandate)
      return 'none'
    }
    world.split(voters)
    await put(voters[0]!, 'n0/late', 'x')
    await world.until('they are missed', () => !f.primary.status().inForce)
    await recover(f)
    const { statement } = verifyMandate(world.network, sealed)
    const ended = statement.ended!
    const certified = { certificate: null, state: new Uint8Array(32) }
    const forged = encodeStatement({ ...statement, ended: { ...ended, certified } })
    await world.run('it is learned', voters[0]!.primary.recovery.learn(world.mandate(forged)))
    await world.until('its copy is put away', () => voters[0]!.primary.status().role === 'none')
    await world.until('it is told', () => lateOf(voters[0]!).length > 0)
    expect(voters[0]!.primary.recovery.reports().some(({ altered }) => altered)).toBe(true)
  })

  it.each([31, 32, 33, 34, 35, 36])(
    'goes on once, wherever power fails meanwhile (seed %i)',
    async (seed) => {
      const [f, g] = (await founded(consensus, seed)) as [TestNode, TestNode]
      const random = createSeededRandom(seed)
      await lost()
      let isDecided = false
      world.claim = () => {
        isDecided = true
        return 'won'
      }
      const recovering = f.primary.recovery.recover().catch(() => undefined)
      for (let turn = random.int(12) * random.int(12); turn > 0; turn--) await Promise.resolve()
      await world.advance(5 * random.int(6))
      await f.kill()
      await f.start()
      await world.run('it has ended', Promise.race([recovering, world.advance(1_000)]))
      // What a copy had not written down yet is gone with the power.
      const heir = heightOf(f) < heightOf(g) && f.primary.status().era === 0 ? g : f
      if (f.primary.status().era === 0) await recover(heir)
      await world.until('it leads', () => leads(heir))
      expect(isDecided).toBe(true)
      await put(f, 'n3/x', '2')
      for (const voter of voters) await voter.start()
      await world.until('they learn', () =>
        voters.every(({ primary }) => !['none', 'leader'].includes(primary.status().role)),
      )
      for (const node of [f, g, ...voters]) expect(await get(node, 'n3/x')).toBe('2')
      expect(await get(f, 'n0/before')).toBe('1')
      // What it goes on from was committed, and is what they had.
      expect(voters.flatMap(lateOf)).toEqual([])
    },
  )
})
