/**
 * The registry beside etcd, three members each, all on this machine's loopback with their homes on
 * disk: writes of 100 bytes, linearizable reads, and the time without writes after the leader's end.
 *
 * One Node process asks both in the same way: undici over HTTP/1.1, one kept connection for each
 * client, each client waiting for its answer before it asks again. Clients are spread over the
 * members, the first one at the leader. Each point is measured in turn, several times. What etcd does
 * for its own client, in Go, is measured beside them where that can be built.
 */
import { Pool } from 'undici'
import { type Asked, type Door, type KeyStores, startNodes } from './key-stores.ts'
import { ask, type Figures, fill, load } from './load.ts'
import { startEtcd } from './peers/etcd.ts'
import { type GoLoad, goClient } from './peers/go-client.ts'
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
  const stretch = new Map<number, Figures[]>()
  const writes = new Map<number, Both<Figures>[]>()
  const reads: Both<Figures>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const clients of CLIENTS) {
      const figures = await inTurn(both, (stores) => load(stores, clients, write))
      writes.set(clients, [...(writes.get(clients) ?? []), figures])
      if (clients < CLIENTS_AIM || !byGo) continue
      stretch.set(clients, [...(stretch.get(clients) ?? []), await byGo(both.peer, clients)])
    }
    reads.push(await inTurn(both, (stores) => load(stores, READ_CLIENTS, read)))
  }
  const gaps: Both<number>[] = []
  for (let trial = 0; trial < KILLS; trial++) gaps.push(await inTurn(both, loseLeader))
  return [
    ...[...writes].flatMap(([clients, figures]) => {
      const rows = rowsOf(`writes, ${clients} clients`, figures, clients >= CLIENTS_AIM)
      return clients === 1 ? rowsOf('writes, 1 client', figures, false) : rows
    }),
    ...[...stretch].map(([clients, byGo]) => stretchRow(clients, byGo, writes.get(clients) ?? [])),
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

function rowsOf(what: string, rounds: readonly Both<Figures>[], hasAim: boolean): Row[] {
  const of = (whose: keyof Both<Figures>, field: keyof Figures): number =>
    median(rounds.map((figures) => figures[whose][field]))
  const rate = (whose: keyof Both<Figures>): string =>
    `${Math.round(of(whose, 'perSecond')).toLocaleString('en')}/s`
  const times = (whose: keyof Both<Figures>): string =>
    `${of(whose, 'p50Ms').toFixed(1)} / ${of(whose, 'p99Ms').toFixed(1)} ms`
  const rates = of('ours', 'perSecond') / of('peer', 'perSecond')
  const p99s = of('ours', 'p99Ms') / of('peer', 'p99Ms')
  return [
    {
      ...{ what, ours: rate('ours'), peer: rate('peer'), ratio: rates },
      ...(hasAim ? { aim: '≥ 1 ×', met: rates >= 1 } : { aim: '' }),
    },
    {
      ...{ what: `${what}: p50 / p99`, ours: times('ours'), peer: times('peer'), ratio: p99s },
      ...(hasAim ? { aim: 'p99 ≤ 1 ×', met: p99s <= 1 } : { aim: '' }),
    },
  ]
}

function stretchRow(
  clients: number,
  byGo: readonly Figures[],
  rounds: readonly Both<Figures>[],
): Row {
  const ours = median(rounds.map((figures) => figures.ours.perSecond))
  const peer = median(byGo.map(({ perSecond }) => perSecond))
  const p99Ms = median(byGo.map((figures) => figures.p99Ms))
  const text = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en')}/s`
  return {
    what: `writes, ${clients} clients, beside etcd’s Go client`,
    ...{ ours: text(ours), peer: text(peer), ratio: ours / peer, aim: 'stretch: 1 ×' },
    note: `etcd’s p99 ${p99Ms.toFixed(1)} ms; ours by our Node client, as above.`,
  }
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
