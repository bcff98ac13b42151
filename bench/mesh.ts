/** Knowing each other, an event to all, a death seen by all: node processes beside serf agents. */
import { type Agents, startNodes } from './agents.ts'
import { startSerf } from './peers/serf.ts'
import { pause, waitFor } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'

const SIZES = [10, 25]
const EVENTS = 10
const KILLS = 3
const WAIT_MS = 90_000

interface Times {
  knowMs: number
  eventMs: number
  deathMs: number
}

export const meshBench: Bench = {
  name: 'mesh',
  title: 'Mesh: all know all, an event to all, a death seen by all',
  unavailable: () => (has('serf') ? undefined : 'serf is not installed'),
  async run() {
    const rows: Row[] = []
    for (const size of SIZES) rows.push(...(await compare(size)))
    return rows
  },
}

async function compare(size: number): Promise<Row[]> {
  const peer = await measure(await startSerf(size))
  const ours = await measure(await startNodes(size)).catch((error: Error) => error)
  if (ours instanceof Error) {
    // A size that this machine cannot carry is a result like any other.
    const what = `${size} processes`
    return [{ what, ours: 'failed', peer: '', aim: '', met: false, note: ours.message }]
  }
  return [
    rowOf(`${size} processes know each other`, ours.knowMs, peer.knowMs, 1),
    rowOf(`event reaches all ${size}`, ours.eventMs, peer.eventMs, 0.3),
    rowOf(`kill -9 known to all ${size}`, ours.deathMs, peer.deathMs, 0.5),
  ]
}

function rowOf(what: string, oursMs: number, peerMs: number, aim: number): Row {
  const text = (ms: number): string =>
    ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`
  const ratio = oursMs / peerMs
  const figures = { ours: text(oursMs), peer: text(peerMs), ratio }
  return { what, ...figures, aim: `≤ ${aim} ×`, met: ratio <= aim }
}

async function measure(agents: Agents): Promise<Times> {
  try {
    await waitFor('knowledge of all', WAIT_MS, () => agents.knewAllAtMs() > 0)
    // Agents that knew all before the last of them said it was ready took no time after it.
    const knowMs = Math.max(0, agents.knewAllAtMs() - agents.readyAtMs)
    await pause(3_000)
    const eventMs = await events(agents)
    await pause(3_000)
    return { knowMs, eventMs, deathMs: await deaths(agents) }
  } finally {
    await agents.remove()
  }
}

/** The median event's time until the last has heard it. */
async function events(agents: Agents): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < EVENTS; i++) {
    const text = `word-${i}`
    const saidMs = await agents.tell(i % agents.count, text)
    const heard = () => agents.heard(text)
    await waitFor(`${text} everywhere`, WAIT_MS, () => heard().size === agents.count)
    times.push(Math.max(...heard().values()) - saidMs)
    await pause(300)
  }
  return median(times)
}

/** The median death's time until the last that lives has seen it. */
async function deaths(agents: Agents): Promise<number> {
  const times: number[] = []
  for (let i = 1; i <= KILLS; i++) {
    const gone = agents.count - i
    const killedMs = performance.now()
    agents.kill(gone)
    const missed = () => agents.missed(gone)
    await waitFor(`${gone} missed by all`, WAIT_MS, () => missed().size >= gone)
    times.push(Math.max(...missed().values()) - killedMs)
    await pause(1_000)
  }
  return median(times)
}
