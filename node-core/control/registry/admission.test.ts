import { describe, expect, it } from 'vitest'
import {
  createInvite,
  generateKey,
  nodeIdOf,
  type Permission,
  proveInvite,
} from '../../identity/index.ts'
import type { Command } from './index.ts'
import { codeOf, createWorld, expectDone, type Person, START_MS } from './registry.fixture.ts'

describe('an invite', () => {
  function invited(options: { uses?: number; permissions?: Permission[]; issuer?: 'ann' } = {}) {
    const world = createWorld()
    const { network, random, founder, member } = world
    const issuer = options.issuer ? member('invite', 'use') : founder
    const { invite } = createInvite(
      issuer.key,
      network,
      {
        ...{ addresses: ['/ip4/192.168.1.2/tcp/4000'], issuerName: 'Ada', issuerMembership: [] },
        ...{ permissions: options.permissions ?? ['use'], role: 'rhizomorph' },
        ...{ expiresAt: new Date(START_MS + 86_400_000).toISOString(), uses: options.uses ?? 1 },
      },
      random,
    )
    const join = (person: Person, by: Person = person): Command => ({
      kind: 'member.join',
      body: { invite: invite.signed, proof: proveInvite(invite, by.key.publicKey), name: 'New' },
    })
    return { ...world, issuer, join }
  }

  it('lets in whoever holds it, once for each of its uses, and an owner once', () => {
    const { join, person, do: act, registry, issuer } = invited({ uses: 2 })
    const [ann, bob, eve] = [person(), person(), person()]
    expect(codeOf(act(ann, join(ann)))).toBe('done')
    expect(codeOf(act(ann, join(ann), { first: 1 }))).toBe('done')
    expect(codeOf(act(bob, join(bob)))).toBe('done')
    expect(codeOf(act(eve, join(eve)))).toBe('SPENT')
    expect(registry.view.member(ann.owner)).toEqual({
      ...{ key: ann.key.publicKey, name: 'New', permissions: ['use'] },
      ...{ admittedBy: issuer.owner, sinceMs: START_MS },
    })
  })

  it('is taken by admission alone from the seventh rules on, which counts its uses', () => {
    const { join, person, machine, founder, elect, do: act } = invited({ uses: 2 })
    const ann = person()
    expect(codeOf(act(ann, join(ann)))).toBe('done')
    const voter = machine(founder)
    elect(voter)
    const body = { version: 7 }
    expectDone(act(voter, { kind: 'version.support', body }))
    expectDone(act(voter, { kind: 'version.activate', body }))
    const bob = person()
    expect(codeOf(act(bob, join(bob)))).toBe('FORBIDDEN')
    // Sent again by whoever is in, it says so.
    expect(codeOf(act(ann, join(ann)))).toBe('done')
  })

  it('is no use to whoever has only seen it', () => {
    const { join, person, do: act } = invited()
    const [ann, eve] = [person(), person()]
    expect(codeOf(act(eve, join(eve, ann)))).toBe('MALFORMED')
  })

  it('is over by the log’s time', () => {
    const { join, person, machine, founder, elect, tick, do: act } = invited()
    elect(machine(founder))
    tick(START_MS + 86_400_001)
    const ann = person()
    expect(codeOf(act(ann, join(ann)))).toBe('EXPIRED')
  })

  it('is worth what its issuer holds when it is used', () => {
    const { join, person, issuer, founder, do: act } = invited({ issuer: 'ann', uses: 2 })
    const [ann, bob] = [person(), person()]
    expect(codeOf(act(ann, join(ann)))).toBe('done')
    const body = { owner: issuer.owner, permissions: ['use' as const] }
    expectDone(act(founder, { kind: 'member.grant', body }))
    expect(codeOf(act(bob, join(bob)))).toBe('FORBIDDEN')
  })

  it('grants no more than its issuer holds', () => {
    const { join, person, do: act } = invited({ issuer: 'ann', permissions: ['deploy'] })
    const bob = person()
    expect(codeOf(act(bob, join(bob)))).toBe('FORBIDDEN')
  })

  it('does not bring back who was removed, however it is sent again', () => {
    const { join, person, founder, seal, commit, do: act } = invited({ uses: 5 })
    const ann = person()
    const batch = seal(ann.key, [join(ann)])
    commit([batch])
    expectDone(act(founder, { kind: 'member.remove', body: { owner: ann.owner } }))
    expect(codeOf(commit([batch])[0]?.[0])).toBe('REMOVED')
  })
})

describe('a node', () => {
  it('is registered by itself with its owner’s certificate, and not by whoever has one', () => {
    const { founder, person, member, certificate, random, do: act, registry } = createWorld()
    const key = generateKey(random)
    const other = generateKey(random)
    const body = { certificate: certificate(founder, key), role: 'hypha' as const }
    expect(codeOf(act({ key: other }, { kind: 'node.register', body }))).toBe('MALFORMED')
    expect(codeOf(act(founder, { kind: 'node.register', body }))).toBe('MALFORMED')
    expect(codeOf(act({ key }, { kind: 'node.register', body }))).toBe('done')
    const ann = member('use')
    const another = { ...body, certificate: certificate(ann, key) }
    expect(codeOf(act({ key }, { kind: 'node.register', body: another }))).toBe('EXISTS')
    const nobody = { ...body, certificate: certificate(person(), other) }
    expect(codeOf(act({ key: other }, { kind: 'node.register', body: nobody }))).toBe(
      'UNKNOWN_AUTHOR',
    )
    const late = { ...body, certificate: certificate(founder, other, START_MS - 31 * 86_400_000) }
    expect(codeOf(act({ key: other }, { kind: 'node.register', body: late }))).toBe('EXPIRED')
    const owner = { ...body, certificate: certificate(founder, ann.key) }
    expect(codeOf(act(ann, { kind: 'node.register', body: owner }))).toBe('EXISTS')
    expect(registry.view.node(nodeIdOf(key.publicKey))?.role).toBe('hypha')
  })

  it('keeps the role it was given, and its removal, when its registration is sent again', () => {
    const { founder, certificate, random, seal, commit, do: act, registry } = createWorld()
    const key = generateKey(random)
    const node = nodeIdOf(key.publicKey)
    const body = { certificate: certificate(founder, key), role: 'hypha' as const }
    const batch = seal(key, [{ kind: 'node.register', body }])
    commit([batch])
    expectDone(act(founder, { kind: 'node.role', body: { node, role: 'sclerotia' } }))
    expect(codeOf(commit([batch])[0]?.[0])).toBe('done')
    expect(registry.view.node(node)?.role).toBe('sclerotia')
    expectDone(act(founder, { kind: 'node.remove', body: { node } }))
    expect(codeOf(commit([batch])[0]?.[0])).toBe('REMOVED')
  })
})
