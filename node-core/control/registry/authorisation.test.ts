/** Who may do what: one row, one case. Long, since it is one table. */
import { describe, expect, it } from 'vitest'
import { assert } from '../../base/errors/index.ts'
import type { Command } from './index.ts'
import { bytes, codeOf, createWorld, expectDone, type Machine } from './registry.fixture.ts'

/** The founder, one member for each permission, nodes of some, and things they own. */
function house() {
  const world = createWorld()
  const { founder, member, machine, do: act } = world
  const admin = member('admin', 'invite', 'deploy', 'use')
  const other = member('admin')
  const inviter = member('invite', 'use')
  const ann = member('deploy', 'use')
  const bob = member('deploy', 'use')
  const user = member('use')
  const gone = member('deploy', 'use')
  const goneNode = machine(gone)
  expectDone(act(founder, { kind: 'member.remove', body: { owner: gone.owner } }))
  const nodes = {
    ...{ annNode: machine(ann), bobNode: machine(bob), userNode: machine(user) },
    ...{
      adminNode: machine(admin),
      founderNode: machine(founder),
      voter: machine(user),
      lost: machine(ann),
    },
  }
  world.elect(nodes.voter)
  expectDone(act(ann, { kind: 'node.remove', body: { node: nodes.lost.node } }))
  expectDone(act(ann, { kind: 'workload.apply', body: { name: 'shop', spec: bytes('spec') } }))
  const assign = { workload: 'shop', generation: 1, release: [] }
  expectDone(
    act(ann, { kind: 'workload.assign', body: { ...assign, assign: [[0, nodes.userNode.node]] } }),
  )
  expectDone(act(ann, { kind: 'lease.grant', body: { lease: 'shop/l', ttlMs: 10_000 } }))
  expectDone(act(ann, { kind: 'lock.acquire', body: { lock: 'shop/k', lease: 'shop/l' } }))
  const secret = { name: 'shop/s', sealed: bytes('sealed'), wraps: [] }
  expectDone(act(ann, { kind: 'secret.put', body: secret }))
  const stranger = world.person()
  return { ...world, admin, other, inviter, ann, bob, user, gone, goneNode, stranger, ...nodes }
}
type House = ReturnType<typeof house>
type Name = {
  [Key in keyof House]: House[Key] extends { key: { publicKey: Uint8Array } } ? Key : never
}[keyof House]

