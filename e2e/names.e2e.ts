/**
 * A workload finds another by name, on its own computer and on another, and nothing that it did not
 * name; and people reach both over TLS, by names that the network's own authority stands for.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { makeAuthority } from '../node-core/work/certificates/testing/made-certificates.ts'
import { allReady, LISTEN, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage, untilAsked } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

const UP = [...LISTEN, '--edge-tls-port', '0']
/** Of somebody whom clients trust already, as they do the authorities of the web. */
const web = makeAuthority(['example.org'])

interface Told {
  tls?: { port?: number }
  degraded: { code: string }[]
}

/** What curl is answered over TLS at a node's edge, and by which version of HTTP. */
async function curl(node: TestNode, ca: string, name: string, ...more: string[]): Promise<string> {
  const port = await until(`${node.name} to take TLS`, 20_000, async () => {
    return (await node.get<Told>('/api/status')).tls?.port
  })
  const resolve = `${name}:${port}:127.0.0.1`
  const words = ['-s', '--cacert', ca, '--resolve', resolve, '-w', ' by HTTP/%{http_version}']
  return new Promise((done) => {
    execFile('curl', [...words, ...more, `https://${name}:${port}/`], (error, out) => {
      done(error ? `curl ended with ${error.code}` : out)
    })
  })
}

const SERVE = untilAsked('/bin/httpd -f -p 80 -h /tmp/w')
/** Answers with the word at port 80. */
const says = (word: string) => [
  ...['/bin/sh', '-c'],
  `mkdir -p /tmp/w && printf ${word} > /tmp/w/index.html && ${SERVE}`,
]
/** Answers with what `http://store/` says just then, at the port at which it asks the other itself. */
const asks = [
  ...['/bin/sh', '-c'],
  `mkdir -p /tmp/w/cgi-bin
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n"\\nwget -q -O - http://store/ || printf nothing\\n' > /tmp/w/cgi-bin/ask
chmod 755 /tmp/w/cgi-bin/ask
${SERVE}`,
]

