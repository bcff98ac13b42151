/**
 * What the registry weighs: memory with 100,000 keys of 100 bytes beside etcd's with the same, and how
 * long a node whose home holds a gigabyte takes from `kill -9` to its first linearizable answer.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'undici'
import { type KeyStores, startNodes } from './key-stores.ts'
import { late, probed } from './lateness.ts'
import { type BenchHome, prepareNetwork } from './network.ts'
import { startEtcd } from './peers/etcd.ts'
import { end, pause, usage, waitFor } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'

const KEYS = 100_000
const CLIENTS = 96
const SETTLE_MS = 5_000
const MIB = 2 ** 20
/** As much as one owner's keys may hold, and once more in the log after the snapshot. */
const VALUES = 60
const PUTS = 118
const HOME_BYTES = 2 ** 30
const BLOB_BYTES = 32 * MIB
const RECOVERY_AIM_MS = 5_000

export const recoveryBench: Bench = {
  name: 'recovery',
  title: 'Registry: memory with 100,000 keys, recovery of a home of 1 GiB',
  unavailable: () => (has('etcd') ? undefined : 'etcd is not installed'),
  run: async () => [await memory(), ...(await recovery()), ...(await copying())],
}

async function memory(): Promise<Row> {
  const peer = await memoryOf(await startEtcd())
  const ours = await memoryOf(await startNodes())
  const text = ({ emptyMib, fullMib }: Memory): string =>
    `${fullMib.toFixed(0)} MiB (${emptyMib.toFixed(0)} empty)`
  return {
    what: 'memory with 100,000 keys of 100 bytes (RSS)',
    ...{ ours: text(ours), peer: text(peer), ratio: ours.fullMib / peer.fullMib, aim: '' },
    note: 'Median of three members, a few seconds after the last write.',
  }
}

interface Memory {
  emptyMib: number
  fullMib: number
}

async function memoryOf(stores: KeyStores): Promise<Memory> {
  const rss = (): number => median(stores.pids().map((pid) => usage(pid).rssMib))
  try {
    await pause(SETTLE_MS)
    const emptyMib = rss()
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, at) => {
        const door = stores.doors[at % stores.doors.length]
        if (!door) return
        const client = new Client(door.origin)
        for (let n = at; n < KEYS; n += CLIENTS) {
          const { statusCode, body } = await client.request(door.put(n))
          await body.dump()
          if (statusCode !== 200) throw new Error(`Key ${n}: ${statusCode}`)
        }
        await client.close()
      }),
    )
    await pause(SETTLE_MS)
    return { emptyMib, fullMib: rss() }
  } finally {
    await stores.remove()
  }
}

async function recovery(): Promise<Row[]> {
  const network = await prepareNetwork(1)
  try {
    const [home] = network.homes
    if (!home) throw new Error('There is no home.')
    await fill(home)
    const registryBytes = sizeOf(path.join(home.folder, 'registry'))
    addBlobs(home, HOME_BYTES - sizeOf(home.folder))
    const homeBytes = sizeOf(home.folder)
    const times: number[] = []
    let rssMib = 0
    for (let trial = 0; trial < 3; trial++) {
      const startedMs = performance.now()
      const node = await home.up()
      const entry = await node.call<{ key: string }>('GET', `/api/kv/${home.name}/0`)
      if (entry.key !== `${home.name}/0`) throw new Error('The key is not there.')
      times.push(performance.now() - startedMs)
      rssMib = usage(node.child.pid ?? 0).rssMib
      await end(node.child)
    }
    const tookMs = median(times)
    const size = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`
    return [
      {
        what: `recovery of a home of ${size(homeBytes)}, ${size(registryBytes)} of it the log`,
        ...{ ours: `${(tookMs / 1_000).toFixed(2)} s`, peer: '', aim: '≤ 5 s' },
        met: tookMs <= RECOVERY_AIM_MS,
        note: `From the start of the process to a linearizable read; ${rssMib.toFixed(0)} MiB then.`,
      },
    ]
  } finally {
    await network.remove()
  }
}

interface StatusDocument {
  primary?: { height?: number }
}

/** A node that joins when the registry is as large as one owner may make it: it gets a snapshot of it. */
async function copying(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-bench-'))
  const network = await prepareNetwork(2)
  try {
    const [first, second] = network.homes
    if (!first || !second) throw new Error('There are no homes.')
    await fill(first)
    const files = [path.join(folder, 'first'), path.join(folder, 'second')] as const
    const giver = await first.up(probed(files[0]))
    await giver.call('GET', `/api/kv/${first.name}/0`)
    await pause(SETTLE_MS)
    await late(giver, files[0])
    const taker = await second.up(probed(files[1]))
    await late(taker, files[1])
    const startedMs = performance.now()
    await waitFor('the copy', 60_000, async () => {
      const { primary } = await taker.call<StatusDocument>('GET', '/api/status')
      return (primary?.height ?? 0) > 0
    })
    const tookMs = performance.now() - startedMs
    await pause(SETTLE_MS)
    const [given, taken] = [await late(giver, files[0]), await late(taker, files[1])]
    return [
      {
        what: `longest hold of the main thread, ${VALUES} MiB of values copied to a node that joins`,
        ...{ ours: `${taken.maxMs.toFixed(0)} ms`, peer: '', aim: '' },
        note:
          `The node that takes it, from its ready line on; the one that gives it: ${given.maxMs.toFixed(0)} ms. ` +
          `It held the copy ${(tookMs / 1_000).toFixed(1)} s after that.`,
      },
    ]
  } finally {
    await network.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Values of the largest size under the names of one owner, over and over. */
async function fill(home: BenchHome): Promise<void> {
  const node = await home.up()
  const client = new Client(node.api)
  for (let n = 0; n < PUTS; n++) {
    const { statusCode, body } = await client.request({
      path: `/api/kv/${home.name}/${n % VALUES}`,
      ...{ method: 'PUT', body: randomBytes(MIB) },
      headers: { ...node.headers, 'content-type': 'application/octet-stream' },
    })
    await body.dump()
    if (statusCode !== 200) throw new Error(`Value ${n}: ${statusCode}`)
  }
  await client.close()
  await end(node.child)
}

function addBlobs(home: BenchHome, bytes: number): void {
  const folder = path.join(home.folder, 'blobs/sha256')
  for (let left = bytes; left > 0; left -= BLOB_BYTES) {
    const content = randomBytes(Math.min(left, BLOB_BYTES))
    const digest = createHash('sha256').update(content).digest('hex')
    mkdirSync(path.join(folder, digest.slice(0, 2)), { recursive: true })
    writeFileSync(path.join(folder, digest.slice(0, 2), digest), content)
  }
}

/** By what the entries are: the root of the shelters holds links that lead out of the home. */
function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.reduce((sum, entry) => {
    return sum + (entry.isFile() ? statSync(path.join(entry.parentPath, entry.name)).size : 0)
  }, 0)
}
