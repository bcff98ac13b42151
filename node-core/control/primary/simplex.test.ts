/** The Primary of a network whose committee runs Simplex (docs/adr/0012). */
import { afterEach, describe, expect, it } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import { createSimDisk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { framed } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { signedBytes } from '../../identity/index.ts'
import { firstCommittee } from './engine.ts'
import type { KeyChange } from './index.ts'
import { UNHEARD_MS } from './limits.ts'
import { createLineage } from './lineage.ts'
import {
  encodeAnswer,
  encodeQuestion,
  PROTOCOL,
  parseAnswer,
  parseLinks,
  parseQuestion,
} from './messages.ts'
import { createPeople } from './people.fixture.ts'
import {
  bytes,
  createTestNetwork,
  type TestNetwork,
  type TestNode,
  text,
} from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world.end())
const { put, get, codeOf } = createPeople(() => world)

/** A founder's node and others, all of them voters. */
async function committee(seed: number, others: number): Promise<TestNode[]> {
  world = await createTestNetwork(seed, 'simplex')
  const [first] = world.nodes
  for (let at = 0; at < others; at++) {
    const node = await world.add('deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', first!.primary.change('promote', node.id))
  }
  await world.until('all vote', () => world.nodes.every(votes))
  return [...world.nodes]
}
const votes = ({ primary }: TestNode): boolean =>
  ['leader', 'voter'].includes(primary.status().role)