const commands = {
  admits: ({ person }) => {
    const owner = person().key.publicKey
    return { kind: 'member.admit', body: { owner, name: 'New', permissions: ['use'] } }
  },
  admitsAdmin: ({ person }) => {
    const owner = person().key.publicKey
    return { kind: 'member.admit', body: { owner, name: 'New', permissions: ['admin'] } }
  },
  grantsUser: ({ user }) => ({
    kind: 'member.grant',
    body: { owner: user.owner, permissions: ['use'] },
  }),
  grantsUserAdmin: ({ user }) => {
    return { kind: 'member.grant', body: { owner: user.owner, permissions: ['admin'] } }
  },
  grantsUserDeploy: ({ user }) => {
    return { kind: 'member.grant', body: { owner: user.owner, permissions: ['deploy'] } }
  },
  demotesOther: ({ other }) => ({
    kind: 'member.grant',
    body: { owner: other.owner, permissions: ['use'] },
  }),
  removesUser: ({ user }) => ({ kind: 'member.remove', body: { owner: user.owner } }),
  removesOther: ({ other }) => ({ kind: 'member.remove', body: { owner: other.owner } }),
  removesFounder: ({ founder }) => ({ kind: 'member.remove', body: { owner: founder.owner } }),
  demotesFounder: ({ founder }) => {
    return { kind: 'member.grant', body: { owner: founder.owner, permissions: ['use'] } }
  },
  removesGone: ({ gone }) => ({ kind: 'member.remove', body: { owner: gone.owner } }),
  admitsGone: ({ gone }) => {
    return {
      kind: 'member.admit',
      body: { owner: gone.key.publicKey, name: 'Gone', permissions: ['use'] },
    }
  },
  admitsUserAgain: ({ user }) => {
    return {
      kind: 'member.admit',
      body: { owner: user.key.publicKey, name: 'User', permissions: ['use'] },
    }
  },
  admitsNode: ({ annNode }) => {
    return {
      kind: 'member.admit',
      body: { owner: annNode.key.publicKey, name: 'N', permissions: ['use'] },
    }
  },
  promotesAnnNode: ({ annNode }) => ({
    kind: 'node.role',
    body: { node: annNode.node, role: 'sclerotia' },
  }),
  promotesLostNode: ({ lost }) => ({ kind: 'node.role', body: { node: lost.node, role: 'hypha' } }),
  lowersAnnNode: ({ annNode }) => ({
    kind: 'node.role',
    body: { node: annNode.node, role: 'hypha' },
  }),
  cordonsAnnNode: ({ annNode }) => ({
    kind: 'node.cordon',
    body: { node: annNode.node, cordoned: true, draining: false },
  }),
  cordonsLostNode: ({ lost }) => ({
    kind: 'node.cordon',
    body: { node: lost.node, cordoned: true, draining: false },
  }),
  removesAnnNode: ({ annNode }) => ({ kind: 'node.remove', body: { node: annNode.node } }),
  removesAdminNode: ({ adminNode }) => ({ kind: 'node.remove', body: { node: adminNode.node } }),
  removesFounderNode: ({ founderNode }) => ({
    kind: 'node.remove',
    body: { node: founderNode.node },
  }),
  takesName: () => ({ kind: 'workload.apply', body: { name: 'cafe', spec: bytes('spec') } }),
  changesShop: () => ({ kind: 'workload.apply', body: { name: 'shop', spec: bytes('other') } }),
  endsShop: () => ({ kind: 'workload.delete', body: { name: 'shop' } }),
  releasesShop: () => ({ kind: 'name.release', body: { name: 'shop' } }),
  assignsShop: ({ bobNode }) => ({
    kind: 'workload.assign',
    body: { workload: 'shop', generation: 1, assign: [[1, bobNode.node]], release: [] },
  }),
  assignsShopToLost: ({ lost }) => ({
    kind: 'workload.assign',
    body: { workload: 'shop', generation: 1, assign: [[1, lost.node]], release: [] },
  }),
  assignsShopToGone: ({ goneNode }) => ({
    kind: 'workload.assign',
    body: { workload: 'shop', generation: 1, assign: [[1, goneNode.node]], release: [] },
  }),
  putsInShop: () => ({ kind: 'kv.put', body: { key: 'shop/a', value: bytes('1') } }),
  deletesInShop: () => ({ kind: 'kv.delete', body: { key: 'shop/a' } }),
  transactsInShop: () => ({
    kind: 'kv.transact',
    body: { compare: [], success: [{ op: 'get', key: 'shop/a' }], failure: [] },
  }),
  leasesInShop: () => ({ kind: 'lease.grant', body: { lease: 'shop/new', ttlMs: 5_000 } }),
  keepsInShop: () => ({ kind: 'lease.keep', body: { lease: 'shop/l' } }),
  revokesInShop: () => ({ kind: 'lease.revoke', body: { lease: 'shop/l' } }),
  locksInShop: () => ({ kind: 'lock.acquire', body: { lock: 'shop/new', lease: 'shop/l' } }),
  unlocksInShop: () => ({ kind: 'lock.release', body: { lock: 'shop/k', lease: 'shop/l' } }),
  putsInNewName: () => ({ kind: 'kv.put', body: { key: 'fresh/a', value: bytes('1') } }),
  sealsForShop: () => ({
    kind: 'secret.put',
    body: { name: 'shop/s', sealed: bytes('x'), wraps: [] },
  }),
  sealsForUserNode: ({ userNode }) => {
    const wraps: [typeof userNode.node, Uint8Array][] = [[userNode.node, bytes('key')]]
    return { kind: 'secret.put', body: { name: 'shop/s', sealed: bytes('x'), wraps } }
  },
  sealsForBobNode: ({ bobNode }) => {
    const wraps: [typeof bobNode.node, Uint8Array][] = [[bobNode.node, bytes('key')]]
    return { kind: 'secret.put', body: { name: 'shop/s', sealed: bytes('x'), wraps } }
  },
  wrapsForUserNode: ({ userNode }) => {
    const wraps: [typeof userNode.node, Uint8Array][] = [[userNode.node, bytes('key')]]
    return { kind: 'secret.wrap', body: { name: 'shop/s', version: 1, wraps } }
  },
  dropsSecret: () => ({ kind: 'secret.delete', body: { name: 'shop/s' } }),
  sets: () => ({ kind: 'setting.put', body: { name: 'relay', value: true } }),
  ticks: () => ({ kind: 'tick', body: {} }),
  saysVersion: () => ({ kind: 'version.support', body: { version: 1 } }),
} satisfies Record<string, (h: House) => Command>

