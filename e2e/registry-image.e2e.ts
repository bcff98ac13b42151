/** An image that no member has comes from a registry, once: the others have it from whoever fetched it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Cluster, createCluster, running } from './harness/cluster.ts'
import { type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { moveToRegistry, type Registry } from './harness/registry.ts'
import { until } from './harness/waiting.ts'

const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

describe(`an image of a registry${skipped}`, { skip: Boolean(missing) }, () => {
  let cluster: Cluster
  let registry: Registry
  before(async () => {
    cluster = await createCluster({ engines: true })
    const [engine] = cluster.engines
    if (!engine) throw new Error('No engine.')
    importBusyboxImage(engine, 'shelf:1')
    registry = await moveToRegistry(engine, 'shelf:1')
  })
  after(async () => {
    registry?.close()
    await cluster?.remove()
  })

  it('is fetched from there where no member has it', async () => {
    const [ada] = cluster.nodes
    const deploy = ['deploy', '--image', registry.reference, '--name', 'shelf', '-p', '0:80']
    assert.equal((await ada.cli(...deploy, '--wait')).code, 0)
    await running(ada, 'shelf', { replicas: 1, timeoutMs: 60_000 })
    assert.equal((await ada.viaEdge('/shelf/')).status, 200)
    // Its configuration and its one layer.
    assert.equal(registry.blobsGiven(), 2)
  })

  it('comes from that member to the others, when the registry is away', async () => {
    const [ada, ben] = cluster.nodes
    registry.close()
    await ada.json('scale', 'shelf', '3')
    const { instances } = await running(ada, 'shelf', { replicas: 3, timeoutMs: 60_000 })
    assert.equal(new Set(instances.map(({ node }) => node)).size, 3)
    assert.equal((await ben.viaEdge('/shelf/')).status, 200)
  })

  it('is one that the network fetched, so that it goes when nobody needs it', async () => {
    const [ada] = cluster.nodes
    const [layer] = registry.layers
    const has = (engine: Engine): boolean => {
      const ids = engine.docker('images', '-q').split('\n').filter(Boolean)
      return ids.some((id) => engine.docker('image', 'inspect', id).includes(`${layer}`))
    }
    assert.ok(cluster.engines.every(has))
    assert.equal((await ada.cli('delete', 'shelf')).code, 0)
    await until('every copy to end', 60_000, () => {
      return cluster.engines.every((engine) => !engine.docker('ps', '-a').includes('shelf-'))
    })
    for (const node of cluster.nodes) await node.json('reclaim')
    assert.ok(!cluster.engines.some(has))
  })
})
