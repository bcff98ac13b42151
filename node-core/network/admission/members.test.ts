import { describe, expect, it, vi } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import {
  encodeCredential,
  generateKey,
  issueMembership,
  issueNodeCertificate,
  parseCredential,
  verifyCredential,
} from '../../identity/index.ts'
import { askAbout, askToBeLetIn, joinByInvite, memberRecords } from './index.ts'
import { encodeQuestion, parseAnswer } from './messages.ts'
import { DAY_MS, entryOf, joinWith, order, targetOf } from './testing/steps.ts'
import { createWorld, type World, type WorldNode } from './testing/world.ts'

const code = (name: string) => expect.objectContaining({ code: name })

describe('members', () => {
  it('lose and gain permissions by a grant, which reaches their own credential', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    world.clock.advance(60_000)
    await world.founder.admission.grant(bob.owner, ['invite', 'use'])
    await world.calm()
    expect([...bob.admission.permissions()]).toEqual(['invite', 'use'])
    const check = { network: world.network, nowMs: world.clock.wallMs() }
    expect([...verifyCredential(bob.credential(), check).permissions]).toEqual(['invite', 'use'])
    const record = world.records.get(`net/member/${bob.owner}`)
    expect(record?.value).toMatchObject({ standing: new TextEncoder().encode(bob.owner) })
  })

  it('keep on record that an owner was an admin', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['admin', 'use'])
    const carol = await joinWith(world, world.founder, ['deploy', 'use'], 'Carol')
    for (const permissions of [['use'], ['deploy', 'use']] as const) {
      await world.founder.admission.grant(bob.owner, permissions)
      await world.founder.admission.grant(carol.owner, permissions)
      const said = [bob, carol].map(({ owner }) => world.records.get(`net/member/${owner}`)?.value)
      expect(said).toEqual([
        expect.objectContaining({ permissions, admin: true }),
        expect.not.objectContaining({ admin: expect.anything() }),
      ])
    }
  })

  it('that an inviter let in are members still when it is cut; whom it lets in later are not', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['invite', 'deploy', 'use'])
    const old = bob.credential()
    const carol = await joinWith(world, bob, ['deploy', 'use'], 'Carol')
    world.clock.advance(60_000)
    await world.founder.admission.grant(bob.owner, ['use'])
    await world.calm()
    const readable = { get: (key: string) => world.records.get(key), list: () => [] }
    const records = memberRecords(readable, world.network)
    const check = { ...records, network: world.network, nowMs: undefined }
    const member = verifyCredential(carol.credential(), check)
    expect([...member.permissions]).toEqual(['deploy', 'use'])

    const dave = generateKey(createSeededRandom(7))
    const request = { owner: dave.publicKey, ownerName: 'Dave', permissions: ['deploy'] as const }
    const { id: network } = world.network
    const nowMs = world.clock.wallMs() - 60_000
    const leaf = issueMembership(
      bob.ownerKey,
      network,
      { ...request, nowMs },
      createSeededRandom(8),
    )
    const credential = encodeCredential({
      node: issueNodeCertificate(dave, network, { node: carol.nodeKey.publicKey, nowMs }),
      membership: [leaf, ...parseCredential(old).membership],
    })
    const before = verifyCredential(credential, { network: world.network, nowMs: undefined })
    expect(() => verifyCredential(credential, check)).toThrow(code('CERTIFICATE_UNTRUSTED'))
    expect([before, member].map(records.isTrusted)).toEqual([false, true])
  })

  it('once removed are told so, cannot come back, and are listed as removed', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    await world.founder.admission.remove(bob.owner)
    expect(entryOf(world, bob)).toMatchObject({ state: 'removed', name: 'Bob', permissions: [] })
    expect(world.records.get(`net/removed/${bob.owner}`)?.value).toMatchObject({
      standing: new TextEncoder().encode(bob.owner),
    })
    const again = world.newcomer('Bob', { ownerKey: bob.ownerKey })
    await expect(askToBeLetIn(again, targetOf(world))).rejects.toEqual(code('MEMBER_REMOVED'))
    const { invite } = await world.founder.admission.createInvite(order())
    await expect(joinByInvite(again, invite)).rejects.toEqual(code('MEMBER_REMOVED'))
    await expect(world.founder.admission.grant(bob.owner, ['use'])).rejects.toEqual(
      code('NOT_FOUND'),
    )
    expect(bob.admission.permissions().size).toBe(0)
    expect(world.founder.rechecks).toBe(0)
    world.clock.advance(1_000)
    await world.calm()
    expect([world.founder.rechecks, bob.rechecks]).toEqual([1, 1])
  })

  it('cannot touch a founder, and only a founder can touch an admin', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['admin', 'invite', 'deploy', 'use'])
    const carol = await joinWith(world, world.founder, ['admin', 'use'], 'Carol')
    await expect(bob.admission.remove(world.founder.owner)).rejects.toEqual(code('FORBIDDEN'))
    await expect(bob.admission.grant(world.founder.owner, ['use'])).rejects.toEqual(
      code('FORBIDDEN'),
    )
    const before = vi.fn(async () => {})
    for (const owner of [carol.owner, world.founder.owner]) {
      await expect(bob.admission.remove(owner, { before })).rejects.toEqual(code('FORBIDDEN'))
    }
    expect(before).not.toHaveBeenCalled()
    await world.founder.admission.remove(carol.owner)
    const dave = await joinWith(world, world.founder, ['use'], 'Dave')
    const joinedAdmin = await joinWith(world, world.founder, ['admin', 'use'], 'Erin')
    await bob.admission.remove(dave.owner)
    expect(entryOf(world, dave)?.state).toBe('removed')
    // Written by a node that does not keep to the rule above.
    const key = `net/removed/${joinedAdmin.owner}`
    const removal = world.records.get(`net/removed/${dave.owner}`)
    if (removal) world.records.set(key, { ...removal, key, owner: bob.owner })
    expect(entryOf(world, joinedAdmin)?.state).toBe('member')
  })
})

