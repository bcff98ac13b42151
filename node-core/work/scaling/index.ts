/**
 * How many copies there ought to be, from what is measured (docs/adr/0038). Pure: the same looks lead to
 * the same numbers. Up fast and down slowly; never beyond the bounds, and by what is not known never down.
 */
import type { Workload } from '../spec/index.ts'

export interface ScaleInput {
  nowMs: number
  /** With `autoscale`; its `replicas` are the copies that are wanted now. */
  workload: Workload
  /** Copies that are healthy. */
  serving: number
  measured: Measured
}

export interface Measured {
  /** Somebody asked since the last look, asks now, or something is in its queue. */
  asked: boolean
  /** Requests that wait for it to wake. */
  waiting: number
  /** Requests a second, of all copies; absent while it is not known. */
  perSecond?: number
  /** 99th percentile; absent where there were too few. */
  p99Ms?: number
  /** The share of what was asked that was answered beyond the bound of latency, or not at all. */
  late?: number
  /** Of so many copies together. */
  processor?: { cpuMillis: number; copies: number }
  queue?: number
}

/** What is remembered of a workload between two looks; who has nothing begins anew. */
export interface ScaleMemory {
  /** Of the rules that it is remembered under. */
  rules: string
  copies: number
  /** Since when there have been so many. */
  copiesMs: number
  serving: number
  /** Since when so many of them have served. */
  servingMs: number
  /** The last two times that there were fewer of them, and how many there had been. */
  falls: readonly Fall[]
  askedMs: number
  looks: Look[]
  strain?: Strain
}

/** What a look would have. */
export interface Look {
  atMs: number
  copies: number
  why: ScaleReason
  /** Absent where nothing was. */
  measured?: number
}

/** Copies that served do so no more. */
export interface Fall {
  atMs: number
  from: number
}

/** A rate that was too much for each copy, by the bound of its latency. */
export interface Strain {
  perCopy: number
  /** It was too much last. */
  atMs: number
  /** That rate was measured. */
  seenMs: number
}

export type ScaleReason =
  | 'REQUESTS'
  | 'LATENCY'
  | 'PROCESSOR'
  | 'QUEUE'
  | 'IDLE'
  | 'WOKEN'
  | 'BOUNDS'

export interface ScaleDecision {
  copies: number
  why: ScaleReason
  /** Whole: requests a second, milliseconds, thousandths of a core, or what is in the queue. */
  measured?: number
}

export { LATENCY_ANSWERS_MIN } from './limits.ts'
export { queueLength, queueText } from './queue.ts'
export { scale } from './scaler.ts'
export { createWindow, type Window } from './window.ts'
