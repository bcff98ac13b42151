/** How many copies were wanted at each moment, as a node tells, and which ran, as the engines tell. */
import { setTimeout as wait } from 'node:timers/promises'
import type { WorkloadDocument } from '../harness/cluster.ts'
import type { Engine } from '../harness/engine.ts'
import type { TestNode } from '../harness/node-process.ts'

export interface ScaledDocument extends WorkloadDocument {
  autoscale: {
    max: number
    now?: { copies: number; why: string; measured?: number; since: string }
  }
}

/** From then on so many were wanted. */
export interface Decided {
  atMs: number
  copies: number
  /** Absent before anything was decided. */
  why?: string
}

export interface Watching {
  /** The first one is what it began with. */
  readonly decided: readonly Decided[]
  /** As it was seen last. */
  readonly now: ScaledDocument
  stop(): Promise<void>
}

const PERIOD_MS = 100

export async function watch(node: TestNode, name: string): Promise<Watching> {
  const read = () => node.get<ScaledDocument>(`/api/workloads/${name}`)
  const decided: Decided[] = []
  let now = await read()
  let isOver = false

  function note(): void {
    const { replicas: copies, autoscale } = now
    // Two decisions between two looks are told by the time of the later one.
    const atMs = autoscale.now ? Date.parse(autoscale.now.since) : Date.now()
    const last = decided.at(-1)
    if (last?.copies === copies && (!autoscale.now || last.atMs === atMs)) return
    decided.push({ atMs, copies, ...(autoscale.now && { why: autoscale.now.why }) })
  }
  note()
  const watching = (async () => {
    while (!isOver) {
      await wait(PERIOD_MS)
      // On a busy computer one look may get no answer; what was decided meanwhile the next one tells.
      now = await read().catch(() => now)
      note()
    }
  })()
  return {
    decided,
    get now() {
      return now
    },
    stop() {
      isOver = true
      return watching
    },
  }
}

/** One container's life. */
export interface Life {
  slot: number
  beganMs: number
  endedMs?: number
  exitCode?: number
}

/** Of all that ran of a workload since then, by what the engines noted. */
export function livesOf(engines: readonly Engine[], name: string, sinceMs: number): Life[] {
  return engines.flatMap((engine) => {
    const lives = new Map<string, Life>()
    for (const { id, action, atMs, attributes } of eventsOf(engine, name, sinceMs)) {
      if (action === 'start') {
        lives.set(id, { slot: Number(attributes['org.mycelium.index']), beganMs: atMs })
      }
      const life = lives.get(id)
      if (!life) continue
      if (action === 'die')
        Object.assign(life, { endedMs: atMs, exitCode: Number(attributes.exitCode) })
    }
    return [...lives.values()]
  })
}

interface EngineEvent {
  id: string
  action: string
  atMs: number
  attributes: Record<string, string>
}

function eventsOf(engine: Engine, name: string, sinceMs: number): EngineEvent[] {
  const times = [
    '--since',
    String(Math.floor(sinceMs / 1_000)),
    '--until',
    String(Date.now() / 1_000),
  ]
  const kinds = ['start', 'die'].flatMap((kind) => ['--filter', `event=${kind}`])
  const own = ['--filter', `label=org.mycelium.workload=${name}`]
  const lines = engine.docker('events', ...times, ...own, ...kinds, '--format', '{{json .}}')
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { Actor, Action, timeNano } = JSON.parse(line)
      return { id: Actor.ID, action: Action, atMs: timeNano / 1e6, attributes: Actor.Attributes }
    })
}

/** The most of them that ran at one moment. */
export function mostAtOnce(lives: readonly Life[]): number {
  const runningAt = (atMs: number): number =>
    lives.filter(({ beganMs, endedMs }) => {
      return beganMs <= atMs && (endedMs ?? Number.POSITIVE_INFINITY) > atMs
    }).length
  return Math.max(0, ...lives.map(({ beganMs }) => runningAt(beganMs)))
}
