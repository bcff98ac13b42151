/**
 * Copies of a service that coordinate themselves through the node they run on: they elect a leader by a
 * lock and count by compare and set, in real containers and as signed programs, while leaders are killed
 * and a node is. The service is the example of docs/SERVICES.md.
 */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { allReady, LISTEN, running, type WorkloadDocument } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importNodeImage } from './harness/images.ts'
import { pidOf } from './harness/instance-pid.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample/counter')
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

interface Copy {
  instance: string
  workload: string
  index: number
  node: string
  leading: boolean
  token: number
  count: number
  answeredMs: number
}

/**
 * Both copies, by instance, asked through an edge until each has been chosen; fewer if fewer answer. One
 * that was slow, as after its start, is not chosen again before the edge has forgotten that.
 */
async function copiesOf(node: TestNode, name: string): Promise<Copy[]> {
  const seen = new Map<string, Copy>()
  for (const from = Date.now(); seen.size < 2 && Date.now() - from < FORGOTTEN_MS; ) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { status, text } = await node.viaEdge(`/${name}/`)
    if (status !== 200) continue
    const copy: Copy = JSON.parse(text)
    if (copy.instance) seen.set(copy.instance, copy)
  }
  return [...seen.values()]
}

/** The one that leads, once exactly one does and its count goes up. */
function leaderOf(node: TestNode, name: string, above: { token: number; count: number }) {
  return until(`one of ${name} to lead`, 40_000, async () => {
    const copies = await copiesOf(node, name)
    const leading = copies.filter((copy) => copy.leading)
    const [leader] = leading
    const isNew = leader && leader.token > above.token && leader.count > above.count
    if (copies.length === 2 && leading.length === 1 && isNew) return leader
    throw new Error(JSON.stringify(copies))
  })
}

/** Each number from 1 on was counted once, by somebody, and the count is the last of them. */
async function isGapless(node: TestNode, name: string): Promise<number> {
  const { keys } = await node.get<{ keys: { key: string; createRevision: number }[] }>(
    `/api/kv?prefix=${name}/count`,
  )
  const [, ...counted] = keys
  const numbers = counted.map(({ key }) => Number(key.split('/').at(-1)))
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => at + 1),
  )
  const revisions = counted.map(({ createRevision }) => createRevision)
  assert.deepEqual(
    revisions,
    [...revisions].sort((left, right) => left - right),
  )
  return numbers.length
}

const FORGOTTEN_MS = 15_000
/** Where the door of a container lies, for the engine. */
const DOOR = '{{range .Mounts}}{{if eq .Destination "/run/mycelium"}}{{.Source}}{{end}}{{end}}'

const workloadOf = (node: TestNode, name: string) =>
  node.get<WorkloadDocument>(`/api/workloads/${name}`)

