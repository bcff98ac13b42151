/** A committee that nobody promotes: it fills itself, and replaces a voter that dies, under writes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
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

  /** One write after the other through a node that need not vote, and a breath between them. */
  function startWriter(node: TestNode) {
    const tookMs: number[] = []
    const failed: unknown[] = []
    let stopped = false
    const working = (async () => {
      for (let at = 0; !stopped; at++) {
        const since = performance.now()
        const value = Buffer.from(`${at}`).toString('base64')
        const { status, body } = await node.call('PUT', '/api/kv/load/x', { value })
        if (status !== 200) failed.push(body)
        tookMs.push(performance.now() - since)
        await setTimeout(5)
      }
    })()
    return {
      tookMs,
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
    const sorted = writer.tookMs.sort((left, right) => left - right)
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0
    const [longest = 0] = sorted.slice(-1)
    console.log(
      `# ${sorted.length} writes, p99 ${p99.toFixed(1)} ms, the longest ${longest | 0} ms`,
    )
    assert.deepEqual(writer.failed, [])
    assert.ok(p99 < 250, `p99 ${p99} ms`)
    assert.ok(longest < 5_000, `the longest ${longest} ms`)
  })

  it('hands the registry over before the last computer that keeps it leaves', async () => {
    await ada.json('demote', 'cleo')
    await dora.kill()
    await until('one voter', 20_000, async () => (await voters()).length === 1)
    await ada.json('leave', '--yes')
    const left = await until('somebody to keep it', 20_000, async () => {
      const { primary } = await statusOf(ben)
      return primary?.role === 'leader' ? primary.voters : undefined
    })
    assert.equal(left.length, 1)
    const stored = await ben.get<{ value: string }>('/api/kv/load/x')
    assert.ok(Number(Buffer.from(stored.value, 'base64').toString()) > 0)
  })
})
