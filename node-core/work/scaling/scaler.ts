import { amountsOf, boundsOf } from '../spec/index.ts'
import type { Fall, Look, ScaleDecision, ScaleInput, ScaleMemory } from './index.ts'
import { GROWTH_MAX, LOOK_GAP_MS_MAX, LOOKS_MAX } from './limits.ts'
import { strainOf, wantsOf } from './wants.ts'

export function scale(
  before: ScaleMemory | undefined,
  input: ScaleInput,
): { memory: ScaleMemory; decision?: ScaleDecision } {
  const memory = remembered(before, input)
  const { workload } = input
  const copies = workload.replicas
  const { autoscale: rules } = workload
  if (!rules) return { memory }
  if (copies === 0) return { memory, ...wake(input) }
  if (rules.min === 0 && input.nowMs - memory.askedMs >= rules.idleMs) {
    return { memory, decision: { copies: 0, why: 'IDLE' } }
  }
  const want = mostWanted(memory, input)
  if (want === undefined) return { memory }
  const looks = [...memory.looks, { ...want, atMs: input.nowMs }]
  const kept = { ...memory, looks: recent(looks, Math.max(rules.upAfterMs, rules.downAfterMs)) }
  const decision = stabilised(kept, input)
  return { memory: kept, ...(decision && { decision }) }
}

/** The memory as it is at this look. */
function remembered(before: ScaleMemory | undefined, input: ScaleInput): ScaleMemory {
  const { nowMs, workload, serving, measured } = input
  const copies = workload.replicas
  const rules = JSON.stringify([workload.autoscale, amountsOf(workload, 'requests')])
  const fresh: ScaleMemory = {
    ...{ rules, copies, copiesMs: nowMs, serving, servingMs: nowMs, askedMs: nowMs },
    ...{ falls: [], looks: [] },
  }
  const known = before?.rules === rules ? before : fresh
  const copiesMs = known.copies === copies ? known.copiesMs : nowMs
  const isComing = serving < copies && nowMs - copiesMs < (workload.autoscale?.wakeMs ?? 0)
  const now: ScaleMemory = {
    ...{ ...known, copies, copiesMs, serving },
    servingMs: known.serving === serving ? known.servingMs : nowMs,
    falls: copiesMs === nowMs ? [] : fallsOf(known, input),
    // What is only just coming up cannot have been asked yet.
    askedMs: measured.asked || measured.waiting > 0 || isComing ? nowMs : known.askedMs,
    looks: isConnected(known, input) ? known.looks : [],
  }
  const { strain: _, ...rest } = now
  const strain = strainOf(now, input)
  return strain ? { ...rest, strain } : rest
}

/** Two tell whether one copy comes and goes again and again. */
function fallsOf({ serving: from, falls }: ScaleMemory, input: ScaleInput): readonly Fall[] {
  return input.serving < from ? [...falls, { atMs: input.nowMs, from }].slice(-2) : falls
}

/** What was wanted leads on to this look. Over a sleep, or a while without looks, nobody knows. */
function isConnected({ copies: before, looks }: ScaleMemory, input: ScaleInput): boolean {
  const { nowMs, workload } = input
  const { replicas: copies, autoscale } = workload
  const lastMs = looks.at(-1)?.atMs ?? nowMs
  if (copies === 0 || nowMs - lastMs > LOOK_GAP_MS_MAX) return false
  // By latency, what was wanted of another number says nothing about this one.
  return before === copies || autoscale?.p99Ms === undefined
}

/** At once: somebody waits. */
function wake({ workload, measured }: ScaleInput): { decision?: ScaleDecision } {
  const { autoscale: rules } = workload
  const { most } = boundsOf(workload)
  const { queue = 0, waiting } = measured
  const needed = rules?.queue ? Math.ceil(queue / rules.queue.perCopy) : 0
  if (needed > 0) {
    return { decision: { copies: Math.min(most, needed), why: 'QUEUE', measured: queue } }
  }
  return waiting > 0 ? { decision: { copies: 1, why: 'WOKEN', measured: waiting } } : {}
}

/** By the target that asks for the most; never none, which is another question. */
function mostWanted(memory: ScaleMemory, input: ScaleInput): Omit<Look, 'atMs'> | undefined {
  const { least, most } = boundsOf(input.workload)
  const wants = wantsOf(memory, input)
  const [first, ...others] = wants
  if (!first) return undefined
  const want = others.reduce((top, one) => (one.copies > top.copies ? one : top), first)
  return { ...want, copies: Math.min(most, Math.max(1, least, want.copies)) }
}

/** What every look of long enough has wanted. */
function stabilised(
  memory: ScaleMemory,
  { nowMs, workload }: ScaleInput,
): ScaleDecision | undefined {
  const { autoscale: rules, replicas: copies } = workload
  if (!rules) return undefined
  const up = extreme(memory, nowMs, rules.upAfterMs, (a, b) => a.copies < b.copies)
  if (up && up.copies > copies) {
    const most = Math.max(copies + 1, copies * GROWTH_MAX)
    return decisionOf(up, Math.min(up.copies, most))
  }
  const down = extreme(memory, nowMs, rules.downAfterMs, (a, b) => a.copies > b.copies)
  return down && down.copies < copies ? decisionOf(down, down.copies) : undefined
}

function decisionOf({ why, measured }: Look, copies: number): ScaleDecision {
  return { copies, why, ...(measured !== undefined && { measured: Math.round(measured) }) }
}

/** The first of the looks within a while, by `before`; undefined while they do not go back as far. */
function extreme(
  { looks }: ScaleMemory,
  nowMs: number,
  withinMs: number,
  before: (a: Look, b: Look) => boolean,
): Look | undefined {
  const [oldest] = looks
  if (!oldest || nowMs - oldest.atMs < withinMs) return undefined
  const within = looks.filter(({ atMs }) => nowMs - atMs <= withinMs)
  return within.reduce((best, one) => (before(one, best) ? one : best), within[0] ?? oldest)
}

/** As far back as anybody asks, one look more, and no more than can be held. */
function recent(looks: Look[], withinMs: number): Look[] {
  const nowMs = looks.at(-1)?.atMs ?? 0
  const first = looks.findLastIndex(({ atMs }) => nowMs - atMs >= withinMs)
  const kept = looks.slice(Math.max(0, first))
  return kept.length > LOOKS_MAX ? thinned(kept) : kept
}

/** Of two neighbours further back the one that asks for more stays, so that thinning shrinks nothing. */
function thinned(looks: readonly Look[]): Look[] {
  const half = Math.floor(looks.length / 2)
  const older = looks.slice(0, half).flatMap((look, at) => {
    const other = looks[at + 1]
    if (at % 2 === 1) return []
    return other && other.copies > look.copies ? [{ ...other, atMs: look.atMs }] : [look]
  })
  return [...older, ...looks.slice(half)]
}
