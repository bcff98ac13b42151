/**
 * Both engines in the same run and by the same client: a committee of four under Simplex, one of whom
 * may lie, beside one of three under Raft. Writes of 100 bytes and linearizable reads over HTTP/1.1, one
 * kept connection for each client; clients are spread over the members.
 */
import { type Asked, type Door, startNodes } from './key-stores.ts'
import { type Figures, fill, load } from './load.ts'
import { pause } from './processes.ts'
import { type Bench, median, type Row } from './report.ts'

const ROUNDS = 3
const CLIENTS = [1, 16, 64, 256]
const READ_CLIENTS = 64
/**
 * Loads of the most clients before the first that counts: until what runs all the time is compiled. Each
 * of Simplex's four does a quarter of the work, and after three loads a twelfth of all CPU time was still
 * the compiler's.
 */
const WARM_LOADS = 6
const KEYS = 10_000
const READ_KEYS = 100

export const enginesBench: Bench = {
  name: 'engines',
  title: 'Simplex with four nodes beside Raft with three',
  unavailable: () => undefined,
  run: compare,
}

type Whose = 'simplex' | 'raft'

async function compare(): Promise<Row[]> {
  const raft = await startNodes()
  try {
    const simplex = await startNodes({ members: 4, consensus: 'simplex' })
    try {
      return await measure({ raft, simplex })
    } finally {
      await simplex.remove()
    }
  } finally {
    await raft.remove()
  }
}

async function measure(
  stores: Record<Whose, Awaited<ReturnType<typeof startNodes>>>,
): Promise<Row[]> {
  for (const each of [stores.raft, stores.simplex]) await fill(each, READ_KEYS)
  await pause(3_000)
  const write = (door: Door, n: number): Asked => door.put(n % KEYS)
  const read = (door: Door, n: number): Asked => door.get(n % READ_KEYS)
  for (let n = 0; n < WARM_LOADS; n++) {
    for (const each of [stores.raft, stores.simplex]) await load(each, Math.max(...CLIENTS), write)
  }
  const rounds = new Map<string, Record<Whose, Figures>[]>()
  const add = async (what: string, clients: number, ask: typeof write): Promise<void> => {
    const raft = await load(stores.raft, clients, ask)
    const simplex = await load(stores.simplex, clients, ask)
    rounds.set(what, [...(rounds.get(what) ?? []), { raft, simplex }])
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const clients of CLIENTS) await add(`writes, ${clients} clients`, clients, write)
    await add(`linearizable reads, ${READ_CLIENTS} clients`, READ_CLIENTS, read)
  }
  return [...rounds].map(([what, figures]) => rowOf(what, figures))
}

function rowOf(what: string, rounds: readonly Record<Whose, Figures>[]): Row {
  const of = (whose: Whose, field: keyof Figures): number =>
    median(rounds.map((figures) => figures[whose][field]))
  const text = (whose: Whose): string =>
    `${Math.round(of(whose, 'perSecond')).toLocaleString('en')}/s, p50 ${of(whose, 'p50Ms').toFixed(1)}, ` +
    `p99 ${of(whose, 'p99Ms').toFixed(1)} ms`
  const ratio = of('simplex', 'perSecond') / of('raft', 'perSecond')
  const hasAim = what.startsWith('writes') && !what.includes(' 1 ')
  return {
    ...{ what, ours: text('simplex'), peer: `Raft ${text('raft')}`, ratio },
    ...(hasAim ? { aim: '≥ 0.5 ×', met: ratio >= 0.5 } : { aim: '' }),
  }
}