const CASES: [who: Name, does: keyof typeof commands, outcome: string][] = [
  ['founder', 'admits', 'done'],
  ['admin', 'admits', 'done'],
  ['inviter', 'admits', 'done'],
  ['ann', 'admits', 'FORBIDDEN'],
  ['stranger', 'admits', 'UNKNOWN_AUTHOR'],
  ['gone', 'admits', 'REMOVED'],
  ['goneNode', 'admits', 'REMOVED'],
  ['founder', 'admitsAdmin', 'done'],
  ['admin', 'admitsAdmin', 'done'],
  ['inviter', 'admitsAdmin', 'FORBIDDEN'],
  ['founder', 'admitsGone', 'REMOVED'],
  ['founder', 'admitsUserAgain', 'EXISTS'],
  ['founder', 'admitsNode', 'EXISTS'],
  ['admin', 'grantsUser', 'done'],
  ['other', 'grantsUser', 'FORBIDDEN'],
  ['other', 'grantsUserAdmin', 'done'],
  ['other', 'grantsUserDeploy', 'FORBIDDEN'],
  ['inviter', 'grantsUser', 'FORBIDDEN'],
  ['user', 'grantsUserAdmin', 'FORBIDDEN'],
  ['admin', 'demotesOther', 'FORBIDDEN'],
  ['other', 'demotesOther', 'FORBIDDEN'],
  ['founder', 'demotesOther', 'done'],
  ['admin', 'removesUser', 'done'],
  ['inviter', 'removesUser', 'FORBIDDEN'],
  ['admin', 'removesOther', 'FORBIDDEN'],
  ['founder', 'removesOther', 'done'],
  ['admin', 'removesFounder', 'FOUNDER'],
  ['founder', 'removesFounder', 'FOUNDER'],
  ['founder', 'demotesFounder', 'FOUNDER'],
  ['founder', 'removesGone', 'REMOVED'],
  ['adminNode', 'promotesAnnNode', 'done'],
  ['ann', 'promotesAnnNode', 'FORBIDDEN'],
  ['ann', 'lowersAnnNode', 'done'],
  ['annNode', 'lowersAnnNode', 'done'],
  ['admin', 'lowersAnnNode', 'done'],
  ['bob', 'lowersAnnNode', 'FORBIDDEN'],
  ['admin', 'promotesLostNode', 'REMOVED'],
  ['ann', 'cordonsAnnNode', 'done'],
  ['annNode', 'cordonsAnnNode', 'done'],
  ['admin', 'cordonsAnnNode', 'done'],
  ['bob', 'cordonsAnnNode', 'FORBIDDEN'],
  ['bobNode', 'cordonsAnnNode', 'FORBIDDEN'],
  ['admin', 'cordonsLostNode', 'REMOVED'],
  ['ann', 'removesAnnNode', 'done'],
  ['annNode', 'removesAnnNode', 'done'],
  ['bob', 'removesAnnNode', 'FORBIDDEN'],
  ['admin', 'removesAnnNode', 'done'],
  ['other', 'removesAdminNode', 'FORBIDDEN'],
  ['founder', 'removesAdminNode', 'done'],
  ['admin', 'removesFounderNode', 'FOUNDER'],
  ['founder', 'removesFounderNode', 'done'],
  ['lost', 'putsInShop', 'REMOVED'],
  ['bob', 'takesName', 'done'],
  ['user', 'takesName', 'FORBIDDEN'],
  ['ann', 'changesShop', 'done'],
  ['annNode', 'changesShop', 'done'],
  ['bob', 'changesShop', 'NAME_TAKEN'],
  ['user', 'changesShop', 'FORBIDDEN'],
  ['userNode', 'changesShop', 'FORBIDDEN'],
  ['admin', 'changesShop', 'done'],
  ['ann', 'endsShop', 'done'],
  ['bob', 'endsShop', 'NAME_TAKEN'],
  ['userNode', 'endsShop', 'FORBIDDEN'],
  ['other', 'endsShop', 'done'],
  ['ann', 'releasesShop', 'IN_USE'],
  ['bob', 'releasesShop', 'FORBIDDEN'],
  ['ann', 'assignsShop', 'done'],
  ['admin', 'assignsShop', 'done'],
  ['voter', 'assignsShop', 'done'],
  ['bobNode', 'assignsShop', 'FORBIDDEN'],
  ['userNode', 'assignsShop', 'FORBIDDEN'],
  ['ann', 'assignsShopToLost', 'NOT_FOUND'],
  ['ann', 'assignsShopToGone', 'NOT_FOUND'],
  ...(
    ['putsInShop', 'deletesInShop', 'transactsInShop', 'leasesInShop', 'keepsInShop'] as const
  ).flatMap(inShop),
  ...(['revokesInShop', 'locksInShop', 'unlocksInShop'] as const).flatMap(inShop),
  ['bobNode', 'putsInNewName', 'done'],
  ['user', 'putsInNewName', 'FORBIDDEN'],
  ['userNode', 'putsInNewName', 'FORBIDDEN'],
  ['ann', 'sealsForShop', 'done'],
  ['userNode', 'sealsForShop', 'FORBIDDEN'],
  ['ann', 'sealsForUserNode', 'done'],
  ['ann', 'sealsForBobNode', 'NOT_A_READER'],
  ['annNode', 'wrapsForUserNode', 'done'],
  ['userNode', 'wrapsForUserNode', 'FORBIDDEN'],
  ['admin', 'wrapsForUserNode', 'FORBIDDEN'],
  ['bob', 'wrapsForUserNode', 'FORBIDDEN'],
  ['ann', 'dropsSecret', 'done'],
  ['bob', 'dropsSecret', 'NAME_TAKEN'],
  ['other', 'sets', 'done'],
  ['ann', 'sets', 'FORBIDDEN'],
  ['voter', 'ticks', 'done'],
  ['annNode', 'ticks', 'FORBIDDEN'],
  ['founder', 'ticks', 'FORBIDDEN'],
  ['annNode', 'saysVersion', 'done'],
  ['ann', 'saysVersion', 'FORBIDDEN'],
]

