/** The network's document outside of it: a file, an HTTPS URL and a bucket, and a newcomer by it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  type BucketServer,
  bodyOf,
  KEY_ID,
  SECRET,
  startBucketServer,
} from '../node-core/network/seeds/testing/bucket-server.ts'
import { verifySpore } from '../node-core/network/spores/index.ts'
import { LISTEN } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const TOKEN = 'planted-web-token'

/** Holds one document by its version; asks for the token. */
async function startSecureServer(folder: string) {
  const file = (name: string): string => path.join(folder, name)
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
  ])
  const state = { held: undefined as Buffer | undefined, version: 0 }
  const tls = { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) }
  const server: Server = createServer(tls, async (request, response) => {
    const body = await bodyOf(request)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return response.writeHead(401).end()
    const tag = `"${state.version}"`
    if (request.method === 'GET') {
      return state.held
        ? response.writeHead(200, { etag: tag }).end(state.held)
        : response.writeHead(404).end()
    }
    const { 'if-match': match, 'if-none-match': none } = request.headers
    if (none === '*' ? state.held : match !== tag) return response.writeHead(412).end()
    Object.assign(state, { held: body, version: state.version + 1 })
    return response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as { port: number }
  return { server, state, url: `https://localhost:${port}/garden`, certificate: file('cert.pem') }
}

describe('seeds', () => {
  let [ada, ben, dan] = [] as unknown as [TestNode, TestNode, TestNode]
  let folder: string
  let bucket: BucketServer
  let web: Awaited<ReturnType<typeof startSecureServer>>

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mycelium-seeds-'))
    bucket = await startBucketServer('us-east-1')
    web = await startSecureServer(folder)
    const environment = {
      ...{ DOCKER_HOST: 'unix:///nowhere.sock', NODE_EXTRA_CA_CERTS: web.certificate },
      ...{ MYCELIUM_SEED_TOKEN: TOKEN, AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET },
    }
    ;[ada, ben, dan] = ['ada', 'ben', 'dan'].map((name) => createTestNode(name, environment)) as [
      TestNode,
      TestNode,
      TestNode,
    ]
    await ada.json('init', '--network-name', 'Garden', '--name', 'ada')
    await ada.up(...LISTEN)
    const { invite } = await ada.json<{ invite: string }>('invite')
    await ben.json('join', invite, '--name', 'ben')
    await ben.up(...LISTEN)
  })
  after(async () => {
    await Promise.all([ada, ben, dan].map((node) => node?.remove()))
    bucket.stop()
    web.server.close()
    web.server.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  })

  const places = (): [string, () => Buffer | undefined][] => [
    [path.join(folder, 'garden.spore'), () => readFileSync(path.join(folder, 'garden.spore'))],
    [web.url, () => web.state.held],
    [`s3://garden/spore?endpoint=${bucket.url}`, () => bucket.objects.get('/garden/spore')],
  ]

  it('are written with what the committee has signed, wherever they lie', async () => {
    await until('a document', 30_000, async () => (await ada.cli('seed', 'show')).code === 0)
    for (const [place] of places()) await ada.json('seed', 'publish', '--to', place)
    for (const [place, read] of places()) {
      const bytes = await until(`it to lie at ${place}`, 20_000, () => read())
      const { document, network } = verifySpore(bytes, { nowMs: Date.now() })
      assert.equal(network.genesis.name, 'Garden')
      assert.equal(document.voters.length, 1)
    }
  })

  it('follow when the committee changes, and ben holds the same document', async () => {
    await ada.json('promote', 'ben')
    for (const [place, read] of places()) {
      await until(`two voters at ${place}`, 30_000, () => {
        return verifySpore(read() ?? new Uint8Array(), {}).document.voters.length === 2
      })
    }
    const { version } = await ada.json<{ version: string }>('seed', 'show')
    await until('ben to hold it', 30_000, async () => {
      return (await ben.json<{ version: string }>('seed', 'show')).version === version
    })
  })

  it('let a newcomer find the network, which waits to be let in', async () => {
    const [[file]] = places() as [[string, unknown]]
    await dan.json('join', '--seed-spore', file, '--name', 'dan')
    await dan.up(...LISTEN)
    const waiting = await until('dan to wait', 20_000, async () => {
      const { members } = await ada.json<{ members: { owner: string; state: string }[] }>('members')
      return members.find(({ state }) => state === 'waiting')
    })
    await ada.json('members', 'approve', waiting.owner)
    await until('dan to be in', 30_000, async () => {
      return (await dan.get<{ network?: unknown }>('/api/status')).network !== undefined
    })
  })

  it('keep their passwords to themselves', async () => {
    const status = JSON.stringify([
      await ada.get('/api/status'),
      await ada.get('/debug/state'),
      await ada.get('/api/network/seeds'),
    ])
    for (const told of [status, ada.log()]) {
      assert.ok(!told.includes(TOKEN) && !told.includes(SECRET), 'a password was told')
    }
  })
})
