/** A workload finds another by name, on its own computer and on another, and nothing that it did not name. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allReady, LISTEN, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

/** Answers with the word at port 80. */
const says = (word: string) => [
  ...['/bin/sh', '-c'],
  `mkdir -p /tmp/w && printf ${word} > /tmp/w/index.html && exec /bin/httpd -f -p 80 -h /tmp/w`,
]
/** Answers with what `http://store/` says just then, or with an empty page. */
const asks = [
  ...['/bin/sh', '-c'],
  `mkdir -p /tmp/w/cgi-bin
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n"\\nwget -q -O - http://store/ || printf nothing\\n' > /tmp/w/cgi-bin/ask
chmod 755 /tmp/w/cgi-bin/ask
exec /bin/httpd -f -p 8080 -h /tmp/w`,
]

describe(`names of other workloads${skipped}`, { skip: Boolean(missing) }, () => {
  let engines: Engine[]
  let nodes: TestNode[]
  let [ada, ben] = [] as unknown as [TestNode, TestNode]

  before(async () => {
    engines = [await createEngine('ada'), await createEngine('ben')]
    for (const engine of engines) importBusyboxImage(engine, 'hello:1')
    // As the images of databases do: nobody declares the port of theirs.
    for (const engine of engines) importBusyboxImage(engine, 'store:1', 80)
    nodes = ['ada', 'ben'].map((name, at) => {
      return createTestNode(name, { DOCKER_HOST: engines[at]?.host ?? '' })
    })
    ;[ada, ben] = nodes as [TestNode, TestNode]
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    const { invite } = await ada.json<{ invite: string }>('invite')
    await ben.json('join', invite, '--name', 'ben')
    await ben.up(...LISTEN)
    await allReady(nodes)
  })
  after(async () => {
    await Promise.all((nodes ?? []).map((node) => node.remove()))
    for (const engine of engines ?? []) await engine.remove()
  })

  const deploy = async (node: TestNode, body: object): Promise<void> => {
    const answer = await node.call('POST', '/api/workloads', body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
  }
  const container = { image: 'hello:1' }
  const store = (word: string) => ({ image: 'store:1', command: says(word) })
  const asked = async (): Promise<string> => (await ada.viaEdge('/front/cgi-bin/ask')).text
  const answers = (word: string) =>
    until(`“${word}”`, 40_000, async () => {
      const answer = await asked()
      if (answer === word) return true
      throw new Error(`it was “${answer}”`)
    })

  it('says what is missing as long as it is', async () => {
    await deploy(ada, {
      name: 'front',
      containers: [{ ...container, command: asks, ports: [{ containerPort: 8080 }] }],
      uses: [{ name: 'shelf', as: 'store' }],
      placement: { apart: ['shelf'] },
    })
    await running(ada, 'front', { replicas: 1 })
    const { conditions } = await ada.get<{ conditions: { code: string; message: string }[] }>(
      '/api/workloads/front',
    )
    assert.deepEqual(conditions, [
      {
        code: 'USE_LEADS_NOWHERE',
        message: '“store” (shelf) leads nowhere: nobody has deployed it.',
      },
    ])
    assert.equal(await asked(), 'nothing')
  })

  it('leads to another computer from when it is deployed, without a new start', async () => {
    await deploy(ada, { name: 'shelf', containers: [store('one')] })
    assert.equal((await ada.viaEdge('/shelf/')).status, 502)
    await answers('one')
    const [front, shelf] = await Promise.all([
      running(ada, 'front', { replicas: 1 }),
      running(ada, 'shelf', { replicas: 1 }),
    ])
    assert.notEqual(front.instances[0]?.node, shelf.instances[0]?.node)
    assert.deepEqual(
      (await ada.get<{ conditions: unknown[] }>('/api/workloads/front')).conditions,
      [],
    )
  })

  it('goes on through a change of the other, without a failed request', async () => {
    const seen = new Set<string>()
    let done = false
    const asking = (async () => {
      while (!done) seen.add(await asked())
    })()
    // With the port declared it is asked whether it answers, before it is in anybody's way.
    const change = { command: says('two'), ports: [{ containerPort: 80 }] }
    await ada.call('PATCH', '/api/workloads/shelf', change)
    await answers('two')
    done = true
    await asking
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })

  it('goes on when the node of the one that asks was killed and came back', async () => {
    const front = (await running(ada, 'front', { replicas: 1 })).instances[0]
    const own = engines[0]?.docker('ps', '--format', '{{.Names}}').includes(front?.id ?? '?')
      ? ada
      : ben
    await own.kill()
    await own.up(...LISTEN)
    await answers('two')
    assert.equal((await running(ada, 'front', { replicas: 1 })).instances[0]?.id, front?.id)
  })

  it('leads nobody to what another owner runs', async () => {
    await deploy(ben, {
      name: 'peek',
      containers: [{ ...container, command: asks, ports: [{ containerPort: 8080 }] }],
      uses: [{ name: 'shelf', as: 'store' }],
    })
    await running(ben, 'peek', { replicas: 1 })
    assert.equal((await ben.viaEdge('/peek/cgi-bin/ask')).text, 'nothing')
    const { conditions } = await ben.get<{ conditions: { message: string }[] }>(
      '/api/workloads/peek',
    )
    assert.match(conditions[0]?.message ?? '', /another owner’s/)
  })
})