describe(`names of other workloads${skipped}`, { skip: Boolean(missing) }, () => {
  let engines: Engine[]
  let nodes: TestNode[]
  let [ada, ben] = [] as unknown as [TestNode, TestNode]

  before(async () => {
    engines = await Promise.all(['ada', 'ben'].map((name) => createEngine(name)))
    for (const engine of engines) importBusyboxImage(engine, 'hello:1')
    nodes = ['ada', 'ben'].map((name, at) => {
      return createTestNode(name, { DOCKER_HOST: engines[at]?.host ?? '' })
    })
    ;[ada, ben] = nodes as [TestNode, TestNode]
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...UP)
    const { chain, key } = web.certify(['shop.example.org'])
    writeFileSync(path.join(ben.home, 'shop.pem'), chain)
    writeFileSync(path.join(ben.home, 'shop.key'), key)
    writeFileSync(
      path.join(ben.home, 'config.toml'),
      '[[edge.certificates]]\ncertificate = "shop.pem"\nkey = "shop.key"\n' +
        '[edge.certificates.names]\n"shop.example.org" = "shelf"\n',
    )
    const { invite } = await ada.json<{ invite: string }>('invite')
    await ben.json('join', invite, '--name', 'ben')
    await ben.up(...UP)
    await allReady(nodes)
  })
  after(async () => {
    await Promise.all((nodes ?? []).map((node) => node.remove()))
    await Promise.all((engines ?? []).map((engine) => engine.remove()))
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
      containers: [{ ...container, command: asks, ports: [{ containerPort: 80 }] }],
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
    // As the images of databases do: nobody declares the port of theirs, and it comes after the deploy.
    for (const engine of engines) importBusyboxImage(engine, 'store:1', 80)
    const { status, text } = await ada.viaEdge('/shelf/')
    assert.deepEqual([status, text], [404, 'shelf declares no port.\n'])
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
    await until('the old one to end', 40_000, async () => {
      const { instances } = await running(ada, 'shelf', { replicas: 1 })
      assert.equal(instances.length, 1)
      assert.equal(await asked(), 'two')
      return true
    })
    done = true
    await asking
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })

  it('is reached over TLS at every edge, by whoever trusts the network’s authority', async () => {
    const ca = path.join(ben.home, 'garden.pem')
    const { fingerprint } = await ben.json<{ fingerprint: string }>('trust', '--out', ca)
    assert.deepEqual((await ada.json<{ fingerprint: string }>('trust')).fingerprint, fingerprint)
    for (const node of [ada, ben]) {
      assert.equal(await curl(node, ca, 'shelf.garden.localhost', '--http2'), 'two by HTTP/2')
      assert.equal(await curl(node, ca, 'shelf.garden.internal', '--http1.1'), 'two by HTTP/1.1')
      // No certificate for that name; and nobody who has not been told trusts the one there is.
      assert.equal(await curl(node, ca, 'shelf.other.localhost'), 'curl ended with 35')
      const { degraded } = await node.get<Told>('/api/status')
      assert.deepEqual(degraded, [])
    }
    const other = path.join(ben.home, 'web.pem')
    writeFileSync(other, web.certificate)
    assert.equal(await curl(ben, other, 'shelf.garden.localhost'), 'curl ended with 60')
    // By a certificate of ben's own, and at ben's edge alone.
    assert.equal(await curl(ben, other, 'shop.example.org', '--http2'), 'two by HTTP/2')
    assert.equal(await curl(ada, other, 'shop.example.org'), 'curl ended with 35')
    const { secureUrl } = await ben.get<{ secureUrl: string }>('/api/workloads/shelf')
    assert.match(secureUrl, /^https:\/\/shop\.example\.org:\d+\/$/)
  })

  it('goes on when the node of the one that asks was killed and came back', async () => {
    const front = (await running(ada, 'front', { replicas: 1 })).instances[0]
    const own = engines[0]?.docker('ps', '--format', '{{.Names}}').includes(front?.id ?? '?')
      ? ada
      : ben
    await own.kill()
    await own.up(...UP)
    await answers('two')
    assert.equal((await running(ada, 'front', { replicas: 1 })).instances[0]?.id, front?.id)
  })

  it('leads nobody to what another owner runs', async () => {
    await deploy(ben, {
      name: 'peek',
      containers: [{ ...container, command: asks, ports: [{ containerPort: 80 }] }],
      uses: [{ name: 'shelf', as: 'store' }],
    })
    await running(ben, 'peek', { replicas: 1 })
    assert.equal((await ben.viaEdge('/peek/cgi-bin/ask')).text, 'nothing')
    const { conditions } = await ben.get<{ conditions: { message: string }[] }>(
      '/api/workloads/peek',
    )
    assert.match(conditions[0]?.message ?? '', /another owner’s/)
  })

  it('is the asking owner’s own, though another has it too, at every door', async () => {
    const { owner } = await ben.get<{ owner: { id: string } }>('/api/workloads/peek')
    const long = `shelf-of-${owner.id.slice(0, 10)}`
    await ben.json('secret', 'set', 'shelf/word', '--generate')
    const ports = [{ containerPort: 80 }]
    const own = await ben.call('POST', '/api/workloads', {
      name: 'shelf',
      containers: [{ ...store('three'), ports }],
      secrets: [{ name: 'shelf/word', env: 'WORD' }],
    })
    assert.deepEqual([own.status, Reflect.get(own.body as object, 'name')], [201, long])
    await running(ben, 'shelf', { replicas: 1 })
    // By the same manifest as before, and without a new start.
    await until('“three”', 40_000, async () => {
      assert.equal((await ben.viaEdge('/peek/cgi-bin/ask')).text, 'three')
      return true
    })
    assert.equal(await asked(), 'two')
    assert.equal((await ben.viaEdge('/shelf/')).text, 'three')
    assert.equal((await ada.viaEdge('/shelf/')).text, 'two')
    assert.equal((await ada.viaEdge(`/${long}/`)).text, 'three')
    const ca = path.join(ben.home, 'garden.pem')
    for (const node of [ada, ben]) {
      const name = `${long}.garden.localhost`
      assert.equal(await curl(node, ca, name, '--http1.1'), 'three by HTTP/1.1')
    }
    const named = async (node: TestNode): Promise<string> =>
      (await node.json<{ name: string }>('ps', 'shelf')).name
    assert.deepEqual([await named(ben), await named(ada)], [long, 'shelf'])
    // Keys and secrets likewise: each has their own.
    const [text, other] = ['of ben', 'of ada'].map((word) => Buffer.from(word).toString('base64'))
    await ben.json('kv', 'put', 'shelf/word', 'of ben')
    await ada.json('kv', 'put', 'shelf/word', 'of ada')
    const wordOf = async (node: TestNode, key: string): Promise<unknown> =>
      (await node.json<{ value: string }>('kv', 'get', key)).value
    assert.equal(await wordOf(ben, 'shelf/word'), text)
    assert.equal(await wordOf(ada, 'shelf/word'), other)
    assert.equal(await wordOf(ada, `${long}/word`), text)
    const secrets = await ben.json<{ secrets: { name: string }[] }>('secret', 'list', 'shelf/')
    assert.deepEqual(
      secrets.secrets.map(({ name }) => name),
      [`${long}/word`],
    )
    // Nobody takes a name that bears another's digits, whatever they may do here.
    const taken = await ada.call('POST', '/api/workloads', {
      name: `attic-of-${owner.id.slice(0, 10)}`,
      containers: [container],
    })
    assert.equal(taken.status, 409, JSON.stringify(taken.body))
    await ben.json('delete', 'shelf')
    assert.deepEqual([await named(ada), (await ada.viaEdge('/shelf/')).text], ['shelf', 'two'])
    // Whoever has none of their own any more means what is there.
    assert.equal((await ben.viaEdge('/shelf/')).text, 'two')
    await until('the last copy to end', 40_000, async () => (await named(ben)) === 'shelf')
  })
})
