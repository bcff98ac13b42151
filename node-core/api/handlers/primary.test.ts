import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../base/metrics/index.ts'
import type { Role } from '../../identity/index.ts'
import { ADA, BEN, memberOf } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'
import { primaryCollector } from './primary-metrics.ts'

const CLEO = { ...BEN, node: 'c'.repeat(64) as typeof BEN.node, name: 'cleo' }
const statusWith = async (liveness: 'alive' | 'dead') => {
  const members = [memberOf(ADA), memberOf(BEN), { ...memberOf(CLEO), liveness }]
  const { router } = createMemoryNode({ members, committee: [ADA.node, BEN.node, CLEO.node] })
  return (await createRouterClient(router, { context: {} }).node.status({})).primary
}

describe('what the committee bears', () => {
  it('is told of those who are there: one of three may fail', async () => {
    const primary = await statusWith('alive')
    expect(primary).toMatchObject({ mayFail: 1 })
    expect(primary).not.toHaveProperty('silent')
  })

  it('counts a voter whose copy does not answer, though the node does', async () => {
    const members = [memberOf(ADA), memberOf(BEN), memberOf(CLEO)]
    const node = createMemoryNode({ members, committee: [ADA.node, BEN.node, CLEO.node] })
    const parts = node.deps.network()
    if (!parts) throw new Error('It is in a network.')
    parts.primary.lag = async () => [
      { node: BEN.node, entries: 4, active: true },
      { node: CLEO.node, entries: 9, active: false },
    ]
    const call = createRouterClient(node.router, { context: {} })
    expect((await call.node.status({})).primary).toMatchObject({ mayFail: 0, silent: 1 })
    const { nodes } = await call.nodes.list({})
    const told = Object.fromEntries(nodes.map(({ name, committee: part }) => [name, part]))
    expect(told).toEqual({
      ada: { role: 'leader' },
      ben: { role: 'voter', lag: 4 },
      cleo: { role: 'voter', silent: true },
    })
  })

  it('is nothing more once one of three is gone', async () => {
    expect(await statusWith('dead')).toMatchObject({ mayFail: 0, silent: 1 })
  })
})

describe('a clock that is off', () => {
  const told = async (clocks: Parameters<typeof createMemoryNode>[0]) => {
    const node = createMemoryNode({ members: [memberOf(ADA), memberOf(BEN)], ...clocks })
    const { nodes } = await createRouterClient(node.router, { context: {} }).nodes.list({})
    return Object.fromEntries(nodes.map(({ name, clock }) => [name, clock]))
  }

  it('is told of whose it is, and where nobody knows of who shows another time than this one', async () => {
    const ben = new Map([[BEN.node, -3_599_600]])
    expect(await told({ clocks: { off: ben, apart: new Map() } })).toEqual({
      ada: undefined,
      ben: { aheadSeconds: -3_600, of: 'most' },
    })
    expect((await told({ clocks: { off: new Map(), apart: ben } })).ben?.of).toBe('here')
  })
})

describe('a demotion', () => {
  it('names those that had to go along, and nobody where none had', async () => {
    const members = [memberOf(ADA), memberOf(BEN), memberOf(CLEO)]
    const node = createMemoryNode({ members, committee: [ADA.node, BEN.node, CLEO.node] })
    const parts = node.deps.network()
    if (!parts) throw new Error('It is in a network.')
    const { change } = parts.primary
    parts.primary.change = async (what, id) => {
      await change(what, id)
      await change(what, CLEO.node)
    }
    const call = createRouterClient(node.router, { context: {} })
    const told = await call.primary.demote({ id: 'ben' })
    expect(told).toMatchObject({ voters: [ADA.node], alsoOut: ['cleo'] })
    parts.primary.change = change
    await call.primary.promote({ id: 'ben' })
    expect(await call.primary.demote({ id: 'ben' })).not.toHaveProperty('alsoOut')
  })
})

describe('who leads', () => {
  it('is nobody while writes wait, though it is this node’s turn', async () => {
    const node = createMemoryNode({ members: [memberOf(ADA)], committee: [ADA.node] })
    const parts = node.deps.network()
    if (!parts) throw new Error('It is in a network.')
    const call = createRouterClient(node.router, { context: {} })
    const status = { ...parts.primary.status(), role: 'leader' as const }
    const told = async (inForce: boolean) => {
      parts.primary.status = () => ({ ...status, inForce })
      return (await call.node.status({})).primary
    }
    expect(await told(true)).toMatchObject({ role: 'leader', leader: ADA.node })
    const waiting = await told(false)
    expect(waiting).toMatchObject({ role: 'voter' })
    expect(waiting).not.toHaveProperty('leader')
  })
})

describe('which turn of Simplex it is', () => {
  it('is told where this node is of the committee, and of nothing else', async () => {
    const node = createMemoryNode({ members: [memberOf(ADA)], committee: [ADA.node] })
    const parts = node.deps.network()
    if (!parts) throw new Error('It is in a network.')
    const call = createRouterClient(node.router, { context: {} })
    expect((await call.node.status({})).primary).not.toHaveProperty('view')
    const status = parts.primary.status()
    parts.primary.status = () => ({ ...status, view: 1_204 })
    expect((await call.node.status({})).primary).toMatchObject({ term: 1, view: 1_204 })
    const metrics = createMetrics()
    primaryCollector(metrics)(parts)
    expect(metrics.expose()).toContain('mycelium_primary_view 1204\n')
  })
})

