/**
 * Honest calls to a node while raw connections flood its mesh port: through another node's edge
 * over the mesh to a program on the flooded node, and to the flooded node's own API. First as
 * usual, then in a flood from one address, then in one from many, which no bound for each address
 * can hold.
 */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { Pool } from 'undici'
import { allSeeAll, type BenchHome, type BenchNode, prepareNetwork } from './network.ts'
import { end, firstLine, pause, start, usage, waitFor } from './processes.ts'
import { type Bench, percentile, type Row } from './report.ts'

const PER_SECOND = 1_000
const SECONDS = 60
const WARM_UP_SECONDS = 15
const USUAL_SECONDS = 25
const ADDRESSES = 200
/** Between two calls of one kind. */
const CALL_EVERY_MS = 20
/** Between two calls while it warms up: in its seconds more are made than in all that follow. */
const WARM_UP_EVERY_MS = 1.5
const RATIO_MAX = 2
const GROWTH_MIB_MAX = 50
/** Fewer than this share of the flood reached the port: then nothing is shown. */
const FLOOD_SHARE_MIN = 0.9

const CLI = path.resolve(import.meta.dirname, '../cli/mycelium.js')
const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const FLOODER = path.join(import.meta.dirname, 'peers/flooder.ts')
const run = promisify(execFile)

export const floodBench: Bench = {
  name: 'flood',
  title: `Flood: ${PER_SECOND.toLocaleString('en')} raw connections a second for ${SECONDS} s`,
  // Only Linux answers on all of 127.0.0.0/8, which the flood from many addresses needs.
  unavailable: () => (process.platform === 'linux' ? undefined : 'it needs Linux'),
  run: measure,
}

interface Phase {
  meshP99Ms: number
  apiP99Ms: number
  memoryMibMax: number
  cpuPercent: number
}

async function measure(): Promise<Row[]> {
  const network = await prepareNetwork(2)
  try {
    const [home, other] = network.homes
    const flooded = await home!.up()
    const asking = await other!.up()
    await allSeeAll([flooded, asking])
    try {
      await deployOn(home!, flooded, asking)
      return await compare(flooded, asking)
    } finally {
      await undeploy(flooded)
    }
  } finally {
    await network.remove()
  }
}

async function compare(flooded: BenchNode, asking: BenchNode): Promise<Row[]> {
  const port = await meshPortOf(flooded)
  // Compiles what the calls run through, and fills the heap as far as they do.
  await watchCalls(flooded, asking, WARM_UP_SECONDS, WARM_UP_EVERY_MS)
  const usual = await watchCalls(flooded, asking, USUAL_SECONDS)
  const rows: Row[] = []
  for (const addresses of [1, ADDRESSES]) {
    const { phase, flood } = await inFlood(flooded, asking, { port, addresses })
    rows.push(...rowsOf(addresses, usual, phase, flood))
  }
  return rows
}

/** A program on the flooded node alone, so that every call from the other crosses the mesh. */
async function deployOn(home: BenchHome, flooded: BenchNode, asking: BenchNode): Promise<void> {
  const cli = async (...args: string[]): Promise<string> => {
    const given = ['--home', home.folder, '--json', ...args]
    return (await run(process.execPath, [CLI, ...given])).stdout
  }
  await flooded.call('POST', `/api/nodes/${asking.id}/cordon`)
  const files = [
    ...['--manifest', path.join(SAMPLE, 'manifest.json')],
    ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', home.folder],
  ]
  const { file } = JSON.parse(await cli('bundle', 'build', ...files))
  await cli('deploy', '--bundle', file, '--name', 'greeter', '--wait')
  await waitFor('answer through the other node', 30_000, async () => {
    return (await fetch(`${asking.edge}/greeter/`)).ok
  })
}

/** The network ends by force, which would leave the program running. */
async function undeploy(flooded: BenchNode): Promise<void> {
  await flooded.call('DELETE', '/api/workloads/greeter').catch(() => {})
  await waitFor('end of the program', 30_000, async () => {
    const { workloads } = await flooded.call<{ workloads: unknown[] }>('GET', '/api/workloads')
    return workloads.length === 0
  })
}

async function meshPortOf(node: BenchNode): Promise<number> {
  const { node: self } = await node.call<{ node: { addresses: string[] } }>('GET', '/api/status')
  const port = /\/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(self.addresses.join(' '))?.[1]
  if (!port) throw new Error(`No mesh port in ${self.addresses.join(' ')}.`)
  return Number(port)
}

interface Flood {
  opened: number
  refused: number
  failed: number
}