/** Its owner, its owner's nodes, admins, and the node it is assigned to: nobody else. */
function inShop(does: keyof typeof commands): [Name, keyof typeof commands, string][] {
  return [
    ['ann', does, 'done'],
    ['annNode', does, 'done'],
    ['userNode', does, 'done'],
    ['other', does, 'done'],
    ['founder', does, 'done'],
    ['bob', does, 'NAME_TAKEN'],
    ['bobNode', does, 'NAME_TAKEN'],
    ['user', does, 'FORBIDDEN'],
    ['stranger', does, 'UNKNOWN_AUTHOR'],
    ['gone', does, 'REMOVED'],
  ]
}

describe('who may do what', () => {
  it.each(CASES)('%s %s: %s', (who, does, outcome) => {
    const h = house()
    expect(codeOf(h.do(h[who], commands[does](h)))).toBe(outcome)
  })
})

describe('a node that holds a secret', () => {
  it('wraps it for another that may read it, while it may itself', () => {
    const h = house()
    const { ann, userNode, bobNode, do: act } = h
    expectDone(act(ann, commands.sealsForUserNode(h)))
    expectDone(act(ann, commands.assignsShop(h)))
    const body = {
      name: 'shop/s',
      version: 2,
      wraps: [[bobNode.node, bytes('key')]] as [typeof bobNode.node, Uint8Array][],
    }
    const wrap: Command = { kind: 'secret.wrap', body }
    expect(codeOf(act(userNode, { ...wrap, body: { ...body, version: 1 } }))).toBe('CONFLICT')
    expect(codeOf(act(userNode, wrap))).toBe('done')
    expect(h.registry.view.secret('shop/s')?.wraps.map(([node]) => node)).toEqual(
      [userNode.node, bobNode.node].sort(),
    )
    const release = { workload: 'shop', generation: 1, assign: [], release: [0] }
    expectDone(act(ann, { kind: 'workload.assign', body: release }))
    expect(codeOf(act(userNode, wrap))).toBe('FORBIDDEN')
  })
})

