/**
 * A service of several copies beside Docker Swarm: to its first answer, through a change under load,
 * and one copy killed. Each has an engine of its own, and they take turns.
 */
import { request } from 'node:http'
import { createEngine, enginesUnavailable } from '../e2e/harness/engine.ts'
import { importBusyboxImage } from '../e2e/harness/images.ts'
import { networksReady, pidOf } from './engine-socket.ts'
import { type BenchNode, prepareNetwork } from './network.ts'
import { createSwarm, type Swarm } from './peers/swarm.ts'
import { pause } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'
import { roundsOr } from './rounds.ts'

const ROUNDS = roundsOr(5)
const COPIES = 3
const REQUESTS_PER_SECOND = 200
const [FIRST, SECOND] = ['hello:1', 'hello:2'] as const
const NAME = 'web'
const WAIT_MS = 60_000
/** Between two looks at how far it is; the same for both. */
const LOOK_MS = 5

export const servicesBench: Bench = {
  name: 'services',
  title: 'Services: three copies, a change under load, a killed copy',
  unavailable: () => enginesUnavailable() ?? (has('docker') ? undefined : 'docker is missing'),
  run: compare,
}

/** What is asked of both. */
interface Runner {
  create(image: string): Promise<void>
  update(image: string): Promise<void>
  /** Process ids of the copies that answer, with the image each is of. */
  copies(): Promise<{ id: string; pid: number }[]>
  /** Every copy is of the image that was asked for last, and there is no other. */
  isSettled(): Promise<boolean>
  /** Where the next request goes; undefined where nothing is known to answer. */
  target(): URL | undefined
  remove(): Promise<void>
}

interface Figures {
  createMs: number[]
  updateMs: number[]
  killMs: number[]
  requests: number
  failed: number
}

async function compare(): Promise<Row[]> {
  const engines = [await createEngine('services'), await createEngine('swarm')] as const
  try {
    for (const engine of engines)
      for (const image of [FIRST, SECOND]) importBusyboxImage(engine, image)
    const network = await prepareNetwork(1, { env: { DOCKER_HOST: engines[0].host } })
    const swarm = await createSwarm(engines[1])
    try {
      const runners = [ofNode(await network.homes[0]!.up(), engines[0]), ofSwarm(swarm)] as const
      const figures = runners.map((): Figures => {
        return { createMs: [], updateMs: [], killMs: [], requests: 0, failed: 0 }
      })
      // The first round warms both up and is not counted.
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [at, runner] of runners.entries()) {
          await takeTurn(runner, round === 0 ? undefined : figures[at])
        }
      }
      return rowsOf(figures[0]!, figures[1]!)
    } finally {
      swarm.leave()
      await network.remove()
    }
  } finally {
    for (const engine of engines) await engine.remove()
  }
}

async function takeTurn(runner: Runner, figures: Figures | undefined): Promise<void> {
  const startedMs = performance.now()
  await runner.create(FIRST)
  await until('the first answer', async () => isOk(runner.target()))
  figures?.createMs.push(performance.now() - startedMs)
  await until('all copies', () => runner.isSettled())
  await pause(500)

  const updatedMs = performance.now()
  let tookMs = 0
  const load = await underLoad(runner, async () => {
    await runner.update(SECOND)
    await until('the change', () => runner.isSettled())
    tookMs = performance.now() - updatedMs
  })
  if (figures) {
    figures.updateMs.push(tookMs)
    figures.requests += load.requests
    figures.failed += load.failed
  }
  await pause(500)

  const [victim] = await runner.copies()
  if (!victim) throw new Error('There is no copy to kill.')
  const killedMs = performance.now()
  process.kill(victim.pid, 'SIGKILL')
  await until('another in its place', async () => {
    const now = await runner.copies()
    return now.length === COPIES && now.every(({ pid }) => pid !== victim.pid)
  })
  figures?.killMs.push(performance.now() - killedMs)
  await runner.remove()
  await pause(1_500)
}

/** Requests at a steady rate, whoever has answered, until `work` is done. None is made twice. */
async function underLoad(runner: Runner, work: () => Promise<void>) {
  const counts = { requests: 0, failed: 0 }
  const open = new Set<Promise<void>>()
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  const startedMs = performance.now()
  while (!isDone) {
    const due = ((performance.now() - startedMs) * REQUESTS_PER_SECOND) / 1_000
    for (; counts.requests < due; counts.requests++) {
      const asked = isOk(runner.target()).then((ok) => {
        if (!ok) counts.failed++
        open.delete(asked)
      })
      open.add(asked)
    }
    await pause(2)
  }
  await working
  await Promise.all(open)
  return counts
}

