/**
 * How late a node's main thread is while it works: containers deployed one after the other, then keys
 * put through the API of one of three voters, seen there and at another one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Pool } from 'undici'
import { createEngine, enginesUnavailable } from '../e2e/harness/engine.ts'
import { importBusyboxImage } from '../e2e/harness/images.ts'
import { VALUE } from './key-stores.ts'
import { type Late, late, probed } from './lateness.ts'
import { allSeeAll, type BenchNode, prepareNetwork } from './network.ts'
import { pause, waitFor } from './processes.ts'
import type { Bench, Row } from './report.ts'

const DEPLOYS = 10
const WRITES_PER_SECOND = 1_000
const WRITE_SECONDS = 10
const CONNECTIONS = 32
const KEYS = 10_000
const AIM_MS = 20

export const loopBench: Bench = {
  name: 'loop',
  title: 'Delay of the main thread under work',
  unavailable: () => enginesUnavailable(),
  run: measure,
}

async function measure(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-bench-'))
  const engine = await createEngine('loop')
  const network = await prepareNetwork(3, { env: { DOCKER_HOST: engine.host } })
  try {
    importBusyboxImage(engine, 'hello:1')
    const nodes: Probed[] = []
    for (const home of network.homes) {
      const file = path.join(folder, `${home.name}.json`)
      nodes.push({ node: await home.up(probed(file)), file })
    }
    await allSeeAll(nodes.map(({ node }) => node))
    for (const { node } of nodes.slice(1)) {
      await nodes[0]?.node.call('POST', `/api/nodes/${node.id}/promote`)
    }
    await waitFor('three voters', 60_000, async () => (await votersOf(nodes)) === nodes.length)
    await pause(5_000)
    return [...(await underDeploys(nodes)), ...(await underWrites(nodes))]
  } finally {
    await network.remove()
    await engine.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function votersOf([first]: readonly Probed[]): Promise<number> {
  await pause(100)
  const { primary } = await first!.node.call<{ primary?: { voters: string[] } }>(
    ...(['GET', '/api/status'] as const),
  )
  return primary?.voters.length ?? 0
}

interface Probed {
  node: BenchNode
  file: string
}

const lateAt = ({ node, file }: Probed): Promise<Late> => late(node, file)

async function underDeploys(nodes: readonly Probed[]): Promise<Row[]> {
  const [first] = nodes
  await Promise.all(nodes.map(lateAt))
  for (let i = 0; i < DEPLOYS; i++) {
    const name = `web-${i}`
    const containers = [{ image: 'hello:1', ports: [{ containerPort: 80 }] }]
    await first!.node.call('POST', '/api/workloads', { name, containers, replicas: 3 })
    await waitFor(`${name} running`, 60_000, async () => {
      await pause(100)
      const route = `/api/workloads/${name}`
      const seen = await first!.node.call<{ running_instances: number }>('GET', route)
      return seen.running_instances === 3
    })
  }
  const delays = await Promise.all(nodes.map(lateAt))
  for (let i = 0; i < DEPLOYS; i++) await first!.node.call('DELETE', `/api/workloads/web-${i}`)
  await pause(5_000)
  const worst = delays.reduce((a, b) => (b.p99Ms > a.p99Ms ? b : a))
  return [row(`p99 over ${DEPLOYS} deploys of 3 replicas, worst of 3 nodes`, worst)]
}

async function underWrites(nodes: readonly Probed[]): Promise<Row[]> {
  const [writer, reader] = nodes
  await Promise.all([lateAt(writer!), lateAt(reader!)])
  const perSecond = Math.round(await write(nodes))
  const [atWriter, atReader] = await Promise.all([lateAt(writer!), lateAt(reader!)])
  return [
    row(`p99 at ${perSecond.toLocaleString('en')} writes/s, the node that writes`, atWriter),
    row(`p99 at ${perSecond.toLocaleString('en')} writes/s, another voter`, atReader),
  ]
}

function row(what: string, { p50Ms, p99Ms, maxMs }: Late): Row {
  const note = `median ${p50Ms.toFixed(1)} ms, longest ${maxMs.toFixed(0)} ms.`
  const met = p99Ms <= AIM_MS
  return { what, ours: `${p99Ms.toFixed(1)} ms`, peer: '', aim: `≤ ${AIM_MS} ms`, met, note }
}

/** Keys of 100 bytes at an even pace, each acknowledged before its connection is used again. */
async function write([writer]: readonly Probed[]): Promise<number> {
  const { api, headers, name } = writer!.node
  const pool = new Pool(api, { connections: CONNECTIONS })
  const sending = { ...headers, 'content-type': 'application/octet-stream' }
  const startedMs = performance.now()
  let sent = 0
  const one = async (): Promise<void> => {
    while (performance.now() - startedMs < WRITE_SECONDS * 1000) {
      const turn = sent++
      const dueMs = startedMs + (turn * 1000) / WRITES_PER_SECOND
      if (dueMs > performance.now()) await pause(dueMs - performance.now())
      const { statusCode, body } = await pool.request({
        path: `/api/kv/${name}/${turn % KEYS}`,
        ...{ method: 'PUT' as const, headers: sending, body: VALUE },
      })
      await body.dump()
      if (statusCode !== 200) throw new Error(`PUT: ${statusCode}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, one))
    return sent / ((performance.now() - startedMs) / 1000)
  } finally {
    await pool.close()
  }
}
