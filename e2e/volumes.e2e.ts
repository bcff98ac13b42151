/** What a copy keeps: over a change, a deletion taken back, and the death of its computer. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allReady, LISTEN, nodeIdOf, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

/** Serves how often it was started with this volume, and what its version is. */
const counting = (version: string) => [
  ...['/bin/sh', '-c'],
  `echo ${version} >> /data/starts && exec /bin/httpd -f -p 80 -h /data`,
]
const MANIFEST = (version: string) => ({
  name: 'db',
  containers: [
    {
      ...{ image: 'hello:1', command: counting(version) },
      ...{ ports: [{ containerPort: 80 }], mounts: [{ volume: 'data', path: '/data' }] },
    },
  ],
  volumes: [{ name: 'data', size: '1Gi' }],
})

interface VolumesDocument {
  volumes: { id: string; node: string; state: string; deletedAt?: string }[]
}

describe(`what a copy keeps${skipped}`, { skip: Boolean(missing) }, () => {
  const engines: Engine[] = []
  const nodes: TestNode[] = []
  let ada: TestNode
  /** Where the data lies, and another one. */
  let holder: TestNode
  let other: TestNode

  before(async () => {
    for (const name of ['ada', 'ben']) {
      const engine = await createEngine(name)
      engines.push(engine)
      importBusyboxImage(engine, 'hello:1')
      nodes.push(createTestNode(name, { DOCKER_HOST: engine.host }))
    }
    const [first, second] = nodes
    assert(first && second)
    ada = first
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    const { invite } = await ada.json<{ invite: string }>('invite')
    await second.json('join', invite, '--name', 'ben')
    await second.up(...LISTEN)
    await allReady(nodes)
    assert.equal((await ada.call('POST', '/api/workloads', MANIFEST('one'))).status, 201)
    const { instances } = await running(ada, 'db', { replicas: 1 })
    const onAda = instances[0]?.node === (await nodeIdOf(ada))
    ;[holder, other] = onAda ? [ada, second] : [second, ada]
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
    for (const engine of engines) await engine.remove()
  })

  const starts = async (): Promise<string> => {
    const { text, status } = await other.viaEdge('/db/starts')
    return status === 200 ? text.trim().split('\n').join(' ') : String(status)
  }
  const serves = (wanted: string) =>
    until(`the starts to be ${wanted}`, 60_000, async () => {
      const now = await starts()
      if (now === wanted) return true
      throw new Error(now)
    })
  const kept = async () => (await other.get<VolumesDocument>('/api/volumes')).volumes

  it('is there after a change, which never runs beside what it replaces', async () => {
    await serves('one')
    const { containers, volumes } = MANIFEST('two')
    const change = { containers, volumes }
    assert.equal((await ada.call('PATCH', '/api/workloads/db', change)).status, 200)
    await serves('one two')
    const [volume, more] = await kept()
    assert.equal(more, undefined)
    assert.equal(volume?.node, await nodeIdOf(holder))
    assert.equal(volume?.state, 'used')
  })

  it('is marked when its workload is deleted, and there again when that is taken back', async () => {
    await ada.json('delete', 'db')
    const marked = await until('the volume to be deleted', 30_000, async () => {
      const [volume] = await kept()
      if (volume?.state === 'deleted') return volume
      throw new Error(JSON.stringify(volume))
    })
    assert.ok(marked.deletedAt)
    await ada.json('rollback', 'db')
    await serves('one two two')
    await until('the volume to be used', 30_000, async () => {
      const [volume] = await kept()
      return volume?.state === 'used' && volume.deletedAt === undefined
    })
  })

  it('stays where it lies when that is drained or says it sleeps, and both say so', async () => {
    for (const word of [['drain', holder.name], ['sleep']]) {
      const { code, stderr } = await holder.cli(...word, '--wait', '--timeout', '30s')
      assert.deepEqual([word, code], [word, 7])
      assert.match(stderr, /drained but for db\/0, whose data lies there/)
      assert.equal(await starts(), 'one two two')
    }
    assert.equal((await holder.cli('wake')).code, 0)
    assert.equal((await holder.cli('uncordon', holder.name)).code, 0)
  })

  it('is waited for while its computer is away, which why says, and there when it is back', async () => {
    await holder.kill()
    const why = await until('why to name the data', 60_000, async () => {
      const { stdout } = await other.cli('why', 'db')
      if (/lies on another computer/.test(stdout) && /out of sight/.test(stdout)) return stdout
      throw new Error(stdout)
    })
    assert.doesNotMatch(why, new RegExp(`replica 0: ${other.name}`))
    await holder.up(...LISTEN)
    await serves('one two two')
  })
})
