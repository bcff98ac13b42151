import { describe, expect, it } from 'vitest'
import {
  ownerIdOf,
  parseCredential,
  parseInvite,
  proveInvite,
  verifyCredential,
} from '../../identity/index.ts'
import { askAbout, askToBeLetIn, joinByInvite, verifySeed, waitForApproval } from './index.ts'
import { encodeQuestion, type JoinRequest, parseAnswer, sealJoinRequest } from './messages.ts'
import { DAY_MS, entryOf, joinWith, order, targetOf } from './testing/steps.ts'
import { createWorld } from './testing/world.ts'

const code = (name: string) => expect.objectContaining({ code: name })

describe('joining by invite', () => {
  it('admits the newcomer at once, with the permissions of the invite', async () => {
    const world = await createWorld()
    const { invite, uses } = await world.founder.admission.createInvite(order())
    const newcomer = world.newcomer('Bob')
    const admitted = await joinByInvite(newcomer, invite)
    const member = verifyCredential(admitted.credential, {
      network: world.network,
      nowMs: world.clock.wallMs(),
    })
    expect(uses).toBe(1)
    expect(member.ownerName).toBe('Bob')
    expect([...member.permissions]).toEqual(['deploy', 'use'])
    expect(admitted.addresses).toContain(world.founder.address)
    expect(entryOf(world, newcomer)).toMatchObject({
      state: 'member',
      permissions: ['deploy', 'use'],
    })
  })

  it('spends the invite: a second owner is refused, the first may ask again', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    const first = world.newcomer('Bob')
    await joinByInvite(first, invite)
    await joinByInvite(first, invite)
    await expect(joinByInvite(world.newcomer('Eve'), invite)).rejects.toEqual(code('INVITE_SPENT'))
  })

  it('admits as many as the invite says, also when they all ask at once', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order(['use'], 3))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => joinByInvite(world.newcomer(`N${at}`), invite)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  })

  it('remembers uses over a restart', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    await joinByInvite(world.newcomer('Bob'), invite)
    await world.founder.restart()
    await expect(joinByInvite(world.newcomer('Eve'), invite)).rejects.toEqual(code('INVITE_SPENT'))
  })

  it('lets nobody in when the use cannot be written down', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    world.founder.disk.setCapacity(1)
    const newcomer = world.newcomer('Bob')
    await expect(joinByInvite(newcomer, invite)).rejects.toEqual(code('DISK_FULL'))
    expect(entryOf(world, newcomer)).toBeUndefined()
    world.founder.disk.setCapacity(undefined)
    await joinByInvite(newcomer, invite)
  })

  it('refuses an expired invite, by the issuer’s clock', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    world.clock.advance(DAY_MS + 1)
    await expect(joinByInvite(world.newcomer('Bob'), invite)).rejects.toEqual(
      code('INVITE_EXPIRED'),
    )
  })

  it.each([-1, 1])('works with a clock %d h off, not with one a day off', async (sign) => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    const newcomer = world.newcomer('Bob')
    const off = (ms: number) => ({
      ...newcomer,
      clock: { ...world.clock, wallMs: () => world.clock.wallMs() + sign * ms },
    })
    const { credential } = await joinByInvite(off(3_600_000), invite)
    const check = { network: world.network, nowMs: world.clock.wallMs() }
    expect(verifyCredential(credential, check).ownerName).toBe('Bob')
    const dayOff = joinByInvite(off(DAY_MS + 3 * 3_600_000), invite)
    await expect(dayOff).rejects.toEqual(code(sign < 0 ? 'CERTIFICATE_EXPIRED' : 'INVITE_EXPIRED'))
  })

  it('refuses an invite cut short before it asks anybody', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    const refused = joinByInvite(world.newcomer('Bob'), invite.slice(0, -9))
    await expect(refused).rejects.toEqual(code('INVITE_INVALID'))
  })

  it('refuses an invite of another network', async () => {
    const world = await createWorld(1)
    const other = await createWorld(2, { name: 'Elsewhere' })
    const { invite } = await other.founder.admission.createInvite(order())
    const newcomer = world.newcomer('Bob')
    // Its addresses lead, by mistake or malice, to a node of this network.
    const askToJoin: typeof newcomer.askToJoin = (_, body) =>
      newcomer.askToJoin(world.founder.address, body)
    const refused = joinByInvite({ ...newcomer, askToJoin }, invite)
    await expect(refused).rejects.toEqual(code('WRONG_NETWORK'))
  })

  it('tells who made the invite when another node is asked', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['invite', 'use'])
    const { invite } = await world.founder.admission.createInvite(order())
    const newcomer = world.newcomer('Carol')
    const askToJoin: typeof newcomer.askToJoin = (_, body) => newcomer.askToJoin(bob.address, body)
    await expect(joinByInvite({ ...newcomer, askToJoin }, invite)).rejects.toEqual(
      expect.objectContaining({
        code: 'INVITE_NOT_HERE',
        details: { addresses: [world.founder.address] },
      }),
    )
  })

  it('says that nobody answered when the issuer is away', async () => {
    const world = await createWorld()
    const { invite } = await world.founder.admission.createInvite(order())
    world.founder.reachable = false
    await expect(joinByInvite(world.newcomer('Bob'), invite)).rejects.toEqual(
      code('NOBODY_ANSWERED'),
    )
  })

  it('is of no use to whoever sees the request: it is bound to node and owner', async () => {
    const world = await createWorld()
    const { invite: link } = await world.founder.admission.createInvite(order())
    const invite = parseInvite(link)
    const bob = world.newcomer('Bob')
    const eve = world.newcomer('Eve')
    const wish = {
      kind: 'invite' as const,
      invite: invite.signed,
      proof: proveInvite(invite, bob.ownerKey.publicKey),
    }
    const ask = async (from: typeof bob, request: JoinRequest, signer = from.ownerKey) => {
      const sealed = sealJoinRequest(signer, world.network.id, request)
      const question = encodeQuestion({ ask: 'join', network: world.network.id, request: sealed })
      return parseAnswer(await from.askToJoin(world.founder.address, question))
    }
    const names = { ownerName: 'X', nodeName: 'x' }
    const stolenProof = { wish, node: eve.nodeKey.publicKey, ...names }
    expect(await ask(eve, stolenProof)).toMatchObject({ code: 'INVITE_INVALID' })
    const stolenRequest = { wish, node: bob.nodeKey.publicKey, ...names }
    expect(await ask(eve, stolenRequest, bob.ownerKey)).toMatchObject({ code: 'JOIN_MALFORMED' })
    expect(await ask(bob, stolenRequest)).toMatchObject({ answer: 'admitted' })
  })

  it('cannot grant what its issuer does not hold', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['invite', 'use'])
    await expect(bob.admission.createInvite(order(['deploy']))).rejects.toEqual(code('FORBIDDEN'))
    const carol = await joinWith(world, bob, ['use'], 'Carol')
    await expect(carol.admission.createInvite(order(['use']))).rejects.toEqual(code('FORBIDDEN'))
    expect(parseCredential(carol.credential()).membership).toHaveLength(2)
  })
})

