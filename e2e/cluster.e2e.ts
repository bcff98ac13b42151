/**
 * The main job with real processes and real engines: found, join, deploy, reach, kill, return. The file is long: one
 * network of three goes through all of it, in this order.
 */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  allReady,
  type Cluster,
  createCluster,
  LISTEN,
  nodeIdOf,
  nodesSeenBy,
  running,
  type WorkloadDocument,
  workloadSeenBy,
} from './harness/cluster.ts'
import { enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { bodyOf, freePort } from './harness/ports.ts'
import { until } from './harness/waiting.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

/** Containers and programs of ours that run, by asking the engines and the process table. */
function containersOf(cluster: Cluster, workload: string): string[] {
  return cluster.engines.flatMap((engine) =>
    engine
      .docker('ps', '-q', '--filter', `label=org.mycelium.workload=${workload}`)
      .split('\n')
      .filter(Boolean),
  )
}

async function answers(node: TestNode, route: string, count: number): Promise<Map<string, number>> {
  const seen = new Map<string, number>()
  const ask = async (): Promise<void> => {
    const answer = await node.viaEdge(route)
    assert.equal(answer.status, 200, `${node.name} ${route}: ${answer.status} ${answer.text}`)
    seen.set(answer.by, (seen.get(answer.by) ?? 0) + 1)
  }
  for (let done = 0; done < count; done += 10) await Promise.all(Array.from({ length: 10 }, ask))
  return seen
}

describe(`three nodes, three engines${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let cluster: Cluster
  let ada: TestNode
  let ben: TestNode
  let cleo: TestNode

  before(async () => {
    cluster = await createCluster({ engines: true })
    ;[ada, ben, cleo] = cluster.nodes
  })
  after(() => cluster?.remove())

  it('deploys a container to all three from an image only one of them has', async () => {
    const [first] = cluster.engines
    assert.ok(first)
    importBusyboxImage(first, 'hello:1')
    await ada.json(
      'deploy',
      '--image',
      'hello:1',
      '--name',
      'hello',
      '--replicas',
      '3',
      '-p',
      '0:80',
      '--wait',
    )
    const workload = await running(cleo, 'hello', { replicas: 3, on: 3 })
    assert.equal(workload.status, 'Running')
  })

  it('deploys a signed program to all three', async () => {
    const built = await ada.json<{ file: string; digest: string }>(
      'bundle',
      'build',
      '--manifest',
      path.join(SAMPLE, 'manifest.json'),
      '--program',
      path.join(SAMPLE, 'greeter.mjs'),
      '--out',
      ada.home,
    )
    await ada.json(
      'deploy',
      '--bundle',
      built.file,
      '--name',
      'greeter',
      '--replicas',
      '3',
      '--wait',
    )
    await running(ben, 'greeter', { replicas: 3, on: 3 })
  })

  it('runs a program where another member deploys it that never had its file', async () => {
    const manifest = path.join(ada.home, 'carried.json')
    const sample = readFileSync(path.join(SAMPLE, 'manifest.json'), 'utf8')
    writeFileSync(manifest, sample.replace('greeter', 'carried'))
    const built = await ada.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', manifest],
      ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', ada.home],
    )
    const { digest } = await ada.json<{ digest: string }>('bundle', 'publish', built.file)
    rmSync(built.file)
    await until('ben to hear of it', 20_000, async () => {
      const { bundles } = await ben.get<{ bundles: { digest: string }[] }>('/api/bundles')
      return bundles.some((bundle) => bundle.digest === digest)
    })
    await ada.json('cordon', 'ada')
    await ben.json('deploy', '--bundle', digest, '--name', 'carried', '--wait')
    const { instances } = await running(ben, 'carried', { replicas: 1 })
    assert.notEqual(instances[0]?.node, await nodeIdOf(ada))
    assert.equal((await ada.viaEdge('/carried/')).status, 200)
    await ben.json('delete', 'carried')
    await ada.json('uncordon', 'ada')
  })

  it('answers both through every edge, and every copy gets some of the requests', async () => {
    for (const node of cluster.nodes) {
      for (const name of ['hello', 'greeter']) {
        // By chance and by how quick each is at the moment, so in no order; `choice.test.ts` has the shares.
        const seen = new Set<string>()
        await until(`${node.name} to route to all of ${name}`, 30_000, async () => {
          for (const by of (await answers(node, `/${name}/`, 20)).keys()) seen.add(by)
          return seen.size === 3
        })
      }
      const byHost = await node.viaEdge('/', { host: `hello.localhost:${new URL(node.edge).port}` })
      assert.equal(byHost.status, 200)
    }
  })

  it('publishes a TCP port on every edge, through the mesh where the copy is elsewhere', async () => {
    const port = await freePort()
    await ada.json('update', 'hello', '--tcp', `${port}:80`)
    const address = await until('an edge to listen', 10_000, async () => {
      // All three share one loopback here, so one of them has the port; the others say why not.
      const views = await Promise.all(cluster.nodes.map((node) => workloadSeenBy(node, 'hello')))
      const has = views.flatMap(({ published: [own] }) => own?.address ?? [])
      const codes = views.flatMap(({ published: [own] }) => own?.reason?.code ?? [])
      return has.length === 1 && codes.length === 2 && has[0]
    })
    const copies = new Set<string>()
    // One at most is on the computer that listens: the other is reached through the mesh.
    await until('two copies to be reached by the port', 30_000, async () => {
      copies.add(await bodyOf(`http://${address}/`))
      return copies.size >= 2
    })
    const taken = await ada.cli('update', 'greeter', '--tcp', `${port}:8080`)
    assert.match(taken.stderr, /published by “hello” already/)
  })

  it('lets members in with a pass of their own node, through every edge, and nobody else', async () => {
    await ada.json('update', 'hello', '--access', 'members')
    await until('the edge of ben to ask for a pass', 10_000, async () => {
      return (await ben.viaEdge('/hello/')).status === 401
    })
    const pass = await until('cleo to hear of it too', 10_000, async () => {
      const { url } = await cleo.json<{ url: string }>('open', 'hello', '--print')
      return new URL(url).searchParams.get('mycelium-pass')
    })
    for (let i = 0; i < 6; i++) {
      const answer = await ben.viaEdge('/hello/', { 'x-mycelium-pass': pass })
      assert.equal(answer.status, 200, answer.text)
    }
    assert.equal(
      (await ben.viaEdge('/hello/', { 'x-mycelium-pass': pass.slice(0, -8) })).status,
      401,
    )
    await until('ben to remember both', 10_000, async () => {
      const { requests } = await ben.get<{ requests: { status: number; member?: string }[] }>(
        '/api/edge/requests?workload=hello&limit=2',
      )
      const [well, refused] = requests
      return well?.status === 200 && well.member?.length === 64 && refused?.status === 401
    })
    await ada.json('update', 'hello', '--access', 'public')
    await until('the edge of ben to be open again', 10_000, async () => {
      return (await ben.viaEdge('/hello/')).status === 200
    })
  })

  it('runs a command inside an instance of another node, for those who may', async () => {
    const id = await nodeIdOf(cleo)
    const { instances } = await workloadSeenBy(ada, 'hello')
    const there = instances.find(({ node }) => node === id)?.id ?? ''
    const words = ['exec', 'hello', '--instance', there, '--', '/bin/busybox', 'hostname']
    const asked = await ada.cli(...words)
    assert.deepEqual([asked.code, asked.stdout.trim().length > 0], [0, true], asked.stderr)
    assert.equal((await ben.cli(...words)).code, 4, 'ben does not own hello')
    const { entries } = await cleo.json<{ entries: { what: string; from: { name: string } }[] }>(
      'audit',
    )
    const told = entries.map(({ what, from }) => `${from.name} ${what}`)
    assert.deepEqual(told, ['ada began', 'ada ended', 'ben refused'])
    const greeter = (await workloadSeenBy(ada, 'greeter')).instances[0]?.id ?? ''
    const inProgram = ['exec', 'greeter', '--instance', greeter, '--']
    const program = await ada.cli(...inProgram, 'sh', '-c', 'id -u; ls /; exit 3')
    assert.equal(program.code, 3, program.stderr)
    const [userId, ...seen] = program.stdout.trim().split('\n')
    if (process.getuid?.() === 0) assert.ok(Number(userId) >= 61_184, userId)
    assert.ok(seen.includes('program') && !seen.includes('home'), program.stdout)
  })

  it('refuses a node with the certificate of another network', async () => {
    const stranger = createTestNode('dora')
    try {
      await stranger.json('init', '--network-name', 'Elsewhere', '--name', 'dora')
      const [address] = (await ada.get<{ node: { addresses: string[] } }>('/api/status')).node
        .addresses
      assert.ok(address)
      // Dora is told where Ada is, and tries for as long as it takes Ada to refuse it.
      const config = `[network]\nbootstrap = ["${address}"]\n`
      await import('node:fs/promises').then((fs) =>
        fs.writeFile(path.join(stranger.home, 'config.toml'), config),
      )
      await stranger.up(...LISTEN)
      await until('dora to be refused', 20_000, () => /WRONG_NETWORK/.test(stranger.log()))
      assert.equal((await nodesSeenBy(ada)).length, 3)
      assert.equal((await nodesSeenBy(stranger)).length, 1)
    } finally {
      await stranger.remove()
    }
  })

  // What there is, for whoever waits in vain.
  function serve3(seen: WorkloadDocument, gone: string): true {
    const good = seen.instances.filter(
      ({ node, status, health }) => node !== gone && status === 'Running' && health === 'healthy',
    )
    if (good.length === 3) return true
    throw new Error(JSON.stringify(seen))
  }

  it('runs the replicas of a killed node elsewhere within 10 s', async () => {
    const gone = await nodeIdOf(cleo)
    const { instances: before } = await workloadSeenBy(ada, 'greeter')
    const lost = before.find(({ node }) => node === gone)?.id ?? ''
    const own = await cleo.cli('logs', 'greeter', '--instance', lost)
    assert.match(own.stdout, /listens/)
    await cleo.kill()
    const startedAt = performance.now()
    for (const name of ['hello', 'greeter']) {
      await until(`${name} to run 3 without cleo`, 10_000, async () => {
        return serve3(await workloadSeenBy(ada, name), gone)
      })
    }
    const seconds = (performance.now() - startedAt) / 1000
    assert.ok(seconds < 10, `took ${seconds.toFixed(1)} s`)
    console.log(`# replicas of a killed node ran elsewhere after ${seconds.toFixed(1)} s`)
    const copy = await ben.cli('logs', 'greeter', '--instance', lost)
    assert.equal(copy.stdout, own.stdout, 'what it wrote is still read')
    assert.match(copy.stderr, /from a copy that \w+ keeps: cleo is out of reach/)
  })

  it('takes the node back under the same identity, and nothing runs twice 10 s later', async () => {
    const peerId = cleo.peerId
    await cleo.up(...LISTEN)
    assert.equal(cleo.peerId, peerId)
    await allReady(cluster.nodes)
    await until('hello and greeter to run exactly three times', 10_000, async () => {
      const documents = await Promise.all(
        ['hello', 'greeter'].map((name) => workloadSeenBy(ada, name)),
      )
      const counts = documents.map(
        ({ instances }) => instances.filter(({ status }) => status === 'Running').length,
      )
      return counts.every((count) => count === 3) && containersOf(cluster, 'hello').length === 3
    })
  })

  it('runs what the founder ran elsewhere, and takes it back', async () => {
    const gone = await nodeIdOf(ada)
    await ada.kill()
    const startedAt = performance.now()
    for (const name of ['hello', 'greeter']) {
      await until(`${name} to run 3 without ada`, 15_000, async () => {
        return serve3(await workloadSeenBy(ben, name), gone)
      })
      assert.equal((await ben.viaEdge(`/${name}/`)).status, 200)
    }
    const seconds = (performance.now() - startedAt) / 1000
    console.log(`# replicas of the killed founder ran elsewhere after ${seconds.toFixed(1)} s`)
    await ada.up(...LISTEN)
    await allReady(cluster.nodes)
    await until('hello and greeter to run exactly three times', 15_000, async () => {
      const documents = await Promise.all(
        ['hello', 'greeter'].map((name) => workloadSeenBy(ben, name)),
      )
      const counts = documents.map(
        ({ instances }) => instances.filter(({ status }) => status === 'Running').length,
      )
      return counts.every((count) => count === 3) && containersOf(cluster, 'hello').length === 3
    })
  })

  it('runs elsewhere what a node took on in the moment before its kill -9', async () => {
    await until('a committee of three', 30_000, async () => {
      const { primary } = await ben.get<{ primary?: { voters: string[] } }>('/api/status')
      return primary?.voters.length === 3
    })
    const gone = await nodeIdOf(ada)
    const sturdy = ['--image', 'hello:1', '--name', 'sturdy', '--replicas', '2', '-p', '0:80']
    await ada.json('deploy', ...sturdy)
    await ada.kill()
    await until('both copies to run without ada', 15_000, async () => {
      const { instances } = await workloadSeenBy(ben, 'sturdy')
      const good = instances.filter(
        (one) => one.node !== gone && one.status === 'Running' && one.health === 'healthy',
      )
      return good.length === 2
    })
    for (const node of [ben, cleo]) assert.equal((await node.viaEdge('/sturdy/')).status, 200)
    await ada.up(...LISTEN)
    await allReady(cluster.nodes)
    const { instances, replicas } = await workloadSeenBy(ada, 'sturdy')
    assert.equal(replicas, 2, JSON.stringify(instances))
    assert.equal((await ada.cli('delete', 'sturdy')).code, 0)
  })

  it('empties a node, changes what runs and takes the node back under steady requests, none of which fails', async () => {
    const answers: number[] = []
    let done = false
    const ask = async (node: TestNode): Promise<void> => {
      while (!done) {
        answers.push((await node.viaEdge('/hello/').catch(() => ({ status: 0 }))).status)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    // At the edge of the one that is emptied too.
    const asking = [ben, cleo].map(ask)
    try {
      const emptied = await ada.json<{ status: string; instances: number }>(
        ...['drain', 'cleo', '--wait', '--timeout', '60s'],
      )
      assert.deepEqual([emptied.status, emptied.instances], ['Draining', 0])
      const id = await nodeIdOf(cleo)
      const { instances } = await workloadSeenBy(ada, 'hello')
      assert.equal(instances.filter(({ node }) => node === id).length, 0)
      await ada.json('update', 'hello', '-e', 'CHANGED=1', '--wait', '--timeout', '60s')
      await running(ada, 'hello', { replicas: 3, on: 2 })
      await ada.json('uncordon', 'cleo')
      await ada.json('restart', 'hello', '--wait', '--timeout', '60s')
      await running(ada, 'hello', { replicas: 3, on: 3 })
    } finally {
      done = true
    }
    await Promise.all(asking)
    assert.deepEqual([...new Set(answers)], [200])
  })

  it('deletes a workload everywhere', async () => {
    assert.equal((await ben.cli('delete', 'hello')).code, 4, 'ben does not own hello')
    assert.equal((await ada.cli('delete', 'hello')).code, 0)
    assert.equal((await ada.cli('delete', 'greeter')).code, 0)
    await until(
      'nothing of hello to run',
      15_000,
      () => containersOf(cluster, 'hello').length === 0,
    )
    const left = await cleo.cli('logs', 'greeter', '--grep', 'listen')
    assert.match(left.stdout, /listen|serving/i, 'what it wrote outlives it')
    await until('cleo to forget hello', 10_000, async () => {
      return (await cleo.call('GET', '/api/workloads/hello')).status === 404
    })
  })

  it('gives the space of an image back that a deleted workload had, in a network and in none', async () => {
    const [first, ...others] = cluster.engines
    assert.ok(first)
    const id = first.docker('image', 'inspect', '--format', '{{.Id}}', 'hello:1').trim()
    const left = await cleo.cli('leave', '--yes')
    assert.equal(left.code, 0, left.stderr)
    assert.doesNotMatch(left.stderr, /could not be told|was in reach/)
    await until('cleo to be listed no more', 15_000, async () => {
      return !(await ada.cli('nodes')).stdout.includes('cleo')
    })
    for (const [index, engine] of others.entries()) {
      const node = index === 0 ? ben : cleo
      const images = () => engine.docker('image', 'ls', '-aq', '--no-trunc').split('\n')
      assert.ok(images().includes(id), `${node.name} had fetched it`)
      await until('no container to be made of it', 15_000, () => {
        return engine.docker('ps', '-aq', '--filter', `ancestor=${id}`).trim() === ''
      })
      await node.json('reclaim')
      assert.ok(!images().includes(id), 'it is gone')
    }
    assert.ok(first.docker('image', 'inspect', 'hello:1'), 'who made it keeps it')
  })
})