describe('a workload', () => {
  const apply = (expect?: number): Command => {
    const body = { name: 'cafe', spec: bytes('spec') }
    return { kind: 'workload.apply', body: expect === undefined ? body : { ...body, expect } }
  }

  it('goes from generation to generation, past its end too', () => {
    const { founder, do: act } = createWorld()
    expect(act(founder, apply(0))).toEqual({ ok: true, value: { generation: 1 } })
    expect(act(founder, apply(0))).toEqual({
      ok: false,
      code: 'CONFLICT',
      details: { generation: 1 },
    })
    expect(act(founder, apply(1))).toEqual({ ok: true, value: { generation: 2 } })
    expectDone(act(founder, { kind: 'workload.delete', body: { name: 'cafe', expect: 2 } }))
    expect(codeOf(act(founder, { kind: 'workload.delete', body: { name: 'cafe' } }))).toBe(
      'NOT_FOUND',
    )
    expect(act(founder, apply(0))).toEqual({ ok: true, value: { generation: 3 } })
  })

  it('stays its owner’s when an admin changes it', () => {
    const h = house()
    expectDone(h.do(h.admin, commands.changesShop()))
    expect(h.registry.view.ownerOf('shop')).toBe(h.ann.owner)
    expect(h.registry.view.workload('shop')).toEqual({
      ...{ generation: 2, spec: bytes('other'), by: h.admin.owner },
    })
  })

  it('takes its assignments along when it ends, and its node’s way into its keys', () => {
    const h = house()
    expectDone(h.do(h.ann, commands.endsShop()))
    expect(h.registry.view.assignments('', { limit: 9 })).toEqual([])
    expect(codeOf(h.do(h.userNode, commands.putsInShop()))).toBe('FORBIDDEN')
  })

  it('is placed for the generation that is wanted now', () => {
    const h = house()
    expectDone(h.do(h.ann, commands.changesShop()))
    expect(codeOf(h.do(h.voter, commands.assignsShop(h)))).toBe('CONFLICT')
  })

  it('gives its name back once nothing stands under it', () => {
    const { founder, member, do: act, registry } = createWorld()
    const ann = member('deploy')
    expectDone(act(ann, { kind: 'kv.put', body: { key: 'cafe/a', value: bytes('1') } }))
    const release: Command = { kind: 'name.release', body: { name: 'cafe' } }
    expect(codeOf(act(ann, release))).toBe('IN_USE')
    expectDone(act(ann, { kind: 'kv.delete', body: { key: 'cafe/a' } }))
    expect(codeOf(act(ann, release))).toBe('done')
    expect(registry.view.ownerOf('cafe')).toBeUndefined()
    expect(codeOf(act(founder, release))).toBe('NOT_FOUND')
    expect(codeOf(act(founder, apply()))).toBe('done')
  })
})

describe('where voters may lie', () => {
  it('an assignment by voters takes as many as must include one who does not', () => {
    const {
      founder,
      member,
      machine,
      elect,
      do: act,
      registry,
    } = createWorld({
      consensus: 'simplex',
    })
    const user = member('use')
    const voters = [1, 2, 3, 4].map(() => machine(user))
    const [first, second, third] = voters
    assert(first && second && third, 'There are four.')
    elect(...voters)
    expectDone(act(founder, { kind: 'workload.apply', body: { name: 'shop', spec: bytes('s') } }))
    const plan = (node: Machine): Command => ({
      kind: 'workload.assign',
      body: { workload: 'shop', generation: 1, assign: [[0, node.node]], release: [] },
    })
    expect(act(first, plan(first))).toEqual({ ok: true, value: { applied: false } })
    expect(act(first, plan(first))).toEqual({ ok: true, value: { applied: false } })
    expect(act(second, plan(second))).toEqual({ ok: true, value: { applied: false } })
    expect(registry.view.assignments('shop/', { limit: 9 })).toEqual([])
    expect(act(second, plan(first))).toEqual({ ok: true, value: { applied: true } })
    expect(registry.view.assignments('shop/', { limit: 9 }).map(([, row]) => row.node)).toEqual([
      first.node,
    ])
    // What was proposed before is settled with it.
    expect(act(third, plan(second))).toEqual({ ok: true, value: { applied: false } })
  })
})