describe(`a service that coordinates its copies${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let engines: Engine[]
  let nodes: TestNode[]
  let [ada, ben] = [] as unknown as [TestNode, TestNode]

  const container = (instance: string, format: string): string | undefined => {
    for (const engine of engines) {
      try {
        return engine.docker('inspect', '--format', format, instance).trim()
      } catch {
        // It runs on the other engine.
      }
    }
    return undefined
  }
  const engineOf = (instance: string): Engine => {
    const found = engines.find((engine) => {
      return engine.docker('ps', '--format', '{{.Names}}').split('\n').includes(instance)
    })
    assert.ok(found, `${instance} runs on no engine`)
    return found
  }

  before(async () => {
    engines = await Promise.all(['ada', 'ben'].map((name) => createEngine(name)))
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
    await Promise.all((engines ?? []).map((engine) => engine.remove()))
  })

  describe('in containers', () => {
    let leader: Copy

    it('elects one leader on two nodes of two owners, and counts', async () => {
      assert.ok(engines[0])
      importNodeImage(engines[0], 'counter:1', path.join(SAMPLE, 'counter.mjs'))
      // What has data is waited for while its node is away: nobody runs it elsewhere meanwhile.
      const file = path.join(ada.home, 'counter.json')
      const manifest = {
        ...{ name: 'counter', replicas: 2, resources: { memory: '256Mi' } },
        containers: [
          {
            ...{ image: 'counter:1', ports: [{ containerPort: 8080 }] },
            mounts: [{ volume: 'data', path: '/data' }],
          },
        ],
        volumes: [{ name: 'data', size: '1Gi' }],
      }
      writeFileSync(file, JSON.stringify(manifest))
      await ada.json('deploy', '-f', file, '--wait')
      await running(ada, 'counter', { replicas: 2, on: 2 })
      leader = await leaderOf(ben, 'counter', { token: 0, count: 3 })
      assert.ok((await isGapless(ada, 'counter')) >= leader.count)
    })

    it('goes on under another leader when the leading copy is killed', async () => {
      const since = performance.now()
      engineOf(leader.instance).docker('kill', '--signal', 'KILL', leader.instance)
      const next = await leaderOf(ada, 'counter', leader)
      console.log(
        `# leader killed, the next one counts after ${Math.round(performance.now() - since)} ms`,
      )
      leader = next
      assert.ok((await isGapless(ada, 'counter')) >= next.count)
    })

    it('keeps an instance’s door through its node’s kill -9: the container goes on by it', async () => {
      const { nodes: known } = await ada.get<{ nodes: { id: string; name: string }[] }>(
        '/api/cluster/nodes',
      )
      const benId = known.find(({ name }) => name === 'ben')?.id
      // One of the two was killed a moment ago, and may be on its way back.
      const onBen = await until('the copy on ben to answer', 30_000, async () => {
        return (await copiesOf(ada, 'counter')).find((copy) => copy.node === benId)
      })
      const before = container(onBen.instance, '{{.Id}} {{.State.StartedAt}}')
      await ben.kill()
      const killedMs = Date.now()
      await ben.up(...LISTEN)
      await until('the container to reach its node again', 40_000, async () => {
        const copy = (await copiesOf(ada, 'counter')).find((one) => one.instance === onBen.instance)
        return copy && copy.answeredMs > killedMs + 1_000
      })
      assert.equal(container(onBen.instance, '{{.Id}} {{.State.StartedAt}}'), before)
      leader = await leaderOf(ben, 'counter', { token: 0, count: leader.count })
      await isGapless(ben, 'counter')
    })

    it('lets a container neither out of its namespace nor at the socket', async () => {
      const script = `
        const { request } = require('node:http')
        const ask = (path, token) => new Promise((resolve) => {
          const headers = { authorization: 'Bearer ' + token }
          request({ socketPath: '/run/mycelium/api.sock', path, headers }, (r) => resolve(r.statusCode)).end()
        })
        const own = process.env.MYCELIUM_TOKEN
        Promise.all([
          ask('/api/kv/counter/count', own), ask('/api/kv/other/x', own),
          ask('/api/kv/counter/../other/x', own), ask('/api/status', own), ask('/api/self', 'guess'),
        ]).then((codes) => console.log(codes.join(' ')))`
      const docker = engineOf(leader.instance).docker
      const inside = (...command: string[]) => docker('exec', leader.instance, ...command).trim()
      assert.equal(inside('/bin/node', '-e', script), '200 403 403 404 401')
      const sh = (command: string) => inside('/bin/busybox', 'sh', '-c', command)
      assert.equal(
        sh('rm /run/mycelium/api.sock 2>/dev/null && echo gone || echo refused'),
        'refused',
      )
      assert.equal(sh('touch /run/mycelium/x 2>/dev/null && echo made || echo refused'), 'refused')
    })

    it('reads its secrets wherever it runs, as they are now, and nobody else’s', async () => {
      const read = (name: string): string => {
        const script = `
          const { request } = require('node:http')
          const headers = { authorization: 'Bearer ' + process.env.MYCELIUM_TOKEN }
          const asked = { socketPath: '/run/mycelium/api.sock', path: '/api/secrets/${name}', headers }
          request(asked, async (answer) => {
            const text = (await answer.toArray()).join('')
            const { value } = JSON.parse(text)
            console.log(answer.statusCode, value ? Buffer.from(value, 'base64').toString() : '')
          }).end()`
        const docker = engineOf(leader.instance).docker
        return docker('exec', leader.instance, '/bin/node', '-e', script).trim()
      }
      const set = async (value: string): Promise<void> => {
        const body = { value: Buffer.from(value).toString('base64') }
        assert.equal((await ada.call('PUT', '/api/secrets/counter/password', body)).status, 200)
      }
      await set('hunter2')
      // The other node's owner is another: one that holds the key wraps it for that node.
      await until('the secret', 20_000, () => read('counter/password') === '200 hunter2')
      await set('hunter3')
      await until('the next one', 20_000, () => read('counter/password') === '200 hunter3')
      assert.equal(read('other/password'), '403')
      const { docker } = engineOf(leader.instance)
      assert.doesNotMatch(docker('inspect', leader.instance), /hunter/)
    })

    it('is handed secrets as variables and files: it waits for them, and files follow', async () => {
      const set = (value: string) =>
        ada.call('PUT', '/api/secrets/handed/key', { value: Buffer.from(value).toString('base64') })
      const deployed = await ada.call('POST', '/api/workloads', {
        ...{ name: 'handed', secrets: [{ name: 'handed/key', env: 'KEY', file: 'key' }] },
        containers: [{ image: 'counter:1', command: ['/bin/busybox', 'sleep', '1000'] }],
      })
      assert.equal(deployed.status, 201, JSON.stringify(deployed.body))
      const one = async () => (await workloadOf(ada, 'handed')).instances[0]
      await until('it to wait', 20_000, async () => {
        const instance = await one()
        return instance?.status === 'Pending' && instance.reason?.code === 'SECRET_MISSING'
      })
      assert.equal((await set('hunter4')).status, 200)
      const { id } = (await running(ada, 'handed', { replicas: 1 })).instances[0] ?? { id: '' }
      const read = () =>
        engineOf(id)
          .docker(
            'exec',
            id,
            '/bin/busybox',
            'sh',
            '-c',
            'echo $KEY; cat /run/mycelium/secrets/key',
          )
          .trim()
      assert.equal(read(), 'hunter4\nhunter4')
      assert.equal((await set('hunter5')).status, 200)
      await until('the file to follow', 20_000, () => read() === 'hunter4\nhunter5')
      await ada.json('delete', 'handed')
    })

    it('takes the doors away with the instances', async () => {
      const { instances } = await workloadOf(ada, 'counter')
      const folders = instances.map(({ id }) => container(id, DOOR) ?? '')
      assert.ok(folders.length === 2 && folders.every((folder) => existsSync(folder)))
      await ada.json('delete', 'counter')
      await until(
        'the doors to be gone',
        30_000,
        () => !folders.some((folder) => existsSync(folder)),
      )
    })
  })

  it('does the same as a signed program', async () => {
    const built = await ada.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
      ...['--program', path.join(SAMPLE, 'counter.mjs'), '--out', ada.home],
    )
    const { digest } = await ada.json<{ digest: string }>('bundle', 'publish', built.file)
    const inside = 'test "$PWD:$HOME" = /work:/work && test -n "$MYCELIUM_API"'
    const probes = {
      live: { kind: 'http' },
      ready: { kind: 'command', command: ['/bin/sh', '-c', inside] },
    }
    const manifest = path.join(ada.home, 'program.json')
    writeFileSync(
      manifest,
      JSON.stringify({ name: 'program', bundle: digest, replicas: 2, probes }),
    )
    await ada.json('deploy', '-f', manifest, '--wait')
    await running(ada, 'program', { replicas: 2, on: 2 })
    const leader = await leaderOf(ben, 'program', { token: 0, count: 3 })
    const pid = pidOf(leader.instance)
    process.kill(pid, 'SIGKILL')
    const next = await leaderOf(ben, 'program', leader)
    assert.ok((await isGapless(ben, 'program')) >= next.count)
    await ada.json('delete', 'program')
  })
})
