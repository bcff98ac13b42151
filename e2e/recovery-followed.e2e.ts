/** All three that voted are lost: a fourth, which followed, goes on; one that returns stops and tells. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allReady, describeNode, LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

interface StatusDocument {
  degraded: { code: string }[]
  primary?: { role: string; inForce: boolean; era: number; height?: number }
}
interface ReportDocument {
  reports: { altered: boolean; commands: { subject: string; kind: string }[] }[]
}

const names = ['ada', 'ben', 'cleo', 'dora', 'erin']
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('a committee of which nobody is left', () => {
  let nodes: TestNode[]
  let [ada, ben, cleo, dora, erin] = [] as unknown as [
    ...[TestNode, TestNode, TestNode, TestNode, TestNode],
  ]

  const primaryOf = async (node: TestNode) =>
    (await node.get<StatusDocument>('/api/status')).primary
  const put = (node: TestNode, key: string, value: string) =>
    node.call('PUT', `/api/kv/${key}`, { value: base64(value) })
  const written = (node: TestNode, key: string, value: string) =>
    until(`${node.name} to put ${key}`, 20_000, async () => {
      return (await put(node, key, value)).status === 200
    })
  const holds = async (node: TestNode, key: string, value: string, stale = '') => {
    const { status, body } = await node.call('GET', `/api/kv/${key}${stale}`)
    return status === 200 && (body as { value: string }).value === base64(value)
  }
  const reads = (node: TestNode, key: string, value: string, stale = '') =>
    until(`${node.name} to read ${key}`, 20_000, () => holds(node, key, value, stale))

  before(async () => {
    nodes = names.map((name) => createTestNode(name, { DOCKER_HOST: 'unix:///nowhere.sock' }))
    ;[ada, ben, cleo, dora, erin] = nodes as typeof nodes &
      [TestNode, TestNode, TestNode, TestNode, TestNode]
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    const ordinary = await ada.json<{ invite: string }>('invite', '--uses', '3')
    const admins = await ada.json<{ invite: string }>(
      ...['invite', '--permission', 'admin', '--permission', 'deploy', '--permission', 'use'],
    )
    for (const node of nodes.slice(1)) {
      const { invite } = node === dora ? admins : ordinary
      await node.json('join', invite, '--name', node.name)
      await node.up(...LISTEN)
    }
    await allReady(nodes)
    for (const name of ['dora', 'erin']) await ada.json('demote', name)
    for (const name of ['ben', 'cleo']) await ada.json('promote', name)
    for (const node of nodes) await written(node, `${node.name}/before`, node.name)
    for (const node of [dora, erin]) await reads(node, 'erin/before', 'erin', '?consistency=stale')
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  })

  it('is gone on from by a node that followed, once a person says so', async () => {
    const refused = await dora.cli('--json', 'recover', '--yes')
    assert.equal(refused.code, 4, refused.stderr)
    assert.match(refused.stderr, /QUORUM_STANDS/)
    // What the committee agrees on without those two is late.
    for (const node of [dora, erin]) await node.cli('down')
    await written(cleo, 'cleo/late', 'of cleo')
    for (const node of [ada, ben, cleo]) await node.kill()
    await dora.up(...LISTEN)
    await erin.up(...LISTEN)
    assert.equal((await put(dora, 'dora/x', 'refused')).status, 503)
    const { plan } = await until('a plan', 20_000, async () => {
      const shown = await dora.json<{ plan: { follows: boolean; missing: string[] } }>('recover')
      return shown.plan ? shown : undefined
    })
    assert.deepEqual([plan.follows, plan.missing.length], [true, 3])
    assert.match((await dora.cli('recover')).stdout, /followed, and did not vote/)
    const guest = await erin.cli('--json', 'recover', '--yes')
    assert.equal(guest.code, 4, guest.stderr)
    assert.deepEqual(await dora.json('recover', '--yes', '--anyway'), { era: 1 })
    await written(dora, 'dora/after', 'kept')
    await reads(dora, 'ada/before', 'ada')
    await reads(erin, 'dora/after', 'kept')
    await written(erin, 'erin/after', 'kept')
    const primary = await primaryOf(dora)
    assert.deepEqual([primary?.era, primary?.role, primary?.inForce], [1, 'leader', true])
  })

  it('is learned from by a member that returns, which reports and does not vote', async () => {
    await cleo.up(...LISTEN)
    await until('cleo to learn', 60_000, async () => {
      const primary = await primaryOf(cleo)
      return primary?.era === 1 && ['learner', 'voter'].includes(primary.role)
    }).catch(async (error) => {
      console.log(await describeNode(cleo))
      throw error
    })
    await reads(cleo, 'dora/after', 'kept')
    assert.equal((await cleo.call('GET', '/api/kv/cleo/late')).status, 404)
    const { degraded } = await cleo.get<StatusDocument>('/api/status')
    assert.ok(degraded.some(({ code }) => code === 'LATE_WRITES'))
    const { reports } = await cleo.json<ReportDocument>('recover', 'report')
    const late = reports.flatMap(({ commands }) => commands).filter(({ kind }) => kind === 'kv.put')
    assert.ok(late.some(({ subject }) => subject === 'cleo/late'))
    assert.ok(reports.every(({ altered }) => !altered))
    await dora.json('promote', 'cleo')
    await written(cleo, 'cleo/again', 'yes')
    await reads(erin, 'cleo/again', 'yes')
  })

  it('stands after all have started again', async () => {
    for (const node of [dora, cleo, erin]) await node.kill()
    for (const node of [dora, cleo, erin]) await node.up(...LISTEN)
    await written(erin, 'erin/last', 'yes')
    await reads(dora, 'cleo/again', 'yes')
    for (const node of [ada, ben]) await node.up(...LISTEN)
    for (const node of [ada, ben]) await reads(node, 'erin/last', 'yes')
  })
})