describe('what a node is to the backbone', () => {
  /** Ada is Sclerotia in the registry, by her own word as admin or by an admin's; the others vote or not. */
  const told = async (
    roles: Partial<Record<string, Role>>,
    chosen: 'always' | 'never' = 'always',
  ) => {
    const members = [ADA, BEN, CLEO].map((who) => {
      const member = memberOf(who)
      const role = roles[who.name] ?? 'rhizomorph'
      return { ...member, profile: { ...member.profile, role } }
    })
    const node = createMemoryNode({ members, committee: [ADA.node, BEN.node] })
    const parts = node.deps.network()
    const view = parts?.primary.view()
    if (!parts || !view) throw new Error('It is in a network with a registry.')
    const setting = { value: chosen, by: ADA.owner, atMs: 0 }
    const row = { role: 'sclerotia' } as NonNullable<ReturnType<typeof view.node>>
    parts.primary.view = () => ({
      ...view,
      node: (id) => (id === ADA.node ? row : undefined),
      setting: (name) => (name === `committee/${CLEO.node}` ? setting : view.setting(name)),
    })
    const { nodes } = await createRouterClient(node.router, { context: {} }).nodes.list({})
    return Object.fromEntries(nodes.map(({ name, backbone }) => [name, backbone]))
  }

  it('is dedicated by an admin’s word, dynamic while the network lets it vote, and else nothing', async () => {
    const all = { ada: 'dedicated', ben: 'dynamic', cleo: 'dedicated' }
    expect(await told({ ada: 'sclerotia' })).toEqual(all)
    expect(await told({ ada: 'sclerotia' }, 'never')).toEqual({ ...all, cleo: undefined })
  })

  it('is not dedicated by its own word, nor where its owner gives it for nothing', async () => {
    expect(await told({ ada: 'hypha', ben: 'sclerotia', cleo: 'hypha' })).toEqual({
      ada: 'dynamic',
      ben: 'dynamic',
      cleo: undefined,
    })
  })

  it('is told in the status of the node itself', async () => {
    const of = async (committee: (typeof ADA.node)[]) => {
      const { router } = createMemoryNode({ members: [memberOf(ADA)], committee })
      return (await createRouterClient(router, { context: {} }).node.status({})).backbone
    }
    expect([await of([ADA.node]), await of([BEN.node])]).toEqual(['dynamic', undefined])
  })
})

describe('the part that this node plays', () => {
  it('is told as the registry holds it, and what was chosen beside it where that is another', async () => {
    const told = async (held: Role, chosen: Role) => {
      const node = createMemoryNode({ members: [memberOf(ADA)], committee: [BEN.node] })
      const parts = node.deps.network()
      const view = parts?.primary.view()
      if (!parts || !view) throw new Error('It is in a network with a registry.')
      const row = { role: held } as NonNullable<ReturnType<typeof view.node>>
      parts.primary.view = () => ({ ...view, node: () => row })
      node.deps.node.role = () => chosen
      const { role, roleAsked } = await createRouterClient(node.router, {
        context: {},
      }).node.status({})
      return [role, roleAsked]
    }
    expect(await told('rhizomorph', 'sclerotia')).toEqual(['rhizomorph', 'sclerotia'])
    expect(await told('sclerotia', 'sclerotia')).toEqual(['sclerotia', undefined])
  })
})

describe('whom this node follows', () => {
  it('is told by id and by name, and by id alone where nobody has heard of it', async () => {
    const told = async (parent: typeof BEN.node) => {
      const members = [memberOf(ADA), memberOf(BEN)]
      const node = createMemoryNode({ members, committee: [BEN.node] })
      const parts = node.deps.network()
      if (!parts) throw new Error('It is in a network.')
      const status = parts.primary.status()
      parts.primary.status = () => ({ ...status, following: { ...status.following, parent } })
      return (await createRouterClient(node.router, { context: {} }).node.status({})).primary
    }
    expect(await told(BEN.node)).toMatchObject({ follows: BEN.node, followsName: 'ben' })
    const stranger = await told(CLEO.node)
    expect(stranger).toMatchObject({ follows: CLEO.node })
    expect(stranger).not.toHaveProperty('followsName')
  })
})

describe('a promotion', () => {
  it('is refused of a node that has said goodbye: it may be no member any more', async () => {
    const members = [memberOf(ADA), memberOf(BEN, { liveness: 'left' })]
    const { router } = createMemoryNode({ members, committee: [ADA.node] })
    const { primary } = createRouterClient(router, { context: {} })
    await expect(primary.promote({ id: 'ben' })).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { reason: 'NODE_GONE' },
      message: expect.stringContaining('no member any more'),
    })
  })
})

describe('what would make the network safer', () => {
  const adviceOf = async (chosen: readonly string[]) => {
    const four = [ADA, BEN, CLEO, { ...BEN, node: 'd'.repeat(64) as typeof BEN.node, name: 'dan' }]
    const committee = four.map(({ node }) => node)
    const node = createMemoryNode({ members: four.map((one) => memberOf(one)), committee })
    const parts = node.deps.network()
    for (const { node: id } of four.filter((one) => chosen.includes(one.name))) {
      const body = { name: `committee/${id}`, value: 'always' }
      await parts?.primary.execute({ kind: 'setting.put', body })
    }
    return (await createRouterClient(node.router, { context: {} }).node.status({})).primary?.advice
  }

  it('is said of an even number of votes that a person chose', async () => {
    expect(await adviceOf(['ada', 'ben', 'cleo', 'dan'])).toBe('even')
  })

  it('is not said of one that the network mends by itself', async () => {
    expect(await adviceOf(['ada', 'ben', 'cleo'])).toBeUndefined()
  })
})
