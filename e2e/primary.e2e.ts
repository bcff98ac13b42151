/** The Primary with real processes: a committee of three, its leader killed, its majority lost. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { describeNode, foundTogether, LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

interface StatusDocument {
  discoveryTier: string
  degraded: { code: string }[]
  primary?: { role: string; inForce: boolean; voters: string[]; leader?: string; height?: number }
}

const names = ['ada', 'ben', 'cleo']
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('a committee of three nodes', () => {
  let nodes: TestNode[]
  let [ada, ben, cleo] = [] as unknown as [TestNode, TestNode, TestNode]

  const statusOf = (node: TestNode) => node.get<StatusDocument>('/api/status')
  const put = (node: TestNode, key: string, value: string) =>
    node.call('PUT', `/api/kv/${key}`, { value: base64(value) })
  async function written(node: TestNode, key: string, value: string): Promise<void> {
    const { status, body } = await put(node, key, value)
    assert.equal(status, 200, `${node.name} puts ${key}: ${JSON.stringify(body)}`)
  }
  async function reads(node: TestNode, key: string, value: string): Promise<void> {
    const entry = await node.get<{ value: string }>(`/api/kv/${key}`)
    assert.equal(entry.value, base64(value), `${node.name} reads ${key}`)
  }
  async function leader(of: readonly TestNode[]): Promise<TestNode> {
    return until('a leader', 20_000, async () => {
      for (const node of of) {
        if ((await statusOf(node)).primary?.role === 'leader') return node
      }
      return undefined
    })
  }

  before(async () => {
    nodes = names.map((name) => createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }))
    ;[ada, ben, cleo] = nodes as [TestNode, TestNode, TestNode]
    await foundTogether(nodes)
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('is a committee of one at first, which the others reach over the mesh', async () => {
    await until('the Primary', 20_000, async () => {
      return (await statusOf(ben)).discoveryTier === 'primary'
    })
    await written(ada, 'ada/x', '1')
    await until('ben to be known to the registry', 10_000, async () => {
      return (await put(ben, 'ben/x', '2')).status === 200
    })
    await reads(cleo, 'ben/x', '2')
    await until('cleo to be known too', 10_000, async () => {
      return (await put(cleo, 'cleo/x', '2')).status === 200
    })
    assert.equal((await put(cleo, 'ada/x', '3')).status, 403)
  })

  it('takes in two more, and every node writes and reads', async () => {
    for (const name of ['ben', 'cleo']) await ada.json('promote', name)
    for (const node of nodes) {
      await until(`${node.name} to vote`, 10_000, async () => {
        const { primary } = await statusOf(node)
        const votes = primary?.role === 'voter' || primary?.role === 'leader'
        return votes && primary.inForce && primary.voters.length === 3
      })
      await written(node, `${node.name}/y`, node.name)
    }
    for (const node of nodes) for (const name of names) await reads(node, `${name}/y`, name)
  })

  it('hands the lead over when told to, and goes on writing', async () => {
    for (const next of [ben, cleo]) {
      const answer = await ada.json<{ leader?: string }>('transfer', next.name)
      // Who led before may be the last to hear of it.
      await until(`${next.name} alone to lead`, 10_000, async () => {
        const all = await Promise.all(nodes.map(statusOf))
        const leading = nodes.filter((_, at) => all[at]?.primary?.role === 'leader')
        return leading.length === 1 && leading[0] === next
      })
      assert.equal(answer.leader, (await statusOf(next)).primary?.leader)
      await written(next, `${next.name}/led`, '1')
    }
  })

  it('compares and sets, lists, and refuses what is too large', async () => {
    const entry = await ada.get<{ revision: number }>('/api/kv/ada/x')
    const at = String(entry.revision)
    const changed = await ben.cli('--json', 'kv', 'put', 'ada/x', '9', '--if-match', at)
    assert.equal(changed.code, 4, changed.stderr)
    await ada.json('kv', 'put', 'ada/x', '9', '--if-match', at)
    const late = await ada.cli('--json', 'kv', 'put', 'ada/x', '10', '--if-match', at)
    assert.match(late.stderr, /REVISION_MISMATCH/)
    assert.equal(late.code, 4)
    await ada.json('kv', 'put', 'ada/x', '9', '--if-match', '*')
    const absent = await ada.cli('--json', 'kv', 'delete', 'ada/none', '--if-match', '*')
    assert.equal(absent.code, 4, absent.stderr)
    const { keys } = await cleo.get<{ keys: { key: string }[] }>('/api/kv?prefix=ada/')
    assert.deepEqual(
      keys.map(({ key }) => key),
      ['ada/x', 'ada/y'],
    )
    const tooLarge = await put(ada, 'ada/big', 'x'.repeat(2 ** 20 + 1))
    assert.equal(tooLarge.status, 413)
    await written(ada, 'ada/big', 'x'.repeat(2 ** 20))
  })

  it('does a transaction whole or not at all, which every node sees', async () => {
    await written(ada, 'ada/stock', '2')
    const sell = [
      'kv',
      'txn',
      '--if',
      'value ada/stock = 2',
      '--put',
      'ada/stock=1',
      '--put',
      'ada/sold=1',
    ]
    assert.equal((await ada.json<{ succeeded: boolean }>(...sell)).succeeded, true)
    const again = await ada.cli('--json', ...sell)
    assert.equal(again.code, 4)
    assert.match(again.stderr, /COMPARISON_FAILED/)
    await reads(cleo, 'ada/stock', '1')
    await reads(ben, 'ada/sold', '1')
  })

  it('runs commands one at a time under a lock, each with a higher token', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-lock-'))
    const trace = path.join(folder, 'trace')
    const script = `echo "in $MYCELIUM_LOCK_TOKEN" >> ${trace}; sleep 0.3; echo out >> ${trace}`
    const locked = ['kv', 'lock', 'ada/l', '--', 'sh', '-c', script]
    const runs = await Promise.all([ada, ada, ada].map((node) => node.cli(...locked)))
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0, 0],
    )
    const lines = readFileSync(trace, 'utf8').trim().split('\n')
    assert.match(lines.join(' '), /^in \d+ out in \d+ out in \d+ out$/)
    const tokens = lines.flatMap((line) => (line.startsWith('in') ? [Number(line.slice(3))] : []))
    assert.deepEqual(
      tokens,
      [...tokens].sort((left, right) => left - right),
    )
    rmSync(folder, { recursive: true })
  })

  it('stops a command whose lock cannot be kept, before another gets it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-lock-'))
    const beat = path.join(folder, 'beat')
    const script = `trap '' TERM; while :; do date +%s%N >> ${beat}; sleep 0.02; done`
    const lock = ['kv', 'lock', 'ben/m', '--ttl', '4s', '--', 'sh', '-c', script]
    const held = ben.cli('--json', ...lock)
    await until('it to run', 10_000, async () => existsSync(beat))
    await ada.json('kv', 'lease', 'grant', 'ben/next', '--ttl', '60s')
    const next = ada.call('PUT', '/api/locks/ben/m', { lease: 'ben/next', waitSeconds: 25 })
    // Nobody renews the lease of the one that runs any more.
    await ben.kill()
    const { code, stderr } = await held
    assert.equal(code, 1, stderr)
    assert.match(stderr, /LOCK_LOST/)
    const { status, body } = await next
    const takenMs = Date.now()
    assert.deepEqual([status, (body as { held: boolean }).held], [200, true])
    const lastMs = Number(readFileSync(beat, 'utf8').trim().split('\n').at(-1)) / 1e6
    console.log(`# the command was ended ${Math.round(takenMs - lastMs)} ms before the next got it`)
    assert.ok(lastMs < takenMs)
    await ben.up(...LISTEN)
    rmSync(folder, { recursive: true })
  })

  it('writes again within seconds of the leader’s kill -9, and brings it up to date', async () => {
    const gone = await leader(nodes)
    const rest = nodes.filter((node) => node !== gone)
    const [first, second] = rest as [TestNode, TestNode]
    await gone.kill()
    const since = performance.now()
    await until('a write', 10_000, async () => {
      return (await put(first, `${first.name}/after`, 'kept')).status === 200
    })
    console.log(`# leader killed, next write after ${Math.round(performance.now() - since)} ms`)
    await reads(second, `${first.name}/after`, 'kept')
    await gone.up(...LISTEN)
    await until(`${gone.name} to be up to date`, 20_000, async () => {
      await reads(gone, `${first.name}/after`, 'kept')
      return (await statusOf(gone)).primary?.role === 'voter'
    })
  })

  it('without a majority refuses writes and reads, and answers what is stale', async () => {
    await ben.kill()
    await cleo.kill()
    const since = performance.now()
    const refused = await put(ada, 'ada/x', 'lost')
    assert.equal(refused.status, 503)
    assert.equal((refused.body as { code: string }).code, 'NO_QUORUM')
    assert.ok(performance.now() - since < 8_000)
    assert.equal((await ada.call('GET', '/api/kv/ada/x')).status, 503)
    const body = { name: 'late', containers: [{ name: 'late', image: 'hello:1' }] }
    const deployed = await ada.call('POST', '/api/workloads', body)
    assert.equal((deployed.body as { code: string }).code, 'NO_QUORUM')
    assert.equal((await ada.call('GET', '/api/workloads/late')).status, 404)
    const stale = await ada.call('GET', '/api/kv/ada/x?consistency=stale')
    assert.equal(stale.status, 200)
    await until('it to be told', 5_000, async () => {
      const { degraded, discoveryTier } = await statusOf(ada)
      return discoveryTier !== 'primary' && degraded.some(({ code }) => code === 'NO_QUORUM')
    })
    await ben.up(...LISTEN)
    await until(
      'writes again',
      20_000,
      async () => (await put(ada, 'ada/x', 'back')).status === 200,
    )
    await reads(ben, 'ada/x', 'back').catch(async (error) => {
      console.log(await describeNode(ben))
      throw error
    })
  })
})