function ofNode(node: BenchNode, engine: { host: string }): Runner {
  const route = `/api/workloads/${NAME}`
  type View = { status: string; instances: { id: string; status: string; health: string }[] }
  const url = new URL(`${node.edge}/${NAME}/`)
  return {
    async create(image) {
      const containers = [{ name: NAME, image, ports: [{ containerPort: 80 }] }]
      await node.call('POST', '/api/workloads', { name: NAME, containers, replicas: COPIES })
    },
    async update(image) {
      await node.call('PATCH', route, { image })
    },
    async copies() {
      const { instances } = await node.call<View>('GET', route)
      const well = instances.filter((one) => one.status === 'Running' && one.health === 'healthy')
      const copies = well.map(async ({ id }) => {
        // It may be gone by now.
        const pid = await pidOf(engine.host, id)
        return pid === undefined ? [] : [{ id, pid }]
      })
      return (await Promise.all(copies)).flat()
    },
    async isSettled() {
      const { status, instances } = await node.call<View>('GET', route)
      return status === 'Running' && instances.length === COPIES
    },
    target: () => url,
    async remove() {
      await node.call('DELETE', route)
      const none = async (): Promise<boolean> => {
        const { workloads } = await node.call<{ workloads: unknown[] }>('GET', '/api/workloads')
        return workloads.length === 0
      }
      await until('nothing of it', none)
      await networksReady(engine.host, COPIES)
    },
  }
}

/** Its clients follow the engine's events, as a balancer beside it would. */
function ofSwarm(swarm: Swarm): Runner {
  let known: { id: string; pid: number; port: number; image: string }[] = []
  let wanted = ''
  let turn = 0
  let watching: { stop(): void } | undefined
  const answered = new Set<string>()

  const look = async (): Promise<void> => {
    const tasks = await swarm.tasks(NAME)
    await Promise.all(
      tasks.map(async ({ id, port }) => {
        if (!answered.has(id) && (await isOk(urlOf(port)))) answered.add(id)
      }),
    )
    known = tasks.filter(({ id }) => answered.has(id))
  }
  return {
    async create(image) {
      wanted = image
      watching = swarm.watch({
        onEnd: (id) => {
          known = known.filter((one) => one.id !== id)
        },
        onStart: () => void look().catch(() => {}),
      })
      await swarm.create(NAME, { image, replicas: COPIES })
    },
    async update(image) {
      wanted = image
      await swarm.update(NAME, image)
    },
    async copies() {
      await look()
      return known
    },
    async isSettled() {
      await look()
      const all = await swarm.tasks(NAME)
      const isNew = known.filter(({ image }) => image === wanted).length === COPIES
      return isNew && all.length === COPIES
    },
    target() {
      const next = known[turn++ % Math.max(1, known.length)]
      return next && urlOf(next.port)
    },
    async remove() {
      watching?.stop()
      await swarm.remove(NAME)
      await until('nothing of it', async () => (await swarm.tasks(NAME)).length === 0)
      known = []
      answered.clear()
    },
  }
}

const urlOf = (port: number): URL => new URL(`http://127.0.0.1:${port}/`)

function rowsOf(ours: Figures, peer: Figures): Row[] {
  const row = (what: string, of: (figures: Figures) => number[], aim: number): Row => {
    const [own, other] = [median(of(ours)), median(of(peer))]
    const ratio = own / other
    const text = (ms: number): string => `${Math.round(ms)} ms`
    return {
      ...{ what, ours: text(own), peer: text(other), ratio },
      ...{ aim: `≤ ${aim} ×`, met: ratio <= aim },
    }
  }
  const lost = ({ failed, requests }: Figures): string => `${failed} of ${requests}`
  return [
    row(`${COPIES} copies to the first 200`, ({ createMs }) => createMs, 0.5),
    {
      ...{ what: `change at ${REQUESTS_PER_SECOND} requests/s: failed` },
      ...{ ours: lost(ours), peer: lost(peer), aim: '0', met: ours.failed === 0 },
    },
    row('change: until every copy is the new one', ({ updateMs }) => updateMs, 1),
    row('killed copy: until another answers', ({ killMs }) => killMs, 0.5),
  ]
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const startedMs = performance.now()
  while (!(await done())) {
    if (performance.now() - startedMs > WAIT_MS) throw new Error(`Waited too long for ${what}.`)
    await pause(LOOK_MS)
  }
}

function isOk(url: URL | undefined): Promise<boolean> {
  if (!url) return Promise.resolve(false)
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200))
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
