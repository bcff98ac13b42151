/**
 * The registry beside etcd, three members each, all on this machine's loopback with their homes on
 * disk: writes of 100 bytes, linearizable reads, and the time without writes after the leader's end.
 *
 * One Node process asks both in the same way: undici over HTTP/1.1, one kept connection for each
 * client, each client waiting for its answer before it asks again. Clients are spread over the
 * members, the first one at the leader. Each point is measured in turn, several times. What etcd does
 * over its own protocol is measured in the same turns: for Node's gRPC client, and for its own client,
 * in Go, where that can be built.
 */
import { Pool } from 'undici'
import { type Asked, type Door, type KeyStores, startNodes } from './key-stores.ts'
import { ask, type Figures, fill, load } from './load.ts'
import { startEtcd } from './peers/etcd.ts'
import { type GoLoad, goClient } from './peers/go-client.ts'
import { loadByGrpc } from './peers/grpc-client.ts'
import { pause } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'

const ROUNDS = 5
const CLIENTS = [1, 16, 64, 256]
/** From there on our aim is etcd's throughput. */
const CLIENTS_AIM = 64
const READ_CLIENTS = 64
/** Loads of the most clients before the first that counts: until what runs all the time is compiled. */
const WARM_LOADS = 2
const KEYS = 10_000
const READ_KEYS = 100
const KILLS = 3
/** Between two attempts to write while nobody leads. */
const ATTEMPT_MS = 20
const ATTEMPT_TIMEOUT_MS = 3_000
const GAP_MS_MAX = 20_000

export const registryBench: Bench = {
  name: 'registry',
  title: 'Registry: writes, linearizable reads, a lost leader, beside etcd',
  unavailable: () => (has('etcd') ? undefined : 'etcd is not installed'),
  run: compare,
}

interface Both<T> {
  ours: T
  peer: T
}

/** Of one point, by client. */
interface Point {
  ours: Figures
  http: Figures
  grpc: Figures
  go?: Figures
}

async function compare(): Promise<Row[]> {
  const byGo = goClient()
  const peer = await startEtcd()
  try {
    const ours = await startNodes()
    try {
      return await measure({ ours, peer }, byGo)
    } finally {
      await ours.remove()
    }
  } finally {
    await peer.remove()
  }
}

async function measure(both: Both<KeyStores>, byGo: GoLoad | undefined): Promise<Row[]> {
  for (const stores of [both.ours, both.peer]) await fill(stores, READ_KEYS)
  await pause(3_000)
  const write = (door: Door, n: number): Asked => door.put(n % KEYS)
  const read = (door: Door, n: number): Asked => door.get(n % READ_KEYS)
  const most = Math.max(...CLIENTS)
  for (let n = 0; n < WARM_LOADS; n++) await inTurn(both, (stores) => load(stores, most, write))
  const writes = new Map<number, Point[]>()
  const reads: Point[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const clients of CLIENTS) {
      const { peer: http, ours } = await inTurn(both, (stores) => load(stores, clients, write))
      const grpc = await loadByGrpc(both.peer, clients, 'put')
      const go = await byGo?.(both.peer, clients)
      writes.set(clients, [...(writes.get(clients) ?? []), { ours, http, grpc, ...(go && { go }) }])
    }
    const { peer: http, ours } = await inTurn(both, (stores) => load(stores, READ_CLIENTS, read))
    reads.push({ ours, http, grpc: await loadByGrpc(both.peer, READ_CLIENTS, 'get') })
  }
  const gaps: Both<number>[] = []
  for (let trial = 0; trial < KILLS; trial++) gaps.push(await inTurn(both, loseLeader))
  return [
    ...[...writes].flatMap(([clients, points]) => {
      const what = clients === 1 ? 'writes, 1 client' : `writes, ${clients} clients`
      return rowsOf(what, points, clients >= CLIENTS_AIM)
    }),
    ...rowsOf(`linearizable reads, ${READ_CLIENTS} clients`, reads, true),
    gapRow(gaps),
  ]
}

async function inTurn<T>(
  both: Both<KeyStores>,
  run: (stores: KeyStores) => Promise<T>,
): Promise<Both<T>> {
  const peer = await run(both.peer)
  return { peer, ours: await run(both.ours) }
}

