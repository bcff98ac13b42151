/** A workload under a load, looked at every so often: copies come up a moment after they were wanted. */
import type { Autoscale, Workload } from '../../spec/index.ts'
import { copiesOf } from '../../spec/index.ts'
import { flatWorkload } from '../../spec/testing/flat.ts'
import { type Measured, type ScaleDecision, type ScaleMemory, scale } from '../index.ts'

export interface ModelLoad {
  perSecond?: number
  /** Of so many copies. */
  p99Ms?: (copies: number) => number
  late?: number
  cpuMillis?: number
  /** Copies that nobody has measured. */
  unmeasured?: number
  queue?: number
  waiting?: number
  open?: boolean
  /** Fewer than there are. */
  serving?: number
}

export interface Model {
  readonly copies: number
  readonly history: readonly (ScaleDecision & { atMs: number })[]
  pass(seconds: number, load: ModelLoad): void
  /** Nobody looks meanwhile. */
  lookAway(seconds: number): void
  become(workload: Workload): void
}

const LOOK_MS = 2_500
const STARTS_MS = 2_000

export function rules(change: Partial<Autoscale> & { max: number }): Workload {
  return flatWorkload({
    ...{ name: 'web', source: { image: 'a' }, ports: [{ containerPort: 80, protocol: 'tcp' }] },
    replicas: Math.max(1, change.min ?? 1),
    autoscale: {
      ...{ min: 1, upAfterMs: 15_000, downAfterMs: 300_000, idleMs: 300_000, wakeMs: 30_000 },
      ...change,
    },
  })
}

export function createModel(begun: Workload): Model {
  let asked = begun
  let copies = begun.replicas
  let nowMs = 1_000_000
  let changedMs = Number.NEGATIVE_INFINITY
  let memory: ScaleMemory | undefined
  const history: (ScaleDecision & { atMs: number })[] = []

  function measuredNow(load: ModelLoad): Measured {
    const { perSecond, cpuMillis, queue, waiting = 0, open = false, unmeasured = 0, late } = load
    return {
      asked: open || (perSecond ?? 0) > 0 || (queue ?? 0) > 0,
      waiting,
      ...(perSecond !== undefined && { perSecond }),
      ...(load.p99Ms && { p99Ms: load.p99Ms(copies) }),
      ...(late !== undefined && { late }),
      ...(cpuMillis !== undefined && { processor: { cpuMillis, copies: copies - unmeasured } }),
      ...(queue !== undefined && { queue }),
    }
  }

  return {
    get copies() {
      return copies
    },
    history,
    pass(seconds, load) {
      for (const endMs = nowMs + seconds * 1_000; nowMs < endMs; nowMs += LOOK_MS) {
        const isUp = nowMs - changedMs >= STARTS_MS
        const serving = load.serving ?? (isUp ? copies : Math.max(0, copies - 1))
        const workload = { ...asked, replicas: copies }
        const looked = scale(memory, { nowMs, workload, serving, measured: measuredNow(load) })
        memory = looked.memory
        if (!looked.decision) continue
        history.push({ ...looked.decision, atMs: nowMs })
        copies = copiesOf(asked, { ...looked.decision, sinceMs: 0 })
        changedMs = nowMs
      }
    },
    lookAway(seconds) {
      nowMs += seconds * 1_000
    },
    become(workload) {
      asked = workload
    },
  }
}