describe('an invite made before its issuer lost the right', () => {
  it('admits nobody', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['invite', 'use'])
    const { invite } = await bob.admission.createInvite(order(['use']))
    world.clock.advance(60_000)
    await world.founder.admission.grant(bob.owner, ['use'])
    await world.calm()
    const refused = joinByInvite(world.newcomer('Carol'), invite)
    await expect(refused).rejects.toEqual(code('FORBIDDEN'))
  })
})

describe('joining by seed file', () => {
  it('waits for an admin, and is admitted once approved', async () => {
    const world = await createWorld()
    const seed = verifySeed(JSON.stringify(world.founder.admission.seedDocument()), {
      nowMs: world.clock.wallMs(),
    })
    const newcomer = world.newcomer('Bob')
    const target = { network: seed.network.id, addresses: seed.addresses }
    const asked = await askToBeLetIn(newcomer, target)
    expect(asked).toMatchObject({ waiting: { network: { id: world.network.id } } })
    expect(entryOf(world, newcomer)).toMatchObject({ state: 'waiting', name: 'Bob' })

    const approved = waitForApproval(newcomer, target)
    await world.calm()
    await world.founder.admission.approve(ownerIdOf(newcomer.ownerKey.publicKey), ['use'])
    await world.calm()
    world.clock.advance(10_000)
    const bob = await world.settle(newcomer, await approved)
    expect(entryOf(world, bob)).toMatchObject({ state: 'member', permissions: ['use'] })
    expect(world.founder.admission.list().filter(({ state }) => state === 'waiting')).toEqual([])
  })

  it('keeps asking while nobody can be reached, and stops when told to', async () => {
    const world = await createWorld()
    const newcomer = world.newcomer('Bob')
    await askToBeLetIn(newcomer, targetOf(world))
    world.founder.reachable = false
    const stop = new AbortController()
    const waiting = waitForApproval(newcomer, targetOf(world), { signal: stop.signal })
    for (let at = 0; at < 5; at++) {
      await world.calm()
      world.clock.advance(5_000)
    }
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  it('ends when an admin turns the newcomer away', async () => {
    const world = await createWorld()
    const newcomer = world.newcomer('Bob')
    await askToBeLetIn(newcomer, targetOf(world))
    await world.founder.admission.remove(ownerIdOf(newcomer.ownerKey.publicKey))
    const waiting = waitForApproval(newcomer, targetOf(world))
    await expect(waiting).rejects.toEqual(code('NOT_FOUND'))
  })

  it('needs an admin: whoever may only invite cannot approve', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['invite', 'use'])
    const newcomer = world.newcomer('Carol')
    await askToBeLetIn(newcomer, targetOf(world))
    const owner = ownerIdOf(newcomer.ownerKey.publicKey)
    await expect(bob.admission.approve(owner, ['use'])).rejects.toEqual(code('FORBIDDEN'))
    await world.founder.admission.approve(owner, ['use'])
    await expect(world.founder.admission.approve(owner, ['use'])).rejects.toEqual(code('CONFLICT'))
  })

  it('takes a limited number of those who wait', async () => {
    const world = await createWorld()
    for (let at = 0; at < 64; at++) await askToBeLetIn(world.newcomer(`N${at}`), targetOf(world))
    const late = () => askToBeLetIn(world.newcomer('Late'), targetOf(world))
    await expect(late()).rejects.toEqual(code('RATE_LIMITED'))
    world.clock.advance(15 * DAY_MS)
    expect(await late()).toHaveProperty('waiting')
  })

  it('lets a second computer of a member in without asking anybody', async () => {
    const world = await createWorld()
    const bob = await joinWith(world, world.founder, ['deploy', 'use'])
    const second = world.newcomer('Bob', { ownerKey: bob.ownerKey })
    const outcome = await askToBeLetIn(second, targetOf(world))
    expect(outcome).toHaveProperty('admitted')
  })

  it('lets a founder’s second computer in on its own signature', async () => {
    const world = await createWorld()
    const second = world.newcomer('Ada', { ownerKey: world.founder.ownerKey })
    const outcome = await askToBeLetIn(second, targetOf(world))
    if (!('admitted' in outcome)) throw new Error('It waits.')
    const node = await world.settle(second, outcome.admitted)
    expect(node.admission.permissions().has('admin')).toBe(true)
  })

  it('leaves an owner its name and date, whatever the other computer is called', async () => {
    const world = await createWorld()
    const key = `net/member/${world.founder.owner}`
    const before = entryOf(world, world.founder)
    const { invite } = await world.founder.admission.createInvite(order())
    world.clock.advance(3_600_000)
    const second = world.newcomer('shed', { ownerKey: world.founder.ownerKey })
    const admitted = await joinByInvite(second, invite)
    // It starts before it has compared notes with anybody.
    world.records.delete(key)
    const node = await world.settle(second, admitted)
    expect(world.records.has(key)).toBe(true)
    expect(entryOf(world, node)).toMatchObject({ name: 'Ada', since: before?.since })
    const check = { network: world.network, nowMs: world.clock.wallMs() }
    expect(verifyCredential(node.credential(), check).ownerName).toBe('Ada')
    const more = parseInvite((await node.admission.createInvite(order())).invite)
    expect(more.issuerName).toBe('Ada')
  })
})

describe('a stranger', () => {
  it('is told about the network', async () => {
    const world = await createWorld()
    await joinWith(world, world.founder, ['use'])
    expect(await askAbout(world.newcomer('Bob'), world.founder.address)).toEqual({
      network: world.network.id,
      name: 'Home',
      node: world.founder.id,
      nodeName: 'node',
      members: 2,
    })
  })

  it('is refused politely when it talks nonsense', async () => {
    const world = await createWorld()
    const stranger = world.newcomer('Eve')
    for (const body of [new Uint8Array(), new Uint8Array([0xa0]), new Uint8Array(70_000)]) {
      const answer = parseAnswer(await stranger.askToJoin(world.founder.address, body))
      expect(answer).toMatchObject({ answer: 'refused', code: 'JOIN_MALFORMED' })
    }
  })

  it('is answered 30 times a minute', async () => {
    const world = await createWorld()
    const stranger = world.newcomer('Eve')
    const ask = () => askAbout(stranger, world.founder.address)
    for (let at = 0; at < 30; at++) await ask()
    await expect(ask()).rejects.toEqual(code('RATE_LIMITED'))
    await askAbout(world.newcomer('Bob'), world.founder.address)
    world.clock.advance(60_000)
    await ask()
  })
})
