/** A committee that nobody promotes: it fills itself, and replaces a voter that dies, under writes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'
import { startWriter, type Writer } from './harness/writer.ts'

interface StatusDocument {
  node: { id: string }
  role: string
  primary?: { role: string; voters: string[]; leader?: string; advice?: string }
}

const KILLED = 'a voter is killed and replaced'

/** A write may take so long while the committee changes and nobody dies. */
const ORDERLY_MS_MAX = 1_000

function p99Of(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length * 0.99)] ?? 0
}

describe('a committee that fills itself', () => {
  let nodes: TestNode[] = []
  let [ada, ben, cleo, dora] = [] as unknown as [TestNode, TestNode, TestNode, TestNode]
  let invite = ''
  let writer: Writer
  /** While the first one's computer is itself taken in. */
  let later: Writer

  const statusOf = (node: TestNode) => node.get<StatusDocument>('/api/status')
  const voters = async () => (await statusOf(ada)).primary?.voters ?? []
  /** Once it leads, and it and the founder know. */
  const leads = (node: TestNode) =>
    until(`${node.name} to lead`, 20_000, async () => {
      const { id } = (await statusOf(node)).node
      return (await statusOf(ada)).primary?.leader === id && (await roleOf(node)) === 'leader'
    })
  const roleOf = async (node: TestNode) => (await statusOf(node)).primary?.role

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
    await later?.end()
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
    // At the door of one that neither founded the network nor votes.
    writer = startWriter(ben, 'load/x')
  })

  it('becomes three once three computers are there that may vote', async () => {
    writer.during('three are filled')
    await join(cleo)
    await join(dora)
    await until('three voters', 60_000, async () => (await voters()).length === 3)
    assert.ok(!(await voters()).includes((await statusOf(ben)).node.id))
  })

  it('hands the lead over, gives the seat of whoever leads up, and takes it back', async () => {
    writer.during('the lead is handed over')
    await ada.json('transfer', 'cleo')
    await leads(cleo)
    writer.during('the leader is demoted')
    await ada.json('demote', 'cleo')
    await until('cleo to hold nothing', 20_000, async () => (await roleOf(cleo)) === 'none')
    assert.equal((await voters()).length, 2)
    writer.during('it is promoted, by way of a learner')
    await ada.json('promote', 'cleo')
    await until('cleo to vote', 20_000, async () => (await voters()).length === 3)
    writer.during('the lead is handed back')
    await ada.json('transfer', 'ada')
    await leads(ada)
  })

  it('replaces a voter that stays away, and does not take it back', async () => {
    const gone = (await statusOf(dora)).node.id
    assert.equal(await roleOf(dora), 'voter')
    await writer.end()
    // Ben is to be the replacement. Cleo votes, and neither leads nor founded the network.
    assert.equal(await roleOf(cleo), 'voter')
    later = startWriter(cleo, 'later/x')
    later.during(KILLED)
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
    await later.end()
    assert.deepEqual([...writer.failed, ...later.failed], [])
    const stretches = [...writer.stretches, ...later.stretches]
    const all = stretches.map(([, stretch]) => stretch)
    const [p99, alone] = [
      p99Of(all.flatMap(({ tookMs }) => tookMs)),
      p99Of(all.flatMap(({ aloneMs }) => aloneMs)),
    ]
    const told = `p99 ${p99.toFixed(1)} ms (of what asks nobody else ${alone.toFixed(1)} ms)`
    const longest = stretches.map(([what, { tookMs }]) => {
      const longestMs = Math.max(...tookMs)
      console.log(`# while ${what}: ${tookMs.length} writes, the longest ${longestMs | 0} ms`)
      return { what, longestMs }
    })
    console.log(`# ${told}`)
    // A write goes through three processes and onto two disks, each of which waits for its turn.
    assert.ok(p99 < 200 + 5 * alone, told)
    for (const { what, longestMs } of longest) {
      // What is orderly takes no election; whoever is killed has to be missed first.
      const boundMs = what === KILLED ? 1_500 + 5 * alone : ORDERLY_MS_MAX
      assert.ok(longestMs < boundMs, `the longest ${longestMs} ms while ${what}`)
    }
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
