/**
 * What an owner lets be decided about a workload, and what was decided: how many copies there are, and
 * which share of the requests a change has (docs/adr/0038).
 */
import type { Amounts } from './index.ts'

/** At least one of the targets is there, or `min` is 0. */
export interface Autoscale {
  /** 0: it falls asleep while nobody asks for it. */
  min: number
  max: number
  /** Of each copy. */
  requestsPerSecond?: number
  p99Ms?: number
  /** Of what a copy requests. */
  cpuPercent?: number
  /** A key of its own that holds a whole number, and how much of it is for one copy. */
  queue?: { key: string; perCopy: number }
  /** How long more, or fewer, must have been needed. */
  upAfterMs: number
  downAfterMs: number
  /** How long nobody must have asked before it falls asleep; how long a request waits for it to wake. */
  idleMs: number
  wakeMs: number
  /** What all copies together may take. */
  ceiling?: Partial<Amounts>
}

export interface CanaryStep {
  /** Of a hundred requests. */
  share: number
  /** From when its copies are healthy; until somebody promotes it where absent. */
  forMs?: number
}

export interface Scaled {
  copies: number
  /** A code: by what. */
  why: string
  /** What was measured of that. */
  measured?: number
  /** By the wall clock, for people. */
  sinceMs: number
}

export interface Canary {
  /** Of which version. */
  template: string
  step: number
  sinceMs: number
  /** It was taken back: by what, and what that was for the new version and the old. */
  failed?: { why: string; generation: number; measured?: number; before?: number }
}

/** How a changed workload takes the place of the one before (docs/adr/0022). */
export interface Rollout {
  /**
   * `rolling`: slot by slot, each waiting for the ones before. `blueGreen`: all at once beside the old
   * ones, which have the traffic until the last new one is healthy. `canary`: a share of the requests at
   * a time, and back again if it does worse.
   */
  kind: 'rolling' | 'blueGreen' | 'canary'
  /** Slots on the move at a time, of a rolling one. */
  atOnce: number
  /** Of a canary; after the last of them it has all requests. */
  steps?: CanaryStep[]
  /** How long a new copy must have been ready without a break before it counts; absent: not at all. */
  warmUpMs?: number
  /** What serves stays as it is; what has to be started anyhow is of the new version. */
  paused: boolean
}
