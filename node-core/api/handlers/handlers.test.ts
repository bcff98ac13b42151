import { createRouterClient } from '@orpc/server'
import { describe, expect, it, vi } from 'vitest'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  ADA,
  BEN,
  bundleFacts,
  DIGEST,
  instanceFacts,
  memberOf,
  ownerFacts,
} from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'
import { toFailure } from './failures.ts'
import { EVENT_QUEUE_MAX } from './limits.ts'

function open(change: Parameters<typeof createMemoryNode>[0] = {}) {
  const node = createMemoryNode(change)
  return { node, call: createRouterClient(node.router, { context: {} }) }
}
const WEB = { name: 'web', containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }] }

describe('a node that is named', () => {
  it('is found by name, by id and by the first digits of its id', async () => {
    const { call } = open()
    for (const id of ['ben', BEN.node, BEN.node.slice(0, 8)]) {
      expect(await call.nodes.cordon({ id })).toMatchObject({ id: BEN.node, status: 'Cordoned' })
    }
  })

  it('is refused when the name fits two, with both of them named', async () => {
    const { call } = open({ members: [memberOf(ADA), memberOf({ ...BEN, name: 'ada' })] })
    await expect(call.nodes.cordon({ id: 'ada' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `“ada” fits 2 of them: use the id (${ADA.node.slice(0, 8)}, ${BEN.node.slice(0, 8)}).`,
      data: { reason: 'AMBIGUOUS', candidates: [{ id: ADA.node }, { id: BEN.node }] },
    })
  })
})

describe('who may do what', () => {
  it('lets an owner cordon its own node without being admin, and no other', async () => {
    const { call } = open({ permissions: ['use'] })
    expect(await call.nodes.drain({ id: 'ada' })).toMatchObject({ status: 'Draining' })
    await expect(call.nodes.cordon({ id: 'ben' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('lets an owner change and end only its own workloads', async () => {
    const { node, call } = open({ permissions: ['deploy', 'use'] })
    await call.workloads.deploy(WEB)
    const [record] = node.deps.network()?.state.list('net/workload/') ?? []
    await node.put('net/workload/web', record?.value ?? null, BEN.owner)
    for (const attempt of [
      () => call.workloads.delete({ name: 'web' }),
      () => call.workloads.change({ name: 'web', replicas: 2 }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: '“web” belongs to ben.',
      })
    }
    node.world.permissions = ['admin']
    await expect(call.workloads.delete({ name: 'web' })).resolves.toEqual({})
  })

  it('tells who lacks a right whom to ask for it, by whichever rows it is refused', async () => {
    const owners = [ownerFacts(ADA, false), ownerFacts(BEN, true)]
    const { node, call } = open({ permissions: ['use'], owners })
    const ask = [{ id: BEN.owner, name: 'ben' }]
    await expect(call.workloads.deploy(WEB)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'This needs the permission “deploy” in the network. Ask ben, who can give it.',
      data: { permission: 'deploy', ask },
    })
    // It was taken away, and this node has yet to hear of that.
    node.world.permissions = ['deploy', 'use']
    const parts = node.deps.network()!
    vi.spyOn(parts.desired, 'apply').mockRejectedValue(
      new MyceliumError('FORBIDDEN', 'Your permissions in the network do not cover this.'),
    )
    await expect(call.workloads.deploy(WEB)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'Your permissions in the network do not cover this. Ask ben, who can give it.',
      data: { ask },
    })
  })

  it('names no admin to who lacks what a founder alone gives, and nobody for what is another’s', async () => {
    const admin = { ...ownerFacts(BEN, false), permissions: ['admin' as const] }
    const { call } = open({ permissions: ['use'], owners: [ownerFacts(ADA, false), admin] })
    await expect(call.nodes.cordon({ id: 'ben' })).rejects.not.toHaveProperty('data.ask')
    await expect(call.invites.create({ permissions: ['use'] })).rejects.toMatchObject({
      data: { permission: 'invite', ask: [{ name: 'ben' }] },
    })
  })

  it('lets nobody invite with more than they hold', async () => {
    const { call } = open({ permissions: ['invite', 'use'] })
    await expect(call.invites.create({ permissions: ['admin'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      data: { permissions: ['admin'] },
    })
  })

  it('keeps a founder from being removed or lessened', async () => {
    const { call } = open()
    await expect(call.members.remove({ owner: 'ada' })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

describe('before there is a network', () => {
  it('answers status, founds and joins, and says so to everything else', async () => {
    const { call } = open({ inNetwork: false })
    const { network, node } = await call.node.status()
    expect([network, node.owner.name]).toEqual([undefined, 'Ada']) // Here; `ada` to the others.
    expect((await open().call.node.status()).node.owner.name).toBe('ada')
    await expect(call.nodes.list()).rejects.toMatchObject({ data: { reason: 'NO_NETWORK' } })
    expect(await call.network.found({ networkName: 'Garden' })).toMatchObject({ nodeId: ADA.node })
    await expect(call.network.found({ networkName: 'Other' })).rejects.toMatchObject({
      data: { reason: 'IN_A_NETWORK' },
    })
  })

  it('wants exactly one way in, and no lease of an engine that has no leader', async () => {
    const { call } = open({ inNetwork: false })
    const leases = { networkName: 'Garden', consensus: 'simplex', leaseReads: true } as const
    await expect(call.network.found(leases)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
    await expect(call.network.join({})).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
    await expect(call.network.join({ invite: 'a', seedSpore: 'b' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    })
  })
})

describe('a workload', () => {
  it('is fixed to the content of its image when that is known', async () => {
    const { node, call } = open()
    await call.workloads.deploy(WEB)
    const [record] = node.deps.network()?.state.list('net/workload/') ?? []
    expect(record?.value).toMatchObject({
      parts: [{ source: { imageId: `sha256:${'e'.repeat(64)}` } }],
    })
  })

  it('that is deployed again as it stands is said to have been there', async () => {
    const { call } = open()
    expect(await call.workloads.deploy(WEB)).not.toHaveProperty('existed')
    expect(await call.workloads.deploy(WEB)).toMatchObject({ generation: 1, existed: true })
    expect(await call.workloads.get({ name: 'web' })).not.toHaveProperty('existed')
  })

  it('deployed twice at once, in two forms, is deployed once', async () => {
    const { node, call } = open()
    const other = { ...WEB, replicas: 3 }
    const outcomes = await Promise.allSettled([
      call.workloads.deploy(WEB),
      call.workloads.deploy(other),
    ])
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'CONFLICT' } },
    ])
    await call.workloads.delete({ name: 'web' })
    await expect(call.workloads.deploy(other)).resolves.toMatchObject({ generation: 3 })
    expect(node.deps.network()?.state.list('net/workload/')).toHaveLength(1)
  })

  it('of a bundle nobody published, or nobody trusts, is refused', async () => {
    const { node, call } = open()
    const deploy = () => call.workloads.deploy({ name: 'greeter', bundle: DIGEST })
    await expect(deploy()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    node.world.bundles = [bundleFacts({ trusted: false })]
    await expect(deploy()).rejects.toMatchObject({ data: { reason: 'PUBLISHER_UNTRUSTED' } })
    await expect(deploy()).rejects.toThrow(`mycelium bundle trust ${bundleFacts().publisher}`)
    node.world.bundles = [bundleFacts()]
    expect(await deploy()).toMatchObject({ kind: 'process', bundle: DIGEST })
  })

  it('that was deleted is shown until no node tells of an instance of it', async () => {
    const { node, call } = open()
    await call.workloads.deploy(WEB)
    node.world.instances = [instanceFacts({ status: 'Stopping', kind: 'process' })]
    await call.workloads.delete({ name: 'web' })
    const { workloads } = await call.workloads.list()
    expect(workloads).toMatchObject([
      {
        name: 'web',
        status: 'Deleting',
        kind: 'process',
        replicas: 0,
        owner: { id: ADA.owner, name: 'ada' },
        instances: [{ id: 'web-0-abcdef', status: 'Stopping', nodeName: 'ada' }],
      },
    ])
    expect(await call.workloads.get({ name: 'web' })).toEqual(workloads[0])
    expect((await call.workloads.why({ name: 'web' })).slots).toEqual([])
    await expect(call.workloads.change({ name: 'web', replicas: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { reason: 'DELETED' },
    })
    await expect(call.workloads.delete({ name: 'web' })).resolves.toEqual({})
    node.world.instances = []
    expect(await call.workloads.list()).toEqual({ workloads: [] })
    await expect(call.workloads.get({ name: 'web' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('that was deleted is shown while it may run on a node out of sight, not on one that left', async () => {
    const { node, call } = open({ members: [memberOf(ADA), memberOf(BEN, { liveness: 'dead' })] })
    node.world.instances = [instanceFacts({ node: BEN.node })]
    expect((await call.workloads.list()).workloads).toMatchObject([
      {
        name: 'web',
        status: 'Deleting',
        instances: [{ lost: true }],
        conditions: [{ code: 'NODE_LOST' }],
      },
    ])
    node.world.members = [memberOf(ADA), memberOf(BEN, { liveness: 'left' })]
    expect(await call.workloads.list()).toEqual({ workloads: [] })
  })

  it('that this version cannot read is shown with what runs of it', async () => {
    const { node, call } = open()
    await node.put('net/workload/web', { kind: 'something new' })
    node.world.instances = [instanceFacts()]
    expect(await call.workloads.get({ name: 'web' })).toMatchObject({
      status: 'Degraded',
      conditions: [{ code: 'UNREADABLE' }],
    })
  })

  it('shows instances with their node, and says which are out of sight', async () => {
    const { node, call } = open()
    await call.workloads.deploy({ ...WEB, replicas: 2 })
    node.world.instances = [
      instanceFacts(),
      instanceFacts({ id: 'web-1-abcdef', index: 1, node: BEN.node }),
    ]
    node.world.members = [memberOf(ADA), memberOf(BEN, { liveness: 'dead' })]
    const web = await call.workloads.get({ name: 'web' })
    expect(web).toMatchObject({ running_instances: 1, status: 'Degraded' })
    expect(web.instances).toMatchObject([
      { nodeName: 'ada', lost: false, endpoint: '127.0.0.1:49153' },
      { nodeName: 'ben', lost: true },
    ])
  })

  it('names what keeps a successor from starting, of the workload and of the node that drains', async () => {
    const { node, call } = open()
    await call.workloads.deploy(WEB)
    const reason = { code: 'PORT_TAKEN', message: 'Port 18090 of this computer is taken.' }
    const next = { id: 'web-0-bbbbbb', status: 'Failed', health: 'unknown', reason } as const
    node.world.instances = [instanceFacts({ node: BEN.node }), instanceFacts(next)]
    node.world.members = [memberOf(ADA), memberOf(BEN, { draining: true })]
    const { conditions } = await call.workloads.why({ name: 'web' })
    const ada = `on ada: ${reason.message}`
    expect(conditions).toContainEqual({
      code: 'PORT_TAKEN',
      message: `What is to take over as web-0 ${ada}`,
    })
    const { nodes } = await call.nodes.list()
    expect(nodes.find(({ name }) => name === 'ben')?.drain?.left).toMatchObject([
      { reason: { code: 'PORT_TAKEN', message: `It waits for its successor ${ada}` } },
    ])
  })

  it('has no runs to list, nor to begin, where it serves', async () => {
    const { call } = open()
    await call.workloads.deploy(WEB)
    for (const ask of [call.workloads.runs, call.workloads.run]) {
      await expect(ask({ name: 'web' })).rejects.toMatchObject({
        ...{ code: 'CONFLICT', data: { reason: 'NO_JOB' } },
      })
    }
  })

  it('previews where it would run and what speaks against the others', async () => {
    const { node, call } = open()
    node.world.members = [memberOf(ADA), memberOf(BEN, { cordoned: true })]
    const { slots } = await call.workloads.preview(WEB)
    expect(slots).toMatchObject([
      { nodeName: 'ada', refused: [{ nodeName: 'ben', reason: { code: 'CORDONED' } }] },
    ])
    expect((await call.workloads.list()).workloads).toEqual([])
  })
})

describe('nodes and members', () => {
  it('take what instances have reserved from what is free', async () => {
    const { node, call } = open()
    await call.workloads.deploy({ ...WEB, resources: { cpu: '500m', memory: '256Mi' } })
    node.world.instances = [instanceFacts()]
    const { nodes } = await call.nodes.list()
    expect(nodes[0]?.allocatable).toMatchObject({ cpuMillis: 1_500, memoryBytes: 768 * 2 ** 20 })
  })

  it('call an owner by one name, whichever of its computers is seen first', async () => {
    const { node, call } = open({ permissions: ['deploy', 'use'] })
    await call.workloads.deploy(WEB)
    const vm = { ...BEN, node: 'c1'.padEnd(64, '0') as typeof BEN.node, name: 'vm' }
    const record = node.deps.network()?.state.get('net/workload/web')
    await node.put('net/workload/web', record?.value ?? null, BEN.owner)
    node.world.members = [memberOf(ADA), memberOf(vm), memberOf(BEN)]
    const owners = (await call.nodes.list()).nodes.map(({ owner }) => owner.name)
    expect(owners.toSorted()).toEqual(['ada', 'ben', 'ben'])
    expect((await call.workloads.get({ name: 'web' })).owner.name).toBe('ben')
    const only = { message: 'Only ben or an admin may do this.' }
    for (const id of ['vm', 'ben']) {
      await expect(call.nodes.cordon({ id })).rejects.toMatchObject(only)
    }
  })

  it('ignore links that do not parse', async () => {
    const { node, call } = open()
    await node.put(`node/${BEN.node}/links`, { links: 'none' })
    expect((await call.nodes.list()).nodes[1]?.links).toEqual([])
    await node.put(`node/${BEN.node}/links`, { links: [{ to: ADA.node, latencyMs: 2 }] })
    expect((await call.nodes.list()).nodes[1]?.links).toEqual([{ to: ADA.node, latencyMs: 2 }])
  })

  it('approve and remove by name', async () => {
    const { node, call } = open()
    node.world.owners.push({ ...ownerFacts(BEN, false), name: 'cleo', state: 'waiting' })
    node.world.owners.splice(1, 1)
    await call.members.approve({ owner: 'cleo' })
    await call.members.remove({ owner: 'cleo' })
    expect(node.world.calls.map(({ what }) => what)).toEqual(['approve', 'remove'])
  })
})

describe('a failure', () => {
  it.each([
    ['INVITE_EXPIRED', 'FORBIDDEN', 403],
    ['BUNDLE_INVALID', 'VALIDATION_ERROR', 400],
    ['BLOB_NOT_FOUND', 'NOT_FOUND', 404],
    ['DISK_FULL', 'UNAVAILABLE', 503],
    ['LIMIT_REACHED', 'RATE_LIMITED', 429],
    ['SOMETHING_NEW', 'INTERNAL_ERROR', 500],
  ])('with the code %s is answered as %s', (reason, code, status) => {
    const { node } = open()
    const answer = toFailure(new MyceliumError(reason, 'Why.'), node.deps.logger)
    expect(answer).toMatchObject({ code, status, message: 'Why.', data: { reason } })
  })

  it('without a code keeps its text inside and is logged', () => {
    const { node } = open()
    const answer = toFailure(new Error('secret path'), node.deps.logger)
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(node.logLines).toMatchObject([{ level: 'error' }])
  })
})

describe('the state summary', () => {
  it('holds counts and no values', async () => {
    const { node, call } = open()
    await call.workloads.deploy({ ...WEB, env: { PASSWORD: 'planted' } })
    expect(JSON.stringify(await call.node.debugState())).not.toContain('planted')
    expect(node.world.stopped).toBe(false)
    await call.node.stop()
    expect(node.world.stopped).toBe(true)
  })
})

describe('events', () => {
  it('tell a slow reader how many it missed, and never wait for it', async () => {
    const { node, call } = open()
    const stop = new AbortController()
    const events = await call.events.watch({ subscribe: ['workload'] }, { signal: stop.signal })
    const first = events.next()
    await new Promise(setImmediate)
    await node.put('net/workload/first', {})
    await first
    for (let i = 0; i < EVENT_QUEUE_MAX + 7; i++) await node.put(`net/workload/w${i}`, {})
    for (let i = 0; i < EVENT_QUEUE_MAX; i++) await events.next()
    expect((await events.next()).value).toMatchObject({
      type: 'events.missed',
      data: { count: 7 },
    })
    stop.abort()
  })

  it('tell of networks joined and left, and follow the parts of the new one', async () => {
    const { node, call } = open({ inNetwork: false })
    const events = await call.events.watch({ subscribe: ['network', 'instance'] })
    const first = events.next()
    await new Promise(setImmediate)
    await call.network.found({ networkName: 'Garden' })
    expect((await first).value).toMatchObject({ type: 'network.joined' })
    const { id, node: on, ...told } = instanceFacts()
    await node.put(`node/${on}/instance/${id}`, { ...told })
    expect((await events.next()).value).toMatchObject({
      type: 'instance.changed',
      data: { id, node: on, workload: 'web', status: 'Running' },
    })
    await events.return?.(undefined)
  })
})
