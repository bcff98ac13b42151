/** A network founded with Simplex, with real processes: four voters, one killed, and then a liar. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { decode } from '../node-core/base/codec/index.ts'
import { type CertifiedChain, parseChain } from '../node-core/control/succession/index.ts'
import { verifySpore } from '../node-core/network/spores/index.ts'
import { describeNode, LISTEN, nodeIdOf } from './harness/cluster.ts'
import { asLiar } from './harness/liar/index.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { fillSimplex, foundSimplex, statusOf } from './harness/simplex.ts'
import { until } from './harness/waiting.ts'

/** Preloaded, it makes a liar of a node. */
const LIAR = asLiar('engine')

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const put = (node: TestNode, key: string, value: string) =>
  node.call('PUT', `/api/kv/${key}`, { value: base64(value) })

async function written(node: TestNode, key: string, value: string): Promise<void> {
  const { status, body } = await put(node, key, value)
  assert.equal(status, 200, `${node.name} puts ${key}: ${JSON.stringify(body)}`)
}

/** What proves the committee in a file that anybody may read, once that many vote in it. */
function chainIn(file: string, voters: number): CertifiedChain | undefined {
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  if (verifySpore(bytes, {}).document.voters.length !== voters) return undefined
  const chain = parseChain((decode(bytes) as { chain: Uint8Array }).chain)
  return 'certified' in chain ? chain : undefined
}

async function reads(node: TestNode, key: string, value: string): Promise<void> {
  const entry = await node.get<{ value: string }>(`/api/kv/${key}`)
  assert.equal(entry.value, base64(value), `${node.name} reads ${key}`)
}

describe('a committee of four under Simplex', () => {
  const names = ['ada', 'ben', 'cleo', 'dora']
  const nodes = names.map((name) => createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }))
  const [ada, ben, cleo, dora] = nodes as [TestNode, TestNode, TestNode, TestNode]
  const proven = (): CertifiedChain | undefined =>
    nodes
      .flatMap(({ home }) => chainIn(path.join(home, 'spore.cbor'), 4) ?? [])
      .sort((left, right) => Number(right.root !== undefined) - Number(left.root !== undefined))[0]

  before(() => foundSimplex(nodes))
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('begins with its founder, and says so', async () => {
    const { discoveryTier, degraded, primary } = await statusOf(ada)
    assert.equal(discoveryTier, 'primary')
    assert.deepEqual(
      degraded.filter(({ code }) => code === 'NO_QUORUM'),
      [],
    )
    assert.equal(primary?.voters.length, 1)
    assert.equal(primary?.guarantee, 'honest-only')
    await until('ben to be known to the registry', 10_000, async () => {
      return (await put(ben, 'ben/first', '1')).status === 200
    })
    await reads(cleo, 'ben/first', '1')
  })

  it('is filled to four, and every node writes and reads', async () => {
    await fillSimplex(nodes)
    const { primary } = await statusOf(dora)
    assert.deepEqual([primary?.guarantee, primary?.mayLie], ['byzantine', 1])
    for (const node of nodes) await written(node, `${node.name}/y`, node.name)
    for (const node of nodes) for (const name of names) await reads(node, `${name}/y`, name)
    const refused = await ada.cli('--json', 'transfer', 'ben')
    assert.match(refused.stderr, /NO_LEAD/)
  })

  it('proves its committee to strangers by its own certificates', async () => {
    // Whoever leads when it is time publishes, and has the document at once.
    const chain = await until('a document that names all four', 30_000, proven)
    assert.equal(chain.root, undefined)
  })

  it('goes on when one of four is killed, and brings it up to date', async () => {
    await ben.kill()
    const since = performance.now()
    await until(
      'a write',
      15_000,
      async () => (await put(cleo, 'cleo/after', 'kept')).status === 200,
    )
    console.log(`# a voter killed, next write after ${Math.round(performance.now() - since)} ms`)
    for (const node of [ada, dora]) await reads(node, 'cleo/after', 'kept')
    for (let count = 0; count < 20; count++) await written(dora, 'dora/y', `${count}`)
    await ben.up(...LISTEN)
    await until('ben to be up to date', 30_000, async () => {
      await reads(ben, 'cleo/after', 'kept')
      await reads(ben, 'dora/y', '19')
      return (await statusOf(ben)).primary?.inForce
    }).catch(async (error) => {
      console.log(await describeNode(ben))
      throw error
    })
  })

  it('without a quorum refuses writes in time, and goes on once there is one', async () => {
    await ben.kill()
    await cleo.kill()
    const since = performance.now()
    const { status, body } = await put(ada, 'ada/y', 'lost')
    assert.equal(status, 503)
    assert.equal((body as { code: string }).code, 'NO_QUORUM')
    assert.ok(performance.now() - since < 8_000)
    assert.equal((await ada.call('GET', '/api/kv/ada/y?consistency=stale')).status, 200)
    await cleo.up(...LISTEN)
    await until('writes again', 30_000, async () => {
      return (await put(ada, 'ada/y', 'back')).status === 200
    })
    await reads(dora, 'ada/y', 'back')
    await ben.up(...LISTEN)
  })

  it('gives a seat up and takes it back', async () => {
    await ada.json('demote', 'dora')
    await until('dora to hold nothing', 15_000, async () => {
      return (await statusOf(dora)).primary?.role === 'none'
    })
    await written(dora, 'dora/out', '1')
    await ada.json('promote', 'dora')
    await until('dora to vote', 30_000, async () => {
      const { primary } = await statusOf(dora)
      return primary?.role === 'voter' || primary?.role === 'leader'
    })
    await reads(dora, 'dora/out', '1')
  })

  it('goes on by an admin’s word when two of four are gone, who come back to it', async () => {
    await written(cleo, 'cleo/kept', 'yes')
    await cleo.kill()
    await dora.kill()
    const { plan } = await until('a plan', 20_000, async () => {
      const shown = await ada.json<{ plan?: { missing: string[]; mayLose: boolean } }>('recover')
      return shown.plan ? { plan: shown.plan } : undefined
    })
    assert.deepEqual([plan.missing.length, plan.mayLose], [2, false])
    assert.deepEqual(await ada.json('recover', '--yes'), { era: 1 })
    await written(ada, 'ada/alone', 'yes')
    await reads(ada, 'cleo/kept', 'yes')
    for (const node of [cleo, dora]) await node.up(...LISTEN)
    for (const node of nodes) {
      await until(`${node.name} to vote again`, 60_000, async () => {
        const { primary } = await statusOf(node)
        return primary?.era === 1 && primary.inForce && primary.voters.length === 4
      }).catch(async (error) => {
        console.log(await describeNode(node))
        throw error
      })
    }
    await written(dora, 'dora/back', 'yes')
    await reads(ben, 'dora/back', 'yes')
    // From the mandate on the committees of the new era certify each other.
    await until('a document of the new era', 30_000, () => proven()?.root !== undefined)
  })
})

