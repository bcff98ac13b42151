/** The life of one application on three nodes: brought, set up, changed, moved, survived, taken back. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Cluster, nodeIdOf, running, type WorkloadDocument } from '../harness/cluster.ts'
import type { Engine } from '../harness/engine.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import type { Application, Run, Visit } from './application.ts'
import { bring, derive } from './images.ts'
import { ask, startTraffic } from './traffic.ts'

const REPLICAS = 2
/** A page costs a tenth of a second of one core here, and a copy that starts as much again for a while. */
const PERIOD_MS = 300
const PATIENCE_MS = 420_000
/** Between two events, so that what a change leaves behind is still under requests. */
const CALM_MS = 3_000

interface Place {
  node: TestNode
  engine: Engine
  id: string
}

export async function live(app: Application, cluster: Cluster, say: (line: string) => void) {
  const { front, database } = app
  const places = await placesOf(cluster)
  const [ada] = places
  const visit: Visit = (to, form) => ask(ada.node.edge, `${front}.localhost`, to, form)
  const wait = (replicas: number, name: string) =>
    running(ada.node, name, { replicas, timeoutMs: PATIENCE_MS })

  for (const [as, which] of Object.entries(app.images)) bring(ada.engine, which, as)
  const versions = ['one', 'two'].map((word) => `${front}:${word}`)
  const [one = '', two = ''] = versions
  derive(ada.engine, app.frontImage, one, app.version.file, 'one')
  say('images are with the first node; the others fetch them from it')

  await deployAll(app, ada.node, one, say)
  await wait(1, database)
  await wait(1, front)
  say('database and front run')
  const run: Run = async (...command) => {
    const { code, stdout, stderr } = await ada.node.cli('exec', front, '--', ...command)
    assert.equal(code, 0, stderr)
    return stdout
  }
  await until(`${front} to be set up`, PATIENCE_MS, async () => {
    await app.install(visit, run).catch((error: Error) => {
      say(`not set up yet: ${error.message.slice(0, 200)}`)
      throw error
    })
    return true
  })
  if (app.settings) {
    const settings = await run('cat', app.settings.at)
    derive(ada.engine, one, `${front}:one-set-up`, app.settings.to, settings)
    await change(ada.node, front, { image: `${front}:one-set-up` })
    derive(ada.engine, `${front}:one-set-up`, two, app.version.file, 'two')
  } else {
    derive(ada.engine, one, two, app.version.file, 'two')
  }
  await change(ada.node, front, { replicas: REPLICAS })
  await settled(ada.node, front, REPLICAS)
  await shown(visit, app, 'one')
  say(`set up, and on ${REPLICAS} copies`)

  const traffic = startTraffic(PERIOD_MS, () => visit(app.page), app.shows)
  const check = async (what: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, CALM_MS))
    say(`${what}: ${traffic.count} requests so far, ${traffic.failures.length} failed`)
    assert.deepEqual(traffic.failures, [], what)
  }
  await check('at rest')

  await change(ada.node, front, { image: two })
  await settled(ada.node, front, REPLICAS)
  await shown(visit, app, 'two')
  await check('after the update')

  const home = await placeOf(places, ada.node, database)
  const drained = places.find((place) => place !== home && place !== ada) ?? ada
  await drained.node.json('drain', drained.node.name, '--wait')
  await wait(REPLICAS, front)
  assert.ok(!(await nodesOf(ada.node, front)).has(drained.id))
  await check(`after ${drained.node.name} was drained`)
  await drained.node.json('uncordon', drained.node.name)

  await spread(ada.node, front)
  const killed =
    places.find((place) => place !== home && place !== ada && place !== drained) ?? drained
  assert.ok((await nodesOf(ada.node, front)).has(killed.id), 'the one that dies runs a copy')
  await Promise.all([killed.node.kill(), killed.engine.die()])
  await until('the copies to be elsewhere', PATIENCE_MS, async () => {
    const on = await nodesOf(ada.node, front)
    return on.size > 0 && !on.has(killed.id) && (await wait(REPLICAS + 1, front))
  })
  await check(`after ${killed.node.name} died`)

  await ada.node.json('rollback', front)
  await settled(ada.node, front, REPLICAS + 1)
  await shown(visit, app, 'one')
  await check('after the step back')
  await traffic.stop()
  assert.deepEqual(traffic.failures, [])
  say(
    `${traffic.count} requests, none failed; the slowest took ${Math.round(traffic.slowestMs)} ms`,
  )
}