async function inFlood(
  flooded: BenchNode,
  asking: BenchNode,
  { port, addresses }: { port: number; addresses: number },
): Promise<{ phase: Phase; flood: Flood }> {
  const given = [port, PER_SECOND, SECONDS, addresses].map(String)
  const child = start([process.execPath, FLOODER, ...given])
  try {
    const done = firstLine(child, /^\{/)
    const phase = await watchCalls(flooded, asking, SECONDS)
    const flood: Flood = JSON.parse((await done).line)
    return { phase, flood }
  } finally {
    await end(child)
  }
}

/** Calls of both kinds at an even pace; a call that fails fails the benchmark. */
async function watchCalls(
  flooded: BenchNode,
  asking: BenchNode,
  seconds: number,
  everyMs = CALL_EVERY_MS,
): Promise<Phase> {
  const pid = flooded.child.pid ?? 0
  const endMs = performance.now() + seconds * 1_000
  const before = usage(pid)
  let memoryMibMax = before.rssMib
  const watchMemory = async (): Promise<void> => {
    while (performance.now() < endMs) {
      memoryMibMax = Math.max(memoryMibMax, usage(pid).rssMib)
      await pause(500)
    }
  }
  const [mesh, api] = await Promise.all([
    callUntil({ endMs, everyMs }, asking.edge, '/greeter/', {}),
    callUntil({ endMs, everyMs }, flooded.api, '/api/cluster/nodes', flooded.headers),
    watchMemory(),
  ])
  return {
    meshP99Ms: percentile(mesh, 0.99),
    apiP99Ms: percentile(api, 0.99),
    memoryMibMax,
    cpuPercent: ((usage(pid).cpuSeconds - before.cpuSeconds) / seconds) * 100,
  }
}

/**
 * Times of calls begun at an even pace, whether or not the last was answered, from when each was
 * due: a stall then counts for every call that it held up.
 */
async function callUntil(
  { endMs, everyMs }: { endMs: number; everyMs: number },
  origin: string,
  route: string,
  headers: Record<string, string>,
): Promise<number[]> {
  const pool = new Pool(origin, { connections: 32 })
  const times: number[] = []
  const open: Promise<void>[] = []
  const failures: unknown[] = []
  const one = async (dueMs: number): Promise<void> => {
    try {
      const { statusCode, body } = await pool.request({ path: route, method: 'GET', headers })
      await body.dump()
      if (statusCode !== 200) throw new Error(`${route}: ${statusCode}`)
      times.push(performance.now() - dueMs)
    } catch (error) {
      failures.push(error)
    }
  }
  try {
    for (let dueMs = performance.now(); dueMs < endMs; dueMs += everyMs) {
      if (dueMs > performance.now()) await pause(dueMs - performance.now())
      open.push(one(dueMs))
    }
    await Promise.all(open)
    if (failures.length > 0)
      throw new Error(`${failures.length} calls failed.`, { cause: failures[0] })
    return times
  } finally {
    await pool.destroy()
  }
}

function rowsOf(addresses: number, usual: Phase, phase: Phase, flood: Flood): Row[] {
  if (flood.opened < PER_SECOND * SECONDS * FLOOD_SHARE_MIN) {
    throw new Error(`Too thin a flood: ${JSON.stringify({ addresses, ...flood })}`)
  }
  const from = addresses === 1 ? 'one address' : `${addresses} addresses`
  const p99 = (what: string, field: 'meshP99Ms' | 'apiP99Ms', note?: string): Row => {
    const ratio = phase[field] / usual[field]
    return {
      what: `p99 of a call ${what}, flood from ${from}`,
      ours: `${phase[field].toFixed(1)} ms`,
      peer: `${usual[field].toFixed(1)} ms as usual`,
      ratio,
      aim: `< ${RATIO_MAX} ×`,
      met: ratio < RATIO_MAX,
      ...(note === undefined ? {} : { note }),
    }
  }
  const grownMib = phase.memoryMibMax - usual.memoryMibMax
  const total = flood.opened.toLocaleString('en')
  const shut = flood.refused.toLocaleString('en')
  const cpu = (of: Phase): string => `${of.cpuPercent.toFixed(0)} %`
  return [
    p99('over the mesh', 'meshP99Ms', `${total} connections, ${shut} of them closed on sight.`),
    p99('to its API', 'apiP99Ms'),
    {
      what: `most memory (RSS), flood from ${from}`,
      ours: `${phase.memoryMibMax.toFixed(0)} MiB`,
      peer: `${usual.memoryMibMax.toFixed(0)} MiB as usual`,
      aim: `≤ ${GROWTH_MIB_MAX} MB more`,
      met: grownMib * 1.048576 <= GROWTH_MIB_MAX,
      note: `CPU of the flooded node ${cpu(phase)} of a core, ${cpu(usual)} as usual.`,
    },
  ]
}