describe('certificates', () => {
  const leftMs = (world: World, node: WorldNode): number => {
    const check = { network: world.network, nowMs: undefined }
    return verifyCredential(node.credential(), check).notAfterMs - world.clock.wallMs()
  }
  /** Moves time on by whole days, letting every node look at its certificates. */
  const pass = async (world: World, days: number): Promise<void> => {
    for (let day = 0; day < days; day++) {
      world.clock.advance(DAY_MS)
      await world.calm()
    }
  }

  it('are renewed before they end, the founder’s by itself, a member’s by another', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    await pass(world, 50)
    expect(leftMs(world, world.founder)).toBeGreaterThan(9 * DAY_MS)
    expect(leftMs(world, bob)).toBeGreaterThan(9 * DAY_MS)
    expect([...bob.admission.permissions()]).toEqual(['deploy', 'use'])
  })

  it('that have ended are renewed on contact while the entry stands', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    bob.reachable = false
    world.founder.reachable = false
    await pass(world, 45)
    expect(leftMs(world, bob)).toBeLessThan(0)
    world.founder.reachable = true
    bob.reachable = true
    await pass(world, 1)
    expect(leftMs(world, bob)).toBeGreaterThan(9 * DAY_MS)
  })

  it('of a removed owner are not renewed', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    await world.founder.admission.remove(bob.owner)
    const { membership } = parseCredential(bob.credential())
    const question = encodeQuestion({ ask: 'renew', membership })
    const stranger = world.newcomer('Bob')
    const answer = parseAnswer(await stranger.askToJoin(world.founder.address, question))
    expect(answer).toMatchObject({ answer: 'refused', code: 'MEMBER_REMOVED' })
  })

  it('that were renewed are not given up for the older ones on record', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    await pass(world, 25)
    const renewed = bob.credential()
    await bob.restart()
    await world.calm()
    expect(bob.credential()).toEqual(renewed)
  })

  it('are not renewed by a member who may not invite', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    const carol = await joinWith(world, world.founder, ['deploy', 'use'], 'Carol')
    world.founder.reachable = false
    await pass(world, 25)
    expect(leftMs(world, bob)).toBeLessThan(6 * DAY_MS)
    expect(leftMs(world, carol)).toBeLessThan(6 * DAY_MS)
  })
})

it('starts and stops twice without harm', async () => {
  const world = await createWorld()
  await world.founder.admission.start()
  await world.founder.admission.stop()
  await world.founder.admission.stop()
  await expect(askAbout(world.newcomer('Bob'), world.founder.address)).rejects.toEqual(
    code('NET_UNREACHABLE'),
  )
})
