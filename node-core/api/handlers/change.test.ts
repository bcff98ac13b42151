/** Changes by who has read a workload before, and by who cannot read all of it. */
import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { createOpenApiDocument } from '../doors/http/openapi.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

const WEB = {
  name: 'web',
  containers: [
    {
      ...{ image: 'hello:1', command: ['serve'], user: '1000', env: { PASSWORD: 'planted' } },
      ports: [{ containerPort: 80 }],
      files: [{ path: '/etc/web.conf', content: 'planted' }],
    },
  ],
}
const ID = `sha256:${'e'.repeat(64)}`

function open() {
  const node = createMemoryNode()
  const call = createRouterClient(node.router, { context: {} })
  const stored = () => node.deps.network()?.state.list('net/workload/')[0]?.value
  return { node, call, stored }
}

describe('what was read, changed and sent back', () => {
  it('loses nothing of what is not shown', async () => {
    const { call, stored } = open()
    await call.workloads.deploy(WEB)
    const read = await call.workloads.get({ name: 'web' })
    expect(JSON.stringify(read)).not.toContain('planted')
    const containers = read.parts.map(({ name, image = '', ports, user, files = [] }) => ({
      ...{ name, image, ports, ...(user && { user }) },
      files: files.map(({ path, mode }) => ({ path, mode })),
    }))
    const before = stored()
    await call.workloads.change({ name: 'web', generation: read.generation, containers })
    expect(stored()).toEqual(before)
    await call.workloads.change({
      name: 'web',
      containers: [{ image: 'hello:1', env: null, files: [] }],
    })
    expect(JSON.stringify(stored())).not.toContain('planted')
  })

  it('is refused where another version has come since', async () => {
    const { call } = open()
    await call.workloads.deploy(WEB)
    const change = { name: 'web', replicas: 4, generation: 1 }
    await call.workloads.change(change)
    await expect(call.workloads.change(change)).rejects.toMatchObject({
      ...{ code: 'CONFLICT', data: { reason: 'CHANGED_SINCE', generation: 2 } },
    })
  })

  it('is fixed to no image that was found since, unless it is named anew', async () => {
    const { node, call, stored } = open()
    node.world.images = {}
    await call.workloads.deploy({ ...WEB, replicas: 2 })
    const sources = (): unknown => Reflect.get(Object(stored()), 'parts')
    const before = sources()
    node.world.images = { 'hello:1': ID }
    const containers = [{ image: 'hello:1' }]
    for (const change of [
      { replicas: 3 },
      { labels: { team: 'garden' } },
      { edge: { access: 'members' as const } },
      { rollout: { paused: true } },
      { containers },
    ]) {
      const asked = { name: 'web', ...change }
      expect(await call.workloads.differences(asked)).toMatchObject({ replaces: false })
      await call.workloads.change(asked)
      expect(sources()).toEqual(before)
    }
    await call.workloads.change({ name: 'web', image: 'hello:1' })
    expect(sources()).toMatchObject([{ source: { imageId: ID } }])
  })

  it('is fixed to an image that comes to be named', async () => {
    const { node, call, stored } = open()
    node.world.images = { 'hello:2': ID }
    await call.workloads.deploy(WEB)
    const [one] = WEB.containers
    const manifest = JSON.stringify({ ...WEB, containers: [{ ...one, image: 'hello:2' }] })
    await call.workloads.change({ name: 'web', manifest })
    expect(stored()).toMatchObject({ parts: [{ source: { image: 'hello:2', imageId: ID } }] })
  })

  it('is documented where programs look', async () => {
    const document: unknown = JSON.parse(await createOpenApiDocument('0.0.0')())
    const text = JSON.stringify(
      Reflect.get(Object(Reflect.get(Object(document), 'paths')), '/api/workloads/{name}'),
    )
    expect(text).toContain('A field that is absent stays as it is')
  })
})

describe('what a newer release has written', () => {
  it('is shown as that, and neither changed nor written over', async () => {
    const { node, call, stored } = open()
    await call.workloads.deploy(WEB)
    const newer = Object.assign({}, stored(), { ofNextYear: { walls: 'thick' } })
    await node.put('net/workload/web', newer)
    expect(await call.workloads.get({ name: 'web' })).toMatchObject({
      ...{ status: 'Degraded', conditions: [{ code: 'UNREADABLE' }] },
    })
    for (const attempt of [
      () => call.workloads.change({ name: 'web', replicas: 2 }),
      () => call.workloads.deploy(WEB),
      () => call.workloads.deploy({ ...WEB, replicas: 3 }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ data: { reason: 'UNREADABLE' } })
    }
    expect(stored()).toEqual(newer)
  })
})
