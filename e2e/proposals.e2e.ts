/** Members vote, with real processes: hidden until the voting closes, and a setting that it changes. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { foundTogether, LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { fillSimplex, foundSimplex } from './harness/simplex.ts'
import { until } from './harness/waiting.ts'

interface Proposal {
  id: number
  state: 'voting' | 'revealing' | 'passed' | 'rejected'
  votes: number
  members: number
  yes?: number
  no?: number
  silent?: number
  own: string
}

const listed = async (node: TestNode): Promise<Proposal[]> =>
  (await node.json<{ proposals: Proposal[] }>('proposals')).proposals

async function seen(node: TestNode, id: number, holds: (one: Proposal) => boolean) {
  return until(`${node.name} to see proposal ${id} so`, 40_000, async () => {
    return (await listed(node)).find((one) => one.id === id && holds(one))
  })
}

/** Whether what lies there decides who goes on where a committee is lost: a setting of the network. */
async function isWitness(node: TestNode, location: string): Promise<boolean | undefined> {
  const { seeds } = await node.json<{ seeds: { location: string; witness: boolean }[] }>(
    ...['seed', 'list'],
  )
  return seeds.find((seed) => seed.location === location)?.witness
}

describe('three members, each with a computer, under Raft', () => {
  const nodes = ['ada', 'ben', 'cleo'].map((name) =>
    createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }),
  )
  const [ada, ben, cleo] = nodes as [TestNode, TestNode, TestNode]

  before(async () => {
    await foundTogether(nodes)
    for (const { name } of [ben, cleo]) await ada.json('promote', name)
    await until('the rules that know proposals', 40_000, async () => {
      const { code } = await ada.cli('proposals', 'make', 'Are we there?', '--closes', '1s')
      return code === 0
    })
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('end a vote in which nobody voted', async () => {
    assert.equal((await seen(ben, 1, ({ state }) => state === 'rejected')).votes, 0)
  })

  it('vote hidden, are revealed though one is killed meanwhile, and change a setting', async () => {
    const seed = path.join(ada.home, 'garden.spore')
    await until('a document', 30_000, async () => (await ada.cli('seed', 'show')).code === 0)
    await ada.json('seed', 'publish', '--to', seed)
    const made = await ada.json<Proposal>(
      ...['proposals', 'make', 'Shall that be the witness?', '--set', `recovery/witness=${seed}`],
      ...['--closes', '30s', '--reveals', '2m'],
    )
    assert.deepEqual([made.id, made.members], [2, 3])
    for (const [node, choice] of [
      [ada, 'yes'],
      [ben, 'no'],
      [cleo, 'yes'],
    ] as const) {
      await seen(node, 2, ({ state }) => state === 'voting')
      const voted = await node.json<Proposal>('proposals', 'vote', '2', choice)
      assert.equal(voted.own, 'committed')
    }
    const file = path.join(cleo.home, 'votes.cbor')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const hidden = await seen(ben, 2, ({ votes }) => votes === 3)
    assert.deepEqual([hidden.state, hidden.yes, hidden.no], ['voting', undefined, undefined])
    assert.match((await ben.cli('proposals', 'list')).stdout, /3 of 3 +hidden +hidden/)
    assert.equal(await isWitness(ada, seed), false)
    await cleo.kill()
    // Ada's and Ben's: each tells its own vote by itself, so one of them may be told before the other.
    await seen(ada, 2, ({ state, yes, no }) => state === 'revealing' && yes === 1 && no === 1)
    await cleo.up(...LISTEN)
    const ended = await seen(ben, 2, ({ state }) => state === 'passed')
    assert.deepEqual([ended.yes, ended.no, ended.silent], [2, 1, 0])
    for (const node of nodes) await seen(node, 2, ({ own }) => own === 'revealed')
    assert.equal(await isWitness(ada, seed), true)
  })

  it('say nothing of a choice in their logs, and forget it once it is told', async () => {
    for (const node of nodes) {
      assert.doesNotMatch(node.log(), /"?choice"?|nonce/)
      const file = path.join(node.home, 'votes.cbor')
      assert.ok(!existsSync(file) || !readFileSync(file).includes('nonce'), 'a vote is still kept')
    }
  })

  it('have a reputation, the same at each of them, which nobody has moved yet', async () => {
    for (const node of nodes) {
      const { owners } = await node.json<{ owners: { reputation: number; repute: string }[] }>(
        'reputation',
      )
      assert.deepEqual(
        owners.map(({ reputation, repute }) => `${repute} ${reputation}`),
        Array(3).fill('acceptable 0.5'),
      )
      const shown = await node.json<{ nodes: { reputation: number }[] }>('nodes')
      assert.ok(shown.nodes.every(({ reputation }) => reputation === 0.5))
    }
  })

  it('refuse in words what cannot be', async () => {
    const late = await ada.cli('proposals', 'vote', '2', 'no')
    assert.deepEqual([late.code, late.stderr.includes('It is over')], [4, true])
    const change = await ben.cli('proposals', 'make', 'Mine?', '--set', 'recovery/witness=x')
    assert.equal(change.code, 4)
  })
})

describe('four members under Simplex', () => {
  const nodes = ['ada', 'ben', 'cleo', 'dora'].map((name) =>
    createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }),
  )
  const [ada, ben, cleo] = nodes as [TestNode, TestNode, TestNode, TestNode]

  before(async () => {
    await foundSimplex(nodes)
    await fillSimplex(nodes)
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('pass a proposal by more than half of them', async () => {
    const made = await until('the rules that know proposals', 40_000, async () => {
      const { code, stdout } = await ben.cli(
        ...['--json', 'proposals', 'make', 'Shall we?', '--closes', '10s', '--reveals', '1m'],
      )
      return code === 0 ? (JSON.parse(stdout) as Proposal) : undefined
    })
    for (const node of [ada, ben, cleo]) {
      await seen(node, made.id, ({ state }) => state === 'voting')
      await node.json('proposals', 'vote', String(made.id), 'yes')
    }
    const ended = await seen(nodes[3]!, made.id, ({ state }) => state === 'passed')
    assert.deepEqual([ended.yes, ended.no, ended.members], [3, 0, 4])
  })
})