/** From `kill -9` of the leader to the first write that a survivor takes. */
async function loseLeader(stores: KeyStores): Promise<number> {
  const gone = await stores.leader()
  const rest = stores.doors.filter((_, at) => at !== gone)
  const options = { headersTimeout: ATTEMPT_TIMEOUT_MS, bodyTimeout: ATTEMPT_TIMEOUT_MS }
  const pools = rest.map((door) => ({ door, pool: new Pool(door.origin, options) }))
  try {
    for (const { door, pool } of pools) await ask(pool, door.put(0))
    const killedMs = performance.now()
    await stores.kill(gone)
    let acceptedMs: number | undefined
    for (let n = 1; acceptedMs === undefined; n++) {
      const at = pools[n % pools.length]
      // Those that fail while nobody leads are what this is about.
      if (at) ask(at.pool, at.door.put(n)).then(accepted, () => undefined)
      if (performance.now() - killedMs > GAP_MS_MAX) throw new Error('No write was taken again.')
      await pause(ATTEMPT_MS)
    }
    return acceptedMs - killedMs

    function accepted(): void {
      acceptedMs ??= performance.now()
    }
  } finally {
    await Promise.all(pools.map(({ pool }) => pool.destroy()))
    await stores.revive(gone)
    await pause(3_000)
  }
}

/** How etcd was asked; ours is asked by undici over HTTP/1.1. */
const PEERS = {
  http: 'etcd, undici over HTTP/JSON',
  grpc: 'etcd, @grpc/grpc-js',
  go: 'etcd, its Go client',
} as const

function rowsOf(what: string, points: readonly Point[], hasAim: boolean): Row[] {
  return (['http', 'grpc', 'go'] as const).flatMap((by) => {
    const theirs = points.flatMap((point) => point[by] ?? [])
    if (theirs.length === 0) return []
    const ours = points.map((point) => point.ours)
    return besideOne(what, { ours, theirs, by, hasAim: hasAim && by !== 'go' })
  })
}

interface Beside {
  ours: readonly Figures[]
  theirs: readonly Figures[]
  by: keyof typeof PEERS
  hasAim: boolean
}

function besideOne(what: string, { ours, theirs, by, hasAim }: Beside): Row[] {
  const of = (figures: readonly Figures[], field: keyof Figures): number =>
    median(figures.map((one) => one[field]))
  const rate = (figures: readonly Figures[]): string =>
    `${Math.round(of(figures, 'perSecond')).toLocaleString('en')}/s`
  const times = (figures: readonly Figures[]): string =>
    `${of(figures, 'p50Ms').toFixed(1)} / ${of(figures, 'p99Ms').toFixed(1)} ms`
  const rates = of(ours, 'perSecond') / of(theirs, 'perSecond')
  const p99s = of(ours, 'p99Ms') / of(theirs, 'p99Ms')
  const noAim = { aim: by === 'go' ? 'stretch: 1 ×' : '' }
  return [
    {
      ...{ what, ours: rate(ours), peer: `${PEERS[by]}: ${rate(theirs)}`, ratio: rates },
      ...(hasAim ? { aim: '≥ 1 ×', met: rates >= 1 } : noAim),
    },
    {
      what: `${what}: p50 / p99`,
      ...{ ours: times(ours), peer: `${PEERS[by]}: ${times(theirs)}`, ratio: p99s },
      ...(hasAim ? { aim: 'p99 ≤ 1 ×', met: p99s <= 1 } : { aim: '' }),
    },
  ]
}

function gapRow(trials: readonly Both<number>[]): Row {
  const ours = median(trials.map((trial) => trial.ours))
  const peer = median(trials.map((trial) => trial.peer))
  const text = (ms: number): string => `${Math.round(ms)} ms`
  return {
    what: 'leader killed (kill -9), next write taken',
    ...{ ours: text(ours), peer: text(peer), ratio: ours / peer },
    ...{ aim: '≤ 0.5 ×', met: ours / peer <= 0.5 },
    note: `ours ${trials.map((trial) => text(trial.ours)).join(', ')}; etcd ${trials
      .map((trial) => text(trial.peer))
      .join(', ')}.`,
  }
}
