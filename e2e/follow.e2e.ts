/** A Hypha follows the log of three others: it is up to date, loses no call as its entry node dies, and outlives them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allReady, LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

interface StatusDocument {
  node: { id: string }
  primary?: { role: string; inForce: boolean; voters: string[]; height?: number; follows?: string }
}
interface NodesDocument {
  nodes: {
    name: string
    id: string
    committee?: object
    copy?: { height: number; behind: number }
  }[]
}

const names = ['ada', 'ben', 'cleo', 'dora']
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('a node that follows a committee of three', () => {
  let nodes: TestNode[]
  let [ada, , , dora] = [] as unknown as [TestNode, TestNode, TestNode, TestNode]

  const primaryOf = async (node: TestNode) => {
    return (await node.get<StatusDocument>('/api/status')).primary
  }
  const put = (node: TestNode, key: string, value: string) =>
    node.call('PUT', `/api/kv/${key}`, { value: base64(value) })
  async function isHeld(node: TestNode, key: string, value: string): Promise<boolean> {
    const { status, body } = await node.call('GET', `/api/kv/${key}?consistency=stale`)
    return status === 200 && (body as { value: string }).value === base64(value)
  }
  async function parentOf(node: TestNode): Promise<TestNode> {
    return until('a parent', 20_000, async () => {
      const follows = (await primaryOf(node))?.follows
      for (const other of nodes) {
        if (other === node || !follows) continue
        const id = await other
          .get<StatusDocument>('/api/status')
          .then((status) => status.node.id)
          .catch(() => undefined)
        if (id === follows) return other
      }
      return undefined
    })
  }

  before(async () => {
    nodes = names.map((name) => createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }))
    ;[ada, , , dora] = nodes as [TestNode, TestNode, TestNode, TestNode]
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    const { invite } = await ada.json<{ invite: string }>('invite', '--uses', '3')
    for (const node of nodes.slice(1)) {
      const role = node === dora ? ['--role', 'hypha'] : []
      await node.json('join', invite, '--name', node.name, ...role)
      await node.up(...LISTEN)
    }
    await allReady(nodes)
    for (const name of ['ben', 'cleo']) await ada.json('promote', name)
    await until('dora to be known', 20_000, async () => {
      return (await put(dora, 'dora/x', '1')).status === 200
    })
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('holds what is written elsewhere, and is shown with how far it has come', async () => {
    assert.equal((await put(ada, 'ada/x', '1')).status, 200)
    await until('it to come', 5_000, () => isHeld(dora, 'ada/x', '1'))
    await until('all to be level', 10_000, async () => {
      const { nodes: list } = await ada.get<NodesDocument>('/api/cluster/nodes')
      const row = list.find(({ name }) => name === 'dora')
      const isLevel = list.every(({ copy }) => copy !== undefined && copy.behind === 0)
      return isLevel && row !== undefined && row.committee === undefined
    })
    const { stdout } = await ada.cli('nodes')
    assert.match(stdout, /dora.*follows/)
    await until('dora to say whom it follows', 10_000, async () => {
      return /at height \d+, follows/.test((await dora.cli('status')).stdout)
    })
  })

  it('loses no call when whom it follows is killed, and follows another', async () => {
    const parent = await parentOf(dora)
    const failed: unknown[] = []
    let ending = false
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let at = 0; !ending; at++) {
        const key = `dora/${client}/${at}`
        const read = () => dora.call('GET', `/api/kv/${key}`)
        for (const call of [() => put(dora, key, `${at}`), read]) {
          const { status, body } = await call()
          if (status !== 200) failed.push(body)
        }
      }
    })
    await until('some writes', 10_000, () => isHeld(dora, 'dora/0/5', '5'))
    await parent.kill()
    const next = await parentOf(dora)
    assert.notEqual(next, parent)
    assert.equal((await put(dora, 'dora/after', '1')).status, 200)
    ending = true
    await Promise.all(clients)
    assert.deepEqual(failed, [])
    await until('the last of it', 5_000, () => isHeld(dora, 'dora/after', '1'))
    await parent.up(...LISTEN)
  })

  it('shows what was committed after a restart, though nobody of the committee is left', async () => {
    assert.equal((await put(dora, 'dora/last', '1')).status, 200)
    await until('it to come', 5_000, () => isHeld(dora, 'dora/last', '1'))
    await dora.cli('down')
    for (const node of nodes.slice(0, 3)) await node.kill()
    await dora.up(...LISTEN)
    assert.ok(await isHeld(dora, 'dora/last', '1'))
    assert.equal((await dora.call('GET', '/api/kv/dora/last')).status, 503)
  })
})
