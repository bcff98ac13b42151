import type { Job, PlacementRules, Restart, Rollout, Schedule } from './index.ts'

/** What a workload gets when its author did not say. */
export const DEFAULT_REPLICAS = 1
export const DEFAULT_CPU_MILLIS = 100
export const DEFAULT_MEMORY_BYTES = 128 * 2 ** 20
export const DEFAULT_DISK_BYTES = 4 * 2 ** 30
export const DEFAULT_SCRATCH_BYTES = 64 * 2 ** 20
export const DEFAULT_PROBE_PERIOD_MS = 5_000
export const DEFAULT_PROBE_TIMEOUT_MS = 2_000
export const DEFAULT_PROBE_FAILURES = 3
/** Bundles answer this (contract: the program answers `GET /health`). */
export const DEFAULT_HEALTH_PATH = '/health'
/** What a part is called whose author did not say. */
export const DEFAULT_PART_NAME = 'main'
/**
 * The declared port of a bundle that names none. The program itself listens where `PORT` in its
 * environment says; this number is only what the edge and the tunnel call that port.
 */
export const BUNDLE_PORT = 8_080
export const DEFAULT_ROLLOUT: Rollout = { kind: 'rolling', atOnce: 1, paused: false }
export const DEFAULT_PLACEMENT: PlacementRules = { spread: 'node', apart: [], near: [] }
export const DEFAULT_RESTART: Restart = { when: 'always', backoffMs: 1_000, backoffMsMax: 60_000 }
export const DEFAULT_GRACE_MS = 5_000
export const DEFAULT_JOB: Job = { completions: 1, parallelism: 1, retries: 3, lostAfterMs: 60_000 }
export const DEFAULT_SCHEDULE: Omit<Schedule, 'cron'> = {
  timeZone: 'UTC',
  overlap: 'forbid',
  startWithinMs: 3_600_000,
  paused: false,
}
