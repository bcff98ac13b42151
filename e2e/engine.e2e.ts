/** An engine that is stopped and comes back, an image nobody has, and bundles that were tampered with. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { LISTEN, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { bodyOf, freePort } from './harness/ports.ts'
import { until } from './harness/waiting.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
/** Its registry is a closed port of this machine, so that nothing is asked elsewhere. */
const LATER = 'localhost:1/later:1'
const skipped = missing ? ` [skipped: ${missing}]` : ''

interface Restarted {
  instances: { restarts: number; health: string; lastEnd?: { at: string; code: string } }[]
}

describe(`one engine${skipped}`, { skip: Boolean(missing) }, () => {
  let engine: Engine
  let node: TestNode

  before(async () => {
    engine = await createEngine('one')
    importBusyboxImage(engine, 'hello:1')
    node = createTestNode('one', { DOCKER_HOST: engine.host })
    await node.json('init', '--network-name', 'One', '--name', 'one')
    await node.up(...LISTEN)
  })
  after(async () => {
    await node?.remove()
    await engine?.remove()
  })

  const says = (name: string, reason: RegExp) =>
    until(`${name} to say ${reason}`, 40_000, async () => {
      return reason.test(JSON.stringify(await node.get(`/api/workloads/${name}`)))
    })

  it('says that nobody has an image, and starts it once somebody does', async () => {
    await node.json('deploy', '--image', LATER, '--name', 'later', '-p', '0:80')
    await says('later', /IMAGE_NOT_FOUND/)
    importBusyboxImage(engine, LATER)
    await running(node, 'later', { replicas: 1, timeoutMs: 60_000 })
    assert.equal((await node.cli('delete', 'later')).code, 0)
  })

  it('runs what a compose file, a command line and Kubernetes YAML said', async () => {
    const serve = (what: string) =>
      `/bin/busybox mkdir -p /www && echo ${what} > /www/index.html && exec /bin/busybox httpd -f -p 80 -h /www`
    const compose = `
services:
  from_compose:
    image: hello:\${TAG:-1}
    entrypoint: [/bin/busybox, sh, -c]
    command: ["${serve('$$WHAT')}"]
    environment: { WHAT: compose }
    ports: ["80"]
    mem_limit: 64m
    restart: unless-stopped
    healthcheck: { test: [CMD, /bin/busybox, wget, -q, -O, "-", "http://127.0.0.1:80/"], interval: 1s, start_period: 30s }
`
    const line = `docker run -d --name from-run \\\n  --entrypoint /bin/busybox -p 80 hello:1 sh -c "${serve('run')}"\n`
    const labels = { app: 'from-kubernetes' }
    const deployment = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'from-kubernetes' } },
      spec: {
        replicas: 2,
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                ...{ name: 'web', image: 'hello:1', command: ['/bin/busybox', 'sh', '-c'] },
                ...{ args: [serve('$(WHAT)')], env: [{ name: 'WHAT', value: 'kubernetes' }] },
                ports: [{ name: 'http', containerPort: 80 }],
                readinessProbe: { httpGet: { port: 'http' }, periodSeconds: 1 },
                resources: { limits: { cpu: '100m', memory: '32Mi' } },
              },
            ],
          },
        },
      },
    }
    const service = {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'from-kubernetes' } },
      spec: { type: 'NodePort', selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
    }
    const items = [deployment, service]
    const kubernetes = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    for (const [what, text, replicas] of [
      ['compose', compose, 1],
      ['run', line, 1],
      ['kubernetes', kubernetes, 2],
    ] as const) {
      const file = path.join(node.home, `from-${what}`)
      writeFileSync(file, text)
      const { report } = await node.json<{ report: { verdict: string }[] }>(
        ...['import', file, '--deploy'],
      )
      assert.ok(report.every(({ verdict }) => verdict !== 'refused'))
      await running(node, `from-${what}`, { replicas, timeoutMs: 60_000 })
      const answer = await node.viaEdge(`/from-${what}/`)
      assert.deepEqual([answer.status, answer.text], [200, `${what}\n`])
      assert.equal((await node.cli('delete', `from-${what}`)).code, 0)
    }
  })

  it('runs two containers side by side, and sends traffic while the ready one says so', async () => {
    const httpd = (port: number, folder: string) => ({
      command: ['/bin/busybox', 'sh', '-c'],
      args: [
        `/bin/busybox mkdir -p ${folder} && echo ${folder} > ${folder}/index.html && ` +
          `exec /bin/busybox httpd -f -p ${port} -h ${folder}`,
      ],
    })
    const ready = {
      ...{ kind: 'command', periodMs: 500, failures: 1 },
      command: ['/bin/busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:81/'],
    }
    const manifest = {
      name: 'pair',
      containers: [
        {
          ...{ name: 'web', image: 'hello:1', ports: [{ containerPort: 80 }], probes: { ready } },
          ...httpd(80, '/web'),
        },
        { name: 'side', image: 'hello:1', ports: [{ containerPort: 81 }], ...httpd(81, '/side') },
      ],
    }
    const file = path.join(node.home, 'pair.json')
    writeFileSync(file, JSON.stringify(manifest))
    await node.json('deploy', '-f', file, '--wait')
    const answer = await node.viaEdge('/pair/')
    assert.deepEqual([answer.status, answer.text], [200, '/web\n'])
    const side = engine.docker('ps', '-q', '--filter', 'name=pair-0-.*[.]side').trim()
    engine.docker('exec', side, '/bin/busybox', 'mv', '/side/index.html', '/side/gone')
    await until('the edge to leave it out', 10_000, async () => {
      return (await node.viaEdge('/pair/')).status === 502
    })
    engine.docker('exec', side, '/bin/busybox', 'mv', '/side/gone', '/side/index.html')
    await until('the edge to take it in', 10_000, async () => {
      return (await node.viaEdge('/pair/')).status === 200
    })
    const inside = (...words: string[]) => {
      return node.cli('exec', 'pair', '--part', 'side', '--', '/bin/busybox', ...words)
    }
    const shown = await inside('cat', '/side/index.html')
    assert.deepEqual([shown.code, shown.stdout], [0, '/side\n'])
    assert.equal((await inside('sh', '-c', 'exit 7')).code, 7)
    const { entries } = await node.json<{
      entries: { what: string; program: string; words: number; exitCode?: number }[]
    }>('audit', '--tail', '2')
    assert.deepEqual(
      entries.map(({ what, words, exitCode }) => [what, words, exitCode]),
      [
        ['began', 3, undefined],
        ['ended', 3, 7],
      ],
    )
    assert.match((await node.cli('stats', 'pair')).stdout, /pair-0-\w+ .*\d %.* [KM]iB of /)
    const metrics = await (await node.open('/metrics', AbortSignal.timeout(10_000))).text()
    assert.match(metrics, /mycelium_instance_memory_bytes\{instance="pair-0-\w+"/)
    engine.docker('kill', side)
    await until('all of it to be started again', 20_000, async () => {
      const [one] = (await node.get<Restarted>('/api/workloads/pair')).instances
      return one?.restarts === 1 && one.health === 'healthy'
    })
    const [{ lastEnd } = {}] = (await node.get<Restarted>('/api/workloads/pair')).instances
    const message = '“side” ended with exit code 137 (SIGKILL).'
    assert.deepEqual({ ...lastEnd, at: '' }, { at: '', code: 'EXITED', message, exitCode: 137 })
    const why = (await node.cli('why', 'pair')).stdout
    assert.match(
      why,
      /^! pair-0-\w+ on \S+ \(started again once\): Last ended \d+s ago: “side” ended/m,
    )
    assert.equal((await node.cli('delete', 'pair')).code, 0)
  })

  it('keeps a bounded share of ten thousand lines a second, and answers all the same', async () => {
    const flood = 'while :; do /bin/busybox seq 1 1000; /bin/busybox usleep 90000; done'
    const file = path.join(node.home, 'chatty.json')
    const container = { image: 'hello:1', command: ['/bin/busybox', 'sh', '-c'], args: [flood] }
    writeFileSync(file, JSON.stringify({ name: 'chatty', containers: [container] }))
    await node.json('deploy', '-f', file, '--wait')
    // A machine with much else to do lets it write fewer lines than are kept, for a while.
    await until('the log to say what it leaves out', 120_000, async () => {
      const { stderr } = await node.cli('logs', 'chatty', '--tail', '20000')
      return /-- \d+ lines were left out here/.test(stderr)
    })
    // How long an answer takes says more of the machine than of the node; how busy that is does not.
    const [usedMs, beganMs] = [processorMs(node.pid), performance.now()]
    for (let asked = 0; asked < 10; asked++) {
      await node.get('/api/status')
      await setTimeout(200)
    }
    const share = (processorMs(node.pid) - usedMs) / (performance.now() - beganMs)
    console.log(`# under the flood the node takes ${share.toFixed(2)} of a core`)
    assert.ok(share < 0.5, `the node takes ${share.toFixed(2)} of a core`)
    assert.equal((await node.cli('delete', 'chatty')).code, 0)
  })

  it('has the second that asks for a host port wait, says for whom, and starts it once that has gone', async () => {
    const port = await freePort()
    const ask = ['deploy', '--image', 'hello:1', '-p', `${port}:80`]
    await node.json(...ask, '--name', 'first', '--wait')
    await node.json(...ask, '--name', 'second')
    await until('the second to say what it waits for', 20_000, async () => {
      const { stdout } = await node.cli('why', 'second')
      return stdout.includes(`${port}/tcp is asked for by first too.`)
    })
    const [first] = (await running(node, 'first', { replicas: 1 })).instances
    const holder = engine.docker('ps', '--filter', `publish=${port}`, '--format', '{{.Names}}')
    assert.match(holder, new RegExp(`${first?.id}`))
    assert.ok((await bodyOf(`http://127.0.0.1:${port}/`)).length > 0)
    assert.equal((await node.cli('delete', 'first')).code, 0)
    await running(node, 'second', { replicas: 1, timeoutMs: 60_000 })
    assert.ok((await bodyOf(`http://127.0.0.1:${port}/`)).length > 0)
    assert.equal((await node.cli('delete', 'second')).code, 0)
  })

  it('says why work waits while the engine is stopped, and recovers when it returns', async () => {
    await node.json('deploy', '--image', 'hello:1', '--name', 'hello', '-p', '0:80', '--wait')
    await engine.stop()
    await says('hello', /ENGINE_UNAVAILABLE|unable to run this kind/)
    assert.equal((await node.viaEdge('/hello/')).status, 502)
    await engine.start()
    await running(node, 'hello', { replicas: 1, timeoutMs: 60_000 })
    assert.equal((await node.viaEdge('/hello/')).status, 200)
  })
})

