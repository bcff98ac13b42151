/**
 * Four voters under Simplex, one of whom lies as nobody can prove: it keeps its seat, and nobody suffers.
 * `E2E_LIARS=2` has two of them lie, which is more than four bear: then it fails.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { underLoad } from './faults/judging.ts'
import { AS_ADMINS, describeNode, nodeIdOf } from './harness/cluster.ts'
import { asLiar } from './harness/liar/index.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { fillSimplex, foundSimplex, statusOf } from './harness/simplex.ts'

const LIAR = asLiar('primary')
const SEED = Number(process.env.E2E_SEED ?? 20_261_128)
const LIARS = Number(process.env.E2E_LIARS ?? 1)
/** Each of its ways to lie comes by at least once. */
const LIES_MS = 15_000
/** Other keys in each, so that no key's history grows long. */
const ROUNDS = 5

describe(`four under Simplex, one of whom lies and keeps its seat, seed ${SEED}`, () => {
  const environment = { DOCKER_HOST: 'unix:///nowhere.sock' }
  const voters = ['ada', 'ben', 'cleo', 'eve'].map((name, at) =>
    createTestNode(name, environment, at >= 4 - LIARS ? { preload: LIAR } : {}),
  )
  /** Asks those who vote, the liar among them. */
  const dora = createTestNode('dora', environment)
  const liars = voters.slice(-LIARS)
  const eve = liars.at(-1) as TestNode
  const honest = [...voters.slice(0, -LIARS), dora]

  before(async () => {
    await foundSimplex([...voters, dora], AS_ADMINS)
    await fillSimplex(voters)
  })
  after(async () => {
    // What it left unanswered would keep it from ending in order.
    await Promise.all(liars.map((liar) => liar.kill()))
    await Promise.all([...voters, dora].map((node) => node.remove()))
  })

  it('has all that is asked at the doors of the honest answered, as if by one store', async () => {
    const counts: Record<string, number> = {}
    const asked = await underLoad(
      { nodes: honest, seed: SEED, clientsPerNode: 2 },
      async (crowd) => {
        for (const { pid } of liars) process.kill(pid, 'SIGUSR2')
        for (let round = 1; round <= ROUNDS; round++) {
          crowd.turnTo(round)
          await wait(LIES_MS / ROUNDS)
        }
        await crowd.stop()
        Object.assign(counts, crowd.counts)
      },
    ).catch(async (error) => {
      for (const node of [...honest, ...liars]) console.log(await describeNode(node))
      throw error
    })
    console.log(`# ${asked}`)
    const {
      read = 0,
      'write: acknowledged': written = 0,
      'write: refused': refused,
      ...rest
    } = counts
    assert.deepEqual(rest, {}, 'Somebody was not answered.')
    assert.ok(read > 30 && written > 30, asked)
  })

  it('has the liar in it still, which lied in every way', async () => {
    const last = eve
      .log()
      .split('\n')
      .findLast((line) => line.startsWith('# lies'))
    console.log(last)
    const ways = ['inventor', 'silent', 'repeater'].map((how) => `door: ${how}`)
    for (const way of [...ways, 'line: withholder', 'line: laggard', 'line: replayer']) {
      assert.ok(last?.includes(`"${way}"`), way)
    }
    const liar = await nodeIdOf(eve)
    for (const node of honest) {
      const { primary } = await statusOf(node)
      assert.deepEqual([primary?.voters.length, primary?.voters.includes(liar)], [4, true])
      assert.ok(!node.log().includes('caught lying'))
    }
  })
})