describe('the Primary under Simplex', () => {
  it('is whole with one node: put, read, restart, read', async () => {
    world = await createTestNetwork(1, 'simplex')
    const [node] = world.nodes as [TestNode]
    await put(node, 'shop/stock', '12')
    expect(await get(node, 'shop/stock')).toBe('12')
    await node.kill()
    await node.start()
    expect(await get(node, 'shop/stock')).toBe('12')
    expect(node.primary.status()).toMatchObject({ role: 'leader', inForce: true })
  })

  it('tells its view, which goes on with each block, and nobody outside the committee does', async () => {
    const [founder] = (await committee(1, 0)) as [TestNode]
    const before = founder.primary.status().view ?? Number.NaN
    for (let count = 0; count < 3; count++) await put(founder, 'shop/x', `${count}`)
    expect(founder.primary.status().view).toBeGreaterThanOrEqual(before + 3)
    const outsider = await world.add('use')
    await world.until('it knows who votes', () => outsider.primary.status().committee !== undefined)
    expect(outsider.primary.status().view).toBeUndefined()
  })

  it('grows to four, writes and reads through each, and goes on when one dies', async () => {
    const nodes = await committee(2, 3)
    for (const [at, node] of nodes.entries()) await put(node, `n${at}/x`, `${at}`)
    for (const node of nodes) {
      for (const at of nodes.keys()) expect(await get(node, `n${at}/x`)).toBe(`${at}`)
    }
    const gone = nodes[1]!
    await gone.kill()
    await put(nodes[2]!, 'after/x', '2')
    expect(await get(nodes[3]!, 'after/x')).toBe('2')
    await gone.start()
    expect(await get(gone, 'after/x')).toBe('2')
    await put(gone, 'n1/x', 'back')
    expect(await get(nodes[0]!, 'n1/x')).toBe('back')
  })

  it('demotes anybody but the last voter, the founder too, and takes it in again', async () => {
    const nodes = await committee(3, 2)
    const [founder, second, third] = nodes as [TestNode, TestNode, TestNode]
    await put(founder, 'shop/x', '1')
    await world.run('the founder goes', founder.primary.change('demote', founder.id))
    await world.until('it holds nothing', () => founder.primary.status().role === 'none')
    // Not before the others go by the new committee: its vote may be what they lack.
    await world.advance(1_000)
    expect(await founder.disk.list('registry/log')).toEqual([])
    expect(await get(founder, 'shop/x')).toBe('1')
    await world.run('the second goes', founder.primary.change('demote', second.id))
    expect(founder.primary.status().committee?.voters).toEqual([third.id])
    // Nobody is seen to be there, so nobody could take it over.
    expect(await codeOf(founder.primary.change('demote', third.id))).toBe('LAST_VOTER')
    expect(await codeOf(second.primary.change('promote', second.id))).toBe('FORBIDDEN')
    expect(await codeOf(founder.primary.change('transfer', third.id))).toBe('NO_LEAD')
    await world.run('it comes back', founder.primary.change('promote', founder.id))
    await put(founder, 'shop/x', '2')
    expect(await get(second, 'shop/x')).toBe('2')
    // What it knows of the committee outlives a restart, with nobody there to ask.
    for (const node of [second, third]) await node.kill()
    await founder.restart()
    await world.advance(100)
    expect(founder.primary.status().committee?.voters.toSorted()).toEqual(
      [founder.id, third.id].toSorted(),
    )
  })

  it('hands the registry over before the last voter goes, by itself or by an admin’s word', async () => {
    world = await createTestNetwork(9, 'simplex')
    const [founder] = world.nodes as [TestNode]
    await put(founder, 'shop/x', '1')
    const second = await world.add('admin', 'deploy', 'use')
    await world.until(
      'it is registered',
      () => founder.primary.view()?.node(second.id) !== undefined,
    )
    // A committee of one that nobody fills by itself is too small for four.
    world.detect()
    await world.run('the founder leaves', founder.primary.change('withdraw', founder.id))
    await world.until('it holds nothing', () => founder.primary.status().role === 'none')
    expect(second.primary.status().committee?.voters).toEqual([second.id])
    expect(await get(second, 'shop/x')).toBe('1')
    // By one that is in no committee.
    await world.run('the second is taken out', founder.primary.change('demote', second.id))
    expect(founder.primary.status().committee?.voters).toEqual([founder.id])
    await put(second, 'shop/x', '2')
    expect(await get(founder, 'shop/x')).toBe('2')
  })

  it('leaves the last vote where nobody may give it to another', async () => {
    world = await createTestNetwork(10, 'simplex')
    const [founder] = world.nodes as [TestNode]
    const second = await world.add('deploy', 'use')
    await world.advance(100)
    await world.run('it is promoted', founder.primary.change('promote', second.id))
    await world.run('the founder goes', founder.primary.change('demote', founder.id))
    world.detect()
    expect(await codeOf(second.primary.change('withdraw', second.id))).toBe('LAST_VOTER')
    await put(second, 'shop/x', '1')
  })

  it('lets a node give up its own seat, and nobody else one of another', async () => {
    const [founder, second] = (await committee(4, 2)) as [TestNode, TestNode, TestNode]
    expect(await codeOf(second.primary.change('demote', founder.id))).toBe('FORBIDDEN')
    await world.run('it goes by itself', second.primary.change('demote', second.id))
    await world.until('it holds nothing', () => second.primary.status().role === 'none')
  })

  it('says that its log is gone in the first epoch too, where the genesis alone names it', async () => {
    world = await createTestNetwork(21, 'simplex')
    const [founder] = world.nodes as [TestNode]
    await put(founder, 'shop/x', '1')
    await founder.kill()
    await founder.disk.remove('registry')
    await founder.start()
    await world.until('it is said', () => founder.primary.status().trouble?.code === 'LOG_DAMAGED')
  })

  it('never votes with an empty log: a node that lost it comes back through a learner’s seat', async () => {
    const nodes = await committee(5, 3)
    const [founder, second] = nodes as [TestNode, TestNode]
    await put(second, 'second/x', '1')
    await second.primary.stop()
    await world.advance(50)
    await second.disk.remove('registry/log')
    await second.start()
    await world.advance(1_000)
    expect(second.primary.status()).toMatchObject({
      role: 'none',
      trouble: { code: 'LOG_DAMAGED' },
    })
    // Whoever removed the note that there was a log helps it to nothing.
    await second.primary.stop()
    await world.advance(50)
    await second.disk.remove('registry/standing.cbor')
    await second.start()
    await world.advance(1_000)
    expect(second.primary.status()).toMatchObject({
      role: 'none',
      trouble: { code: 'LOG_DAMAGED' },
    })
    await world.run('it goes', founder.primary.change('demote', second.id))
    await world.run('it comes back', founder.primary.change('promote', second.id))
    await world.until('it votes', () => votes(second))
    expect(await get(second, 'second/x')).toBe('1')
    expect(second.primary.status().trouble).toBeUndefined()
  })

  it('believes no committee that is told and not proven', async () => {
    const nodes = await committee(6, 3)
    const [founder, liar] = nodes as [TestNode, TestNode]
    const outsider = await world.add('use')
    await world.until('the outsider knows', () => {
      return outsider.primary.status().committee?.voters.length === 4
    })
    const alone = { v: 1, voters: [liar.id], learners: [], leader: null, term: 1e6, applied: 1e6 }
    world.tell(liar.id, `node/${liar.id}/primary`, alone)
    await world.advance(3_000)
    await put(founder, 'shop/x', '1')
    expect(await get(founder, 'shop/x')).toBe('1')
    expect(nodes.every(votes)).toBe(true)
    expect(outsider.primary.status().committee?.voters).toHaveLength(4)
  })

  it('is followed by a node outside the committee, which more confirm than can lie', async () => {
    const [first] = (await committee(9, 3)) as [TestNode]
    await put(first, 'shop/stock', '12')
    const guest = await world.add('use')
    const held = (key: string) => text(guest.primary.view()?.get(key)?.value)
    await world.until('it has the copy', () => held('shop/stock') === '12')
    for (const value of ['11', '10', '9']) await put(first, 'shop/stock', value)
    await world.until('it has moved on', () => held('shop/stock') === '9')
    expect(guest.primary.status()).toMatchObject({ role: 'none' })
  })

  it('tells nobody outside what one member alone says: a read, an outcome, a change', async () => {
    const nodes = await committee(8, 3)
    const [founder, ...others] = nodes as [TestNode, ...TestNode[]]
    // One of those that are asked first.
    const first = others.map(({ id }) => id).sort()[0]
    const liar = others.find(({ id }) => id === first)!
    const outsider = await world.add('deploy', 'use')
    await world.until('the outsider knows', () => {
      return outsider.primary.status().committee?.voters.length === 4
    })
    await put(founder, 'shop/x', 'true')
    let lies = 0
    await liar.primary.stop()
    await world.advance(20)
    const row = { key: 'shop/x', value: bytes('false'), lease: null }
    const made = { ...row, createRevision: 1, modRevision: 1, version: 1 }
    world.links.node(liar.id).onRequest(PROTOCOL, async (body) => {
      lies++
      const question = parseQuestion(body)
      if (question?.kind === 'submit' || question?.kind === 'outcome') {
        return encodeAnswer({ ok: true, value: [{ ok: true, value: { revision: 1 } }] })
      }
      if (question?.kind === 'changes') {
        const events = [{ revision: question.from, key: 'shop/x', row: made }]
        return encodeAnswer({ ok: true, value: { events, next: question.from + 1 } })
      }
      return encodeAnswer({ ok: true, value: { revision: 1_000, row: made } })
    })
    for (let count = 0; count < 6; count++) {
      expect(await get(outsider, 'shop/x')).toBe('true')
      expect(await get(outsider, 'shop/x', true)).toBe('true')
      await put(outsider, 'guest/x', `${count}`)
      expect(await get(founder, 'guest/x')).toBe(`${count}`)
    }
    const ending = new AbortController()
    const watch = outsider.primary.watch('shop/', { from: 1, signal: ending.signal })
    const seen = await world.run('a change', watch.next())
    expect(seen.value?.events.map((event: KeyChange) => text(event.row?.value))).toEqual(['true'])
    ending.abort()
    expect(lies).toBeGreaterThan(0)
  })

  it('takes the seat of a voter that is caught lying, and goes on without it', async () => {
    const nodes = await committee(7, 4)
    const [founder, second, , , liar] = nodes as [TestNode, TestNode, TestNode, TestNode, TestNode]
    await put(founder, 'shop/x', '1')
    const epoch = founder.primary.status().committee?.term ?? 0
    expect(founder.primary.status().guarantee).toBe('byzantine')
    await lie(liar, founder, epoch)
    await world.until('it is out', () => !isNamedBy(founder, liar) && !isNamedBy(second, liar))
    expect(founder.primary.view()?.seat(liar.id)).toEqual({
      ...{ seat: 'none', trust: 40, judgedBefore: epoch + 1 },
    })
    await put(second, 'second/x', '2')
    await world.until('it has left', () => liar.primary.status().role === 'none')
    // An admin may take it in again, with as much trust as a seat takes.
    await world.run('it comes back', founder.primary.change('promote', liar.id))
    expect(founder.primary.view()?.seat(liar.id)).toMatchObject({ seat: 'voter', trust: 50 })
    expect(founder.primary.status().guarantee).toBe('byzantine')
  })

  it('says what it promises: nothing below four, and nothing more once f + 1 have lied', async () => {
    const nodes = await committee(8, 3)
    const [founder, , third, fourth] = nodes as [TestNode, TestNode, TestNode, TestNode]
    const guest = await world.add('use')
    await world.until('it hears of them', () => isNamedBy(guest, fourth))
    expect(guest.primary.status().guarantee).toBe('byzantine')
    const epoch = founder.primary.status().committee?.term ?? 0
    for (const liar of [third, fourth]) await lie(liar, founder, epoch)
    expect(founder.primary.status().guarantee).toBe('void')
    // Whom they showed another log may hold it when they are long gone.
    await world.until('they are out', () => {
      return !isNamedBy(founder, third) && !isNamedBy(founder, fourth)
    })
    expect(founder.primary.status().guarantee).toBe('void')
    // It is no member of the committee, and hears a moment later who is left.
    await world.until('the guest has heard', () => {
      return guest.primary.status().guarantee === 'honest-only'
    })
  })
})

