/** A workload that is asleep, from one request to its 200, beside `docker run` of the same image, in turn. */
import { request } from 'node:http'
import { createEngine, enginesUnavailable } from '../e2e/harness/engine.ts'
import { importBusyboxImage } from '../e2e/harness/images.ts'
import { byDockerRun } from './deploy.ts'
import { type BenchNode, prepareNetwork } from './network.ts'
import { pause } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'

const ROUNDS = 9
const IMAGE = 'hello:1'
const NAME = 'nap'
const ASLEEP_WITHIN_MS = 60_000

export const wakeBench: Bench = {
  name: 'wake',
  title: 'Wake: from a request to its 200, nothing running before',
  unavailable: () => enginesUnavailable() ?? (has('docker') ? undefined : 'docker is missing'),
  run: compare,
}

async function compare(): Promise<Row[]> {
  const engine = await createEngine('wake')
  try {
    importBusyboxImage(engine, IMAGE)
    const network = await prepareNetwork(1, { env: { DOCKER_HOST: engine.host } })
    try {
      const node = await network.homes[0]!.up()
      await node.call('POST', '/api/workloads', {
        ...{ name: NAME, graceMs: 0, autoscale: { min: 0, max: 1, idleMs: 1_000 } },
        containers: [{ image: IMAGE, ports: [{ containerPort: 80 }] }],
      })
      const ours: number[] = []
      const peer: number[] = []
      // The first round warms the page cache and is not counted.
      for (let round = 0; round <= ROUNDS; round++) {
        await asleep(node)
        const times = [await woken(node), await byDockerRun(engine, `run-${round}`)]
        if (round === 0) continue
        for (const [at, list] of [ours, peer].entries()) list.push(times[at] ?? Number.NaN)
      }
      const [own, other] = [median(ours), median(peer)]
      const text = (ms: number): string => `${Math.round(ms)} ms`
      const what = 'one request, beside `docker run`'
      return [{ what, ours: text(own), peer: text(other), ratio: own / other, aim: '' }]
    } finally {
      await network.remove()
    }
  } finally {
    await engine.remove()
  }
}

async function asleep(node: BenchNode): Promise<void> {
  type View = { status: string; instances: unknown[] }
  const startedMs = performance.now()
  for (;;) {
    const { status, instances } = await node.call<View>('GET', `/api/workloads/${NAME}`)
    if (status === 'Asleep' && instances.length === 0) break
    if (performance.now() - startedMs > ASLEEP_WITHIN_MS) throw new Error('It stays awake.')
    await pause(100)
  }
  await pause(500)
}

/** One request, which waits: nobody asks again. */
function woken(node: BenchNode): Promise<number> {
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request(new URL(`${node.edge}/${NAME}/`), { agent: false }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startedMs)
        else reject(new Error(`Woken with ${response.statusCode}.`))
      })
    })
    asked.once('error', reject)
    asked.end()
  })
}