async function placesOf({ nodes, engines }: Cluster): Promise<[Place, ...Place[]]> {
  const places = await Promise.all(
    nodes.map(async (node, at) => {
      const engine = engines[at]
      assert.ok(engine)
      return { node, engine, id: await nodeIdOf(node) }
    }),
  )
  const [first, ...rest] = places
  assert.ok(first)
  return [first, ...rest]
}

/** What the import came to, with what a person changes who wants copies: no port of one's own. */
async function deployAll(
  { compose, front, database, frontImage }: Application,
  node: TestNode,
  image: string,
  say: (line: string) => void,
): Promise<void> {
  const folder = path.join(node.home, 'manifests')
  const { report } = await node.json<{ report: { verdict: string; code: string; path: string }[] }>(
    ...['import', compose, '--out', folder],
  )
  for (const { verdict, path: where, code } of report) {
    if (verdict !== 'kept') say(`import: ${verdict} ${where} (${code})`)
  }
  for (const name of [database, front]) {
    const file = path.join(folder, `${name}.json`)
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    if (name === front) {
      const [container] = manifest.containers
      assert.equal(container.image, frontImage)
      container.image = image
      container.ports = [{ containerPort: container.ports[0].containerPort }]
      container.probes = { live: { kind: 'tcp' }, ready: { kind: 'http', path: '/version.txt' } }
      // As Docker's own, doubled: a page may take some seconds while the computer is busy.
      manifest.graceMs = 20_000
      delete manifest.volumes
      delete container.mounts
      writeFileSync(file, JSON.stringify(manifest))
    }
    await node.json('deploy', '-f', file)
  }
}

async function change(node: TestNode, name: string, body: object): Promise<void> {
  const { status, body: answer } = await node.call('PATCH', `/api/workloads/${name}`, body)
  assert.equal(status, 200, JSON.stringify(answer))
}

async function read(node: TestNode, name: string): Promise<WorkloadDocument> {
  return node.get<WorkloadDocument>(`/api/workloads/${name}`)
}

async function settled(node: TestNode, name: string, replicas: number): Promise<void> {
  await until(`${name} to be of one version`, PATIENCE_MS, async () => {
    const { status, instances } = await read(node, name)
    if (status === 'Running' && instances.filter(({ lost }) => !lost).length === replicas)
      return true
    throw new Error(`${status}, ${instances.length} instances`)
  })
}

/** On two nodes again: what runs stays where it is, so one is started anew. */
async function spread(node: TestNode, name: string): Promise<void> {
  await change(node, name, { replicas: REPLICAS + 1 })
  await running(node, name, { replicas: REPLICAS + 1, timeoutMs: PATIENCE_MS, on: 3 })
}

async function nodesOf(node: TestNode, name: string): Promise<Set<string>> {
  const { instances } = await read(node, name)
  const here = instances.filter(({ status, lost }) => status === 'Running' && !lost)
  return new Set(here.map((instance) => instance.node))
}

async function placeOf(places: readonly Place[], node: TestNode, name: string): Promise<Place> {
  const on = await nodesOf(node, name)
  const place = places.find(({ id }) => on.has(id))
  assert.ok(place, `${name} runs nowhere`)
  return place
}

async function shown(visit: Visit, { version, page, shows }: Application, word: string) {
  const { body } = await visit(version.path)
  assert.equal(body, word)
  assert.match((await visit(page)).body, shows)
}