/** What a process has had of any processor so far; the kernel counts in hundredths of a second. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

describe('bundles that were tampered with', () => {
  let ada: TestNode
  let ben: TestNode
  let good: string

  before(async () => {
    ada = createTestNode('ada', { DOCKER_HOST: 'unix:///nowhere.sock' })
    ben = createTestNode('ben', { DOCKER_HOST: 'unix:///nowhere.sock' })
    await ada.json('init', '--network-name', 'Bundles', '--name', 'ada')
    await ben.json('init', '--network-name', 'Elsewhere', '--name', 'ben')
    await ada.up(...LISTEN)
    good = await build(ada)
  })
  after(() => Promise.all([ada?.remove(), ben?.remove()]))

  async function build(node: TestNode): Promise<string> {
    const { file } = await node.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
      ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', node.home],
    )
    return file
  }

  it('refuses a flipped byte and keeps nothing of it', async () => {
    const bytes = readFileSync(good)
    const middle = bytes.length >> 1
    bytes[middle] = (bytes[middle] ?? 0) ^ 1
    const bad = path.join(ada.home, 'bad.spore')
    writeFileSync(bad, bytes)
    const result = await ada.cli('--json', 'deploy', '--bundle', bad, '--name', 'bad')
    assert.notEqual(result.code, 0)
    assert.match(result.stderr, /BUNDLE_INVALID/)
    assert.deepEqual(await ada.get('/api/bundles'), { bundles: [] })
    assert.equal((await ada.call('GET', '/api/workloads/bad')).status, 404)
  })

  it('refuses an unknown publisher until an admin trusts it', async () => {
    const foreign = await build(ben)
    const refused = await ada.cli('--json', 'bundle', 'publish', foreign)
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /PUBLISHER_UNTRUSTED/)
    const { publisher } = await ada.json<{ publisher: string }>('bundle', 'inspect', foreign)
    await ada.json('bundle', 'trust', publisher)
    await ada.json('bundle', 'publish', foreign)
  })
})