describe('what a node knows of the committee', () => {
  async function proofOfTwo() {
    const [founder, second] = (await committee(9, 1)) as [TestNode, TestNode]
    const body = encodeQuestion({ kind: 'links', from: 0 })
    const answer = await world.run(
      'the links',
      world.links.node(founder.id).request(second.id, PROTOCOL, body),
    )
    const told = parseAnswer(answer)
    const links = (told?.ok && parseLinks(told.value)) || []
    const { network, clock } = world
    const disk = createSimDisk({ random: createSeededRandom(1) })
    const first = () => firstCommittee(network, undefined)
    const deps = { network, clock, disk, first, logger: createSilentLogger(), changed() {} }
    return { founder, second, answer, links, deps, voters: [founder.id, second.id].sort() }
  }

  it('goes on though the disk fails, and whoever is out of it hears of it', async () => {
    const { founder, links, deps, voters } = await proofOfTwo()
    let changes = 0
    deps.disk.setCapacity(0)
    const lineage = createLineage({
      ...{ ...deps, net: world.links.node(founder.id), tellings: () => [], ownLinks: () => links },
      changed: () => void changes++,
    })
    await lineage.start()
    await world.advance(50)
    expect(changes).toBe(1)
    expect(lineage.committee()?.voters.toSorted()).toEqual(voters)
    await lineage.stop()
  })

  it.each([
    ['could not be heard', undefined],
    ['had only just started and had nothing to show', encodeAnswer({ ok: true, value: [] })],
    ['refused', encodeAnswer({ ok: false, code: 'NOT_RUNNING', message: 'It starts.' })],
  ])('is asked for again soon where whoever told of it %s', async (_, before) => {
    const { founder, second, answer, deps, voters } = await proofOfTwo()
    let isReady = false
    const told = { voters, learners: [], leader: undefined, term: 9, applied: 9 }
    const lineage = createLineage({
      ...{ ...deps, ownLinks: () => [], tellings: () => [{ author: second.id, committee: told }] },
      net: {
        self: founder.id,
        async request() {
          if (isReady) return answer
          if (before) return before
          throw new MyceliumError('NET_TIMEOUT', 'No answer came.')
        },
      },
    })
    await lineage.start()
    await world.advance(50)
    isReady = true
    expect(lineage.committee()?.voters).toEqual([founder.id])
    await world.advance(UNHEARD_MS + 50)
    expect(lineage.committee()?.voters).toHaveLength(2)
    await lineage.stop()
  })
})

const isNamedBy = ({ primary }: TestNode, { id }: TestNode): boolean =>
  primary.status().committee?.voters.includes(id) === true

/** Its shape is the engine's. */
function voteOf({ key }: TestNode, epoch: number, view: number, block: number): Uint8Array {
  const ballot = ['notarise', epoch, view, new Uint8Array(32).fill(block)]
  const signature = key.sign(signedBytes('consensus', world.network.id, encode([1, ...ballot])))
  return encode([1, 'vote', [...ballot, key.publicKey, signature]])
}

/** Two votes in each view, whichever the other one is in. */
function lie(liar: TestNode, to: TestNode, epoch: number): Promise<void> {
  const votes = Array.from({ length: 60 }, (_, at) => [1, 2].map((block) => [at + 1, block]))
  return say(
    liar,
    to,
    votes.flat().map(([view = 0, block = 0]) => voteOf(liar, epoch, view, block)),
  )
}

async function say(from: TestNode, to: TestNode, messages: readonly Uint8Array[]): Promise<void> {
  const stream = await world.run(
    'the stream is open',
    world.links.node(from.id).openStream(to.id, 'consensus/1'),
  )
  await stream.write(Buffer.concat(messages.map(framed)))
  await world.advance(50)
}
