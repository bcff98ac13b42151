/** A container from nothing to its first 200: our node, `docker run` and the engine's API, in turn. */
import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { createEngine, type Engine, enginesUnavailable } from '../e2e/harness/engine.ts'
import { importBusyboxImage } from '../e2e/harness/images.ts'
import { SANDBOXES_READY_MAX } from '../node-core/work/runners/container/index.ts'
import { networksReady } from './engine-socket.ts'
import { type BenchNode, prepareNetwork } from './network.ts'
import { freePort, pause } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'
import { roundsOr } from './rounds.ts'

const ROUNDS = roundsOr(11)
const IMAGE = 'hello:1'
/** Between two questions whether it answers; the same for all three. */
const ASK_MS = 3
const run = promisify(execFile)

export const deployBench: Bench = {
  name: 'deploy',
  title: 'Deploy: one container to its first 200',
  unavailable: () => enginesUnavailable() ?? (has('docker') ? undefined : 'docker is missing'),
  run: compare,
}

async function compare(): Promise<Row[]> {
  const engine = await createEngine('bench')
  try {
    importBusyboxImage(engine, IMAGE)
    const network = await prepareNetwork(1, { env: { DOCKER_HOST: engine.host } })
    try {
      return await takeTurns(engine, await network.homes[0]!.up())
    } finally {
      await network.remove()
    }
  } finally {
    await engine.remove()
  }
}

async function takeTurns(engine: Engine, node: BenchNode): Promise<Row[]> {
  const ours: number[] = []
  const cli: number[] = []
  const api: number[] = []
  // The first round warms the page cache and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const times = [
      await byNode(engine, node, round),
      await byDockerRun(engine, `run-${round}`),
      await byEngineApi(engine, `api-${round}`),
    ]
    if (round === 0) continue
    for (const [i, list] of [ours, cli, api].entries()) list.push(times[i] ?? Number.NaN)
  }
  const row = (what: string, peer: number[], aim?: number): Row => {
    const ratio = median(ours) / median(peer)
    const figures = { ours: ms(ours), peer: ms(peer), ratio }
    if (aim === undefined) return { what, ...figures, aim: '' }
    return { what, ...figures, aim: `≤ ${aim} ×`, met: ratio <= aim }
  }
  return [row('beside `docker run`', cli, 1.25), row('beside the engine’s own API', api)]
}

const ms = (times: readonly number[]): string => `${Math.round(median(times))} ms`

/** From the request to the API to the first 200 through the edge. */
async function byNode(engine: Engine, node: BenchNode, round: number): Promise<number> {
  const name = `web-${round}`
  const startedMs = performance.now()
  await node.call('POST', '/api/workloads', {
    name,
    containers: [{ image: IMAGE, ports: [{ containerPort: 80 }] }],
    replicas: 1,
  })
  await answers(new URL(`${node.edge}/${name}/`))
  const took = performance.now() - startedMs
  await node.call('DELETE', `/api/workloads/${name}`)
  // The next turn is not to share the machine with this one's end.
  await pause(1_500)
  await networksReady(engine.host, Math.min(round + 1, SANDBOXES_READY_MAX))
  return took
}

/** From the command to the first 200 on its port. */
export async function byDockerRun(engine: Engine, name: string): Promise<number> {
  const port = await freePort()
  const startedMs = performance.now()
  const args = ['-H', engine.host, 'run', '-d', '--name', name, '-p', `127.0.0.1:${port}:80`]
  const ran = run('docker', [...args, IMAGE])
  await Promise.all([ran, answers(new URL(`http://127.0.0.1:${port}/`))])
  const took = performance.now() - startedMs
  await remove(engine, name)
  return took
}

async function byEngineApi(engine: Engine, name: string): Promise<number> {
  const port = await freePort()
  const startedMs = performance.now()
  const PortBindings = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] }
  await ask(engine, `/containers/create?name=${name}`, {
    Image: IMAGE,
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings },
  })
  await ask(engine, `/containers/${name}/start`)
  await answers(new URL(`http://127.0.0.1:${port}/`))
  const took = performance.now() - startedMs
  await remove(engine, name)
  return took
}

async function remove(engine: Engine, name: string): Promise<void> {
  engine.docker('rm', '-f', name)
  await pause(500)
}

function ask(engine: Engine, route: string, body?: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const socketPath = engine.host.replace('unix://', '')
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const asked = request({ socketPath, method: 'POST', path: route, headers }, (response) => {
      response.resume().once('end', () => {
        const { statusCode = 0 } = response
        if (statusCode < 300) resolve()
        else reject(new Error(`${route}: ${statusCode}`))
      })
    })
    asked.once('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function answers(url: URL): Promise<void> {
  const startedMs = performance.now()
  while (!(await isOk(url))) {
    if (performance.now() - startedMs > 60_000) throw new Error(`${url} does not answer.`)
    await pause(ASK_MS)
  }
}

function isOk(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: 1_000 }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200))
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