describe('a committee of four under Simplex, one of whom lies', () => {
  const names = ['ada', 'ben', 'cleo', 'eve']
  const nodes = names.map((name) =>
    createTestNode(
      ...([name, { DOCKER_HOST: 'unix:///nowhere.sock' }] as const),
      name === 'eve' ? { preload: LIAR } : {},
    ),
  )
  const eve = nodes.at(-1) as TestNode
  const honest = nodes.filter((node) => node !== eve)
  const [ada, ben] = honest as [TestNode, TestNode]

  before(() => foundSimplex(nodes))
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('goes on with the liar, finds it out, and goes on without it', async () => {
    await fillSimplex(honest)
    const liar = await nodeIdOf(eve)
    const isCaught = () => honest.some((one) => one.log().includes('caught lying'))
    const hasVote = async () => (await statusOf(ada)).primary?.voters.includes(liar) === true
    // On a busy machine it takes a while to learn; and it may be out again before it is seen to be in.
    const asked = ada.cli('promote', 'eve')
    await until('eve to vote', 60_000, async () => isCaught() || (await hasVote()))
    // Each block that another one proposes has it contradict itself to everybody.
    for (let count = 0; count < 100 && !isCaught(); count++) {
      const node = honest[count % honest.length] as TestNode
      await written(node, `${node.name}/n`, `${count}`)
    }
    // What was seen is looked through once a second.
    const lied = await until('somebody to tell', 10_000, isCaught)
    await asked
    assert.ok(lied, 'The liar was caught by nobody.')
    for (const node of honest) {
      await until(`${node.name} to have eve out`, 30_000, async () => {
        const { primary } = await statusOf(node)
        return primary?.inForce && !primary.voters.includes(liar) && primary.voters.length === 3
      }).catch(async (error) => {
        console.log(await describeNode(node))
        throw error
      })
    }
  })

  it('has it judged by the registry, where everybody sees it', async () => {
    const liar = await nodeIdOf(eve)
    for (const node of [...honest, eve]) {
      await until(`${node.name} to tell of the judgement`, 20_000, async () => {
        const { nodes: seen } = await node.get<{
          nodes: { id: string; trust?: number; committee?: unknown }[]
        }>('/api/cluster/nodes')
        const row = seen.find(({ id }) => id === liar)
        // One lie costs 60 of 100; below 50 there is no seat.
        const others = seen.filter(({ id }) => id !== liar)
        const isJudged = row?.trust === 40 && !row.committee
        return isJudged && others.every(({ trust }) => trust === undefined)
      })
    }
    const { stdout } = await ada.cli('nodes')
    assert.match(stdout, /was caught lying \(trust 40 of 100\)/)
    // Nobody takes it in again unasked: it takes an admin, and the next lie would end it.
    const { primary } = await statusOf(ada)
    assert.deepEqual([primary?.guarantee, primary?.voters.includes(liar)], ['honest-only', false])
  })

  it('agrees on all that was written', async () => {
    await written(ben, 'ben/last', 'word')
    const seen = await Promise.all(
      honest.map((node) => node.get<{ keys: unknown[] }>('/api/kv?prefix=')),
    )
    for (const each of seen) assert.deepEqual(each, seen[0])
    // Outside again, the liar asks like anybody else.
    await reads(eve, 'ben/last', 'word')
  })
})
