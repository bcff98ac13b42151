import { afterEach, beforeEach, expect, it } from 'vitest'
import { AUTHORS_MAX, AUTHORS_PER_OWNER, DELTA_CREDENTIALS_MAX } from './limits.ts'
import { encodeQuestion, type Range } from './messages.ts'
import {
  createTestNetwork,
  forge,
  nodeNamed,
  ownerNamed,
  type Person,
  type TestNetwork,
  type TestNode,
  toyCredential,
} from './state.fixture.ts'

const GREEDY: Person = { owner: 'greedy', permissions: ['use'] }
const ANN: Person = { owner: 'ann', permissions: ['use'] }
const BEN: Person = { owner: 'ben', permissions: ['use'] }
const AT_ONCE = Math.min(300, DELTA_CREDENTIALS_MAX)

let world: TestNetwork
beforeEach(() => {
  world = createTestNetwork()
})
afterEach(() => world.stop())

/** As many computers as it likes to say that it has, each with a word of its own. */
async function claim(person: Person, to: TestNode, count: number): Promise<void> {
  const net = world.network.node(nodeNamed(person.owner))
  const all = Array.from({ length: count }, (_, n) => `${person.owner}-${n}`)
  for (let at = 0; at < count; at += AT_ONCE) {
    const names = all.slice(at, at + AT_ONCE)
    const ranges = names.map((name): Range => {
      const record = forge(name, person, { key: `node/${nodeNamed(name)}/info` })
      const { author, position, bytes } = record
      return { author, from: [0, 0], to: position, records: [bytes] }
    })
    const credentials = names.map((name) => toyCredential(name, person))
    const digest = { authors: [], credentials: [] }
    const delta = { credentials, ranges }
    const question = encodeQuestion({ kind: 'exchange', digest, delta })
    await world.run(net.request(to.id, 'state/1', question))
  }
}

const heldOf = (node: TestNode, person: Person): number =>
  node.state.list('node/').filter(({ owner }) => owner === ownerNamed(person.owner)).length

it('a member with thousands of keys leaves room for the computers of others', async () => {
  const a = await world.node('a')
  await claim(GREEDY, a, AUTHORS_MAX + 100)
  const taken = heldOf(a, GREEDY)
  expect(taken).toBeGreaterThanOrEqual(AUTHORS_MAX / 2 - 1)
  expect(taken).toBeLessThanOrEqual(AUTHORS_MAX / 2)
  const b = await world.node('b', ANN)
  await world.run(b.state.put(`node/${b.id}/info`, 'hello'))
  await world.advance(5_000)
  expect(a.state.get(`node/${b.id}/info`)?.value).toBe('hello')
})

it('beyond the half an owner has a share', async () => {
  const a = await world.node('a')
  await claim(GREEDY, a, AUTHORS_MAX / 2)
  await claim(ANN, a, AUTHORS_PER_OWNER + 100)
  expect(heldOf(a, ANN)).toBe(AUTHORS_PER_OWNER)
  await claim(BEN, a, 20)
  expect(heldOf(a, BEN)).toBe(20)
})
