/** A committee that nobody promotes: it fills itself, and replaces a voter that dies, under writes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { LISTEN } from './harness/cluster.ts'
import { type Called, createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

interface StatusDocument {
  node: { id: string }
  role: string
  primary?: { role: string; voters: string[]; leader?: string; advice?: string }
}

describe('a committee that fills itself', () => {
  let nodes: TestNode[] = []
  let [ada, ben, cleo, dora] = [] as unknown as [TestNode, TestNode, TestNode, TestNode]
  let invite = ''
  let writer: ReturnType<typeof startWriter>

  const statusOf = (node: TestNode) => node.get<StatusDocument>('/api/status')
  const voters = async () => (await statusOf(ada)).primary?.voters ?? []

  /** How long it takes until it is answered. */
  async function timed(of: number[], asked: Promise<Called>): Promise<Called> {
    const since = performance.now()
    const answer = await asked
    of.push(performance.now() - since)
    return answer
  }

  /**
   * One write after the other through a node that need not vote, and a breath between them. Beside each a
   * question that the node answers by itself, for how quick this computer is at the time.
   */
  function startWriter(node: TestNode) {
    const tookMs: number[] = []
    const aloneMs: number[] = []
    const failed: unknown[] = []
    let stopped = false
    const working = (async () => {
      for (let at = 0; !stopped; at++) {
        const value = Buffer.from(`${at}`).toString('base64')
        const put = node.call('PUT', '/api/kv/load/x', { value })
        const { status, body } = await timed(tookMs, put)
        if (status !== 200) failed.push(body)
        await timed(aloneMs, node.call('GET', '/api/kv/load/x?consistency=stale'))
        await setTimeout(5)
      }
    })()
    return {
      tookMs,
      aloneMs,
      failed,
      end() {
        stopped = true
        return working
      },
    }
  }

  async function join(node: TestNode, ...flags: string[]): Promise<void> {
    await node.json('join', invite, '--name', node.name, ...flags)
    await node.up(...LISTEN)
  }

  before(async () => {
    nodes = ['ada', 'ben', 'cleo', 'dora'].map((name) => {
      return createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' })
    })
    ;[ada, ben, cleo, dora] = nodes as [TestNode, TestNode, TestNode, TestNode]
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    ;({ invite } = await ada.json<{ invite: string }>('invite', '--uses', '4'))
  })
  after(async () => {
    await writer?.end()
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('stays one with a Hypha beside it', async () => {
    await join(ben, '--role', 'hypha')
    await until('the founder’s role', 10_000, async () => {
      return (await statusOf(ada)).role === 'sclerotia'
    })
    await until('ben to be known', 20_000, async () => {
      const { nodes: known } = await ada.get<{ nodes: unknown[] }>('/api/cluster/nodes')
      return known.length === 2
    })
    const refused = await ada.cli('--json', 'promote', 'ben')
    assert.match(refused.stderr, /HYPHA/)
    assert.equal((await voters()).length, 1)
    writer = startWriter(ada)
  })

  it('becomes three once three computers are there that may vote', async () => {
    await join(cleo)
    await join(dora)
    await until('three voters', 60_000, async () => (await voters()).length === 3)
    assert.ok(!(await voters()).includes((await statusOf(ben)).node.id))
  })

  it('replaces a voter that stays away, and does not take it back', async () => {
    const gone = (await statusOf(dora)).node.id
    await dora.kill()
    await ben.call('PATCH', '/api/node', { role: 'rhizomorph' })
    await until('a replacement', 150_000, async () => {
      const now = await voters()
      return now.length === 3 && !now.includes(gone)
    })
    await dora.up(...LISTEN)
    await until('dora to follow', 20_000, async () => {
      return (await statusOf(dora)).primary?.role === 'none'
    })
    assert.ok(!(await voters()).includes(gone))
  })

  it('has written through all of it', async () => {
    await writer.end()
    const [p99, alone] = [writer.tookMs, writer.aloneMs].map((all) => {
      return all.toSorted((left, right) => left - right)[Math.floor(all.length * 0.99)] ?? 0
    }) as [number, number]
    const longest = Math.max(...writer.tookMs)
    const told = `p99 ${p99.toFixed(1)} ms (of what asks nobody else ${alone.toFixed(1)} ms)`
    console.log(`# ${writer.tookMs.length} writes, ${told}, the longest ${longest | 0} ms`)
    assert.deepEqual(writer.failed, [])
    // A write goes through three processes and onto two disks, each of which waits for its turn.
    assert.ok(p99 < 200 + 5 * alone, told)
    assert.ok(longest < 1_500 + 5 * alone, `the longest ${longest} ms`)
  })

  it('hands the registry over before the last computer that keeps it leaves', async () => {
    await ada.json('demote', 'cleo')
    await dora.kill()
    await until('one voter', 20_000, async () => (await voters()).length === 1)
    assert.deepEqual(await ada.json('leave', '--yes'), {}, 'the others were told all of it')
    const left = await until('somebody to keep it', 20_000, async () => {
      const { primary } = await statusOf(ben)
      return primary?.role === 'leader' ? primary.voters : undefined
    })
    assert.equal(left.length, 1)
    const stored = await ben.get<{ value: string }>('/api/kv/load/x')
    assert.ok(Number(Buffer.from(stored.value, 'base64').toString()) > 0)
  })

  it('lists whoever left no more, and whoever was killed still', async () => {
    interface Named {
      name: string
      status: string
    }
    await until('ada to be listed no more', 20_000, async () => {
      const { nodes: known } = await ben.get<{ nodes: Named[] }>('/api/cluster/nodes')
      return known.every(({ name }) => name !== 'ada')
    })
    await until('dora to be out of sight', 20_000, async () => {
      const { nodes: known } = await ben.get<{ nodes: Named[] }>('/api/cluster/nodes')
      return known.find(({ name }) => name === 'dora')?.status === 'NotReady'
    })
    const { members } = await ben.get<{ members: { name: string; nodes: string[] }[] }>(
      '/api/members',
    )
    assert.deepEqual(members.map(({ nodes: theirs }) => theirs.length).sort(), [0, 1, 1, 1])
  })
})
