/** What is wrong with a command is said by a code, and changes nothing, on no copy. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, nodeIdOf } from '../../identity/index.ts'
import { type Command, sealBatch } from '../registry/index.ts'
import { VALUE_BYTES_MAX } from '../registry/limits.ts'
import { encodeQuestion, PROTOCOL, parseAnswer } from './messages.ts'
import { createTestNetwork, START_MS, type TestNetwork, type TestNode } from './primary.fixture.ts'

const put = (key: string, bytes = 1, lease?: string): Command => ({
  kind: 'kv.put',
  body: { key, value: new Uint8Array(bytes), ...(lease !== undefined && { lease }) },
})
const STRANGER = generateKey(createSeededRandom(99))

describe('a command', () => {
  let world: TestNetwork
  let founder: TestNode
  let guest: TestNode
  beforeEach(async () => {
    world = await createTestNetwork(41)
    founder = world.nodes[0]!
    guest = await world.add('use')
    await world.run('x is put', founder.primary.execute(put('shop/x')))
  })
  afterEach(async () => {
    const { revision } = await world.run('x is read', founder.primary.key('shop/x'))
    expect(revision).toBe(1)
    await world.end()
  })

  const codeOf = (work: Promise<unknown>): Promise<string> =>
    world.run(
      'the answer',
      work.then(
        () => 'done',
        (error: { code: string }) => error.code,
      ),
    )
  const sealed = (): Uint8Array =>
    sealBatch(
      STRANGER,
      world.network.id,
      { incarnation: START_MS, first: 1, settled: 0, timeMs: START_MS },
      [put('shop/x')],
    )
  async function handOver(batch: Uint8Array, from: NodeId) {
    const question = encodeQuestion({ kind: 'submit', batch })
    const asked = world.links.node(from).request(founder.id, PROTOCOL, question)
    return parseAnswer(await world.run('the answer', asked))
  }

  it('is refused unsigned, cut short, or with any byte of its batch changed', async () => {
    const good = sealed()
    const cut = good.subarray(0, good.byteLength - 1)
    const changed = [0, 40, good.byteLength >> 1, good.byteLength - 1].map((at) =>
      good.map((byte, place) => (place === at ? byte ^ 1 : byte)),
    )
    for (const batch of [new Uint8Array(), cut, ...changed]) {
      expect(await handOver(batch, guest.id)).toMatchObject({ ok: false, code: 'MALFORMED' })
    }
  })

  it('is refused of a key that is nobody’s, though a member hands it over', async () => {
    const answer = await handOver(sealed(), guest.id)
    expect(answer).toMatchObject({ ok: true, value: [{ ok: false, code: 'UNKNOWN_AUTHOR' }] })
  })

  it('is not even looked at from a node that is no member', async () => {
    const stranger = nodeIdOf(STRANGER.publicKey)
    expect(await handOver(sealed(), stranger)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
  })

  it('is refused to a member without the right', async () => {
    expect(await codeOf(guest.primary.execute(put('guest/x')))).toBe('FORBIDDEN')
  })

  /** The doors say TOO_LARGE (413) before; this is whoever goes past them. */
  it('is refused with a value of a byte too many', async () => {
    const tooLarge = put('shop/x', VALUE_BYTES_MAX + 1)
    expect(await codeOf(founder.primary.execute(tooLarge))).toBe('MALFORMED')
  })

  it('is refused on a lease that has expired', async () => {
    const body = { lease: 'shop/worker', ttlMs: 1_000 }
    await world.run('it is granted', founder.primary.execute({ kind: 'lease.grant', body }))
    await world.advance(15_000)
    expect(await codeOf(founder.primary.execute(put('shop/x', 1, 'shop/worker')))).toBe('NO_LEASE')
  })
})
