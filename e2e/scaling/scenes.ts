/** By each measure one: what a copy is for, and a load that takes three. */
import type { Traffic } from './load.ts'

export interface Scene {
  name: string
  /** What is asked while nothing happens, of which one copy can bear more. */
  calm: Traffic
  heavy: Traffic
  autoscale: Record<string, unknown>
  env?: Record<string, string>
  /** Why more are wanted, as `why` says it. */
  why: string
  /** So many copies have room under its bounds. */
  most: number
  /** What `mycelium why` says of that. */
  bound: RegExp
}

export const MAX = 3
/** Long enough that no load of a moment counts, and short enough to wait for. */
export const UP_AFTER_MS = 5_000
export const DOWN_AFTER_MS = 15_000
/** Of each copy; by more than it takes, so that it has its part of a computer that is busy with other things. */
export const RESOURCES = { cpu: '500m' }
/** How long an answer takes beside all else, so that some are under way whenever a copy is to end. */
export const SLOW: Traffic = { path: '/slow?ms=3000', perSecond: 2 }

const rules = (more: Record<string, unknown>) => ({
  ...{ min: 1, max: MAX, upAfterMs: UP_AFTER_MS, downAfterMs: DOWN_AFTER_MS },
  ...more,
})
const AT_MAX = { most: MAX, bound: /3 copies, .*More it may not have: autoscale\.max is 3\./ }
const calm: Traffic = { path: '/', perSecond: 1 }
/** With the slow ones 3 a second in calm, less than a copy is for, and 19 under load. */
const BY_REQUESTS = {
  calm,
  heavy: { path: '/', perSecond: 16 },
  why: 'REQUESTS',
}

export const SCENES: readonly Scene[] = [
  {
    name: 'cpu',
    calm,
    // An eighth of a core, and each copy is for a twentieth.
    heavy: { path: '/burn?ms=25', perSecond: 5 },
    autoscale: rules({ cpuPercent: 10 }),
    why: 'PROCESSOR',
    ...AT_MAX,
  },
  { name: 'requests', ...BY_REQUESTS, autoscale: rules({ requestsPerSecond: 5 }), ...AT_MAX },
  {
    name: 'queue',
    calm,
    // Whoever brings work waits while there is enough of it: the queue is as long as three copies are for.
    heavy: { path: '/fill?upTo=60', perSecond: 4 },
    autoscale: rules({ queue: { key: 'queue/queue', perCopy: 20 } }),
    env: { WORK_MS: '200' },
    why: 'QUEUE',
    ...AT_MAX,
  },
  {
    name: 'latency',
    calm,
    // As many at once where one is served at a time: 5 s with one copy, 1.7 s with three. What is left in
    // calm is far less for each than was too much, and quick enough on a busy computer too.
    heavy: { path: '/narrow?ms=200', clients: 25 },
    autoscale: rules({ p99Ms: 2_000 }),
    why: 'LATENCY',
    ...AT_MAX,
  },
  {
    name: 'ceiling',
    ...BY_REQUESTS,
    autoscale: rules({ requestsPerSecond: 5, ceiling: { cpu: 1 } }),
    most: 2,
    bound: /2 copies, .*More it may not have: autoscale\.ceiling has no room for another\./,
  },
]
