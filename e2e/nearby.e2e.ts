/** Two computers on one local network find each other without a seed, an invite or an address. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createLan, type Lan, lanUnavailable } from './harness/lan.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const missing = lanUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

interface Nearby {
  networks: { name: string; nodeName: string; address: string }[]
}

describe(`on one local network${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let lan: Lan
  let ada: TestNode
  let ben: TestNode

  before(async () => {
    lan = createLan(2)
    const noEngine = { DOCKER_HOST: 'unix:///nowhere.sock' }
    ada = createTestNode('ada', noEngine, { namespace: lan.hosts[0]! })
    ben = createTestNode('ben', noEngine, { namespace: lan.hosts[1]! })
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up('--listen', '/ip4/0.0.0.0/tcp/4000')
    await ben.up('--listen', '/ip4/0.0.0.0/tcp/4000')
  })
  after(async () => {
    await Promise.all([ada?.remove(), ben?.remove()])
    lan?.remove()
  })

  it('a newcomer hears of the network, asks, and is let in', async () => {
    const found = await until(
      'ben to hear of Garden',
      30_000,
      async () => {
        const { networks } = await ben.get<Nearby>('/api/network/nearby')
        return networks.find(({ name }) => name === 'Garden')
      },
      500,
    )
    assert.equal(found.nodeName, 'ada')
    const { address } = found
    const join = { address, nodeName: 'ben' }
    const asked = await ben.call('POST', '/api/network/join', join)
    assert.equal((asked.body as { admitted: boolean }).admitted, false)
    const waiting = await until('ada to see who asks', 10_000, async () => {
      const { members } = await ada.json<{ members: { owner: string; state: string }[] }>('members')
      return members.find(({ state }) => state === 'waiting')
    })
    await ada.json('members', 'approve', waiting.owner)
    await until('ben to be in', 20_000, async () => {
      const { nodes } = await ben.json<{ nodes: { status: string }[] }>('nodes')
      return nodes.filter(({ status }) => status === 'Ready').length === 2
    })
  })

  it('members find each other again by themselves when both have moved on', async () => {
    await ben.kill()
    await ada.kill()
    await ada.up('--listen', '/ip4/0.0.0.0/tcp/4100')
    await ben.up('--listen', '/ip4/0.0.0.0/tcp/4100')
    await until('both to be ready again', 30_000, async () => {
      const { nodes } = await ben.json<{ nodes: { status: string }[] }>('nodes')
      return nodes.filter(({ status }) => status === 'Ready').length === 2
    })
  })
})
