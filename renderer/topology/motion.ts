import { findWay, type Graph, type GraphLink } from './graph.ts'

/** News on its way along threads. */
export interface Pulse {
  way: GraphLink[]
  from: string
  startMs: number
}

/** What moves on the map: threads that grow, and pulses. Remembers when each began. */
export interface Motion {
  update(graph: Graph, nowMs: number): void
  /** News of a node reached this computer. */
  pulse(graph: Graph, from: string, nowMs: number): void
  /** 0 to 1: how much of a thread has grown. */
  grown(key: string, nowMs: number): number
  pulses(nowMs: number): { link: GraphLink; forward: boolean; part: number }[]
  isMoving(nowMs: number): boolean
}

export const GROW_MS = 1_100
export const PULSE_HOP_MS = 620
const PULSES_MAX = 40
/** Events come in bursts; one pulse says it. */
const PULSE_GAP_MS = 350

export function createMotion(): Motion {
  const bornMs = new Map<string, number>()
  const lastMs = new Map<string, number>()
  let pulses: Pulse[] = []
  let growsUntilMs = 0

  const durationMs = (pulse: Pulse): number => pulse.way.length * PULSE_HOP_MS

  return {
    update(graph, nowMs) {
      const present = new Set(graph.links.map((link) => link.key))
      for (const key of bornMs.keys()) if (!present.has(key)) bornMs.delete(key)
      for (const key of present) {
        if (bornMs.has(key)) continue
        bornMs.set(key, nowMs)
        growsUntilMs = nowMs + GROW_MS
      }
    },
    pulse(graph, from, nowMs) {
      const self = graph.nodes.find((node) => node.self)?.id
      if (self === undefined || from === self || !graph.byId.has(from)) return
      if (nowMs - (lastMs.get(from) ?? Number.NEGATIVE_INFINITY) < PULSE_GAP_MS) return
      const way = findWay(graph, from, self)
      if (way.length === 0) return
      lastMs.set(from, nowMs)
      pulses = [...pulses, { way, from, startMs: nowMs }].slice(-PULSES_MAX)
    },
    grown: (key, nowMs) => Math.min(1, (nowMs - (bornMs.get(key) ?? 0)) / GROW_MS),
    pulses(nowMs) {
      pulses = pulses.filter((pulse) => nowMs - pulse.startMs < durationMs(pulse))
      return pulses.flatMap((pulse) => {
        const hop = Math.floor((nowMs - pulse.startMs) / PULSE_HOP_MS)
        const link = pulse.way[hop]
        if (!link) return []
        const part = ((nowMs - pulse.startMs) % PULSE_HOP_MS) / PULSE_HOP_MS
        return [{ link, forward: link.a === cameTo(pulse, hop), part }]
      })
    },
    isMoving: (nowMs) => nowMs < growsUntilMs || pulses.length > 0,
  }
}

/** The node that a pulse stands at before its hop. */
function cameTo(pulse: Pulse, hop: number): string {
  let at = pulse.from
  for (const link of pulse.way.slice(0, hop)) at = link.a === at ? link.b : link.a
  return at
}
