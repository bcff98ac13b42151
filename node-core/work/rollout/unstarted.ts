/** Copies of a new version of which nothing ever runs, and for how long. Pure. */
import type { DesiredWorkload, Instance } from '../spec/index.ts'
import { UNSTARTED_BACKOFFS, UNSTARTED_MS } from './limits.ts'

/**
 * Why a start can fail by what the version is: not by its computer (another is looked for), its engine,
 * or something that a person is still to give it.
 */
const OF_THE_VERSION = [
  'IMAGE_NOT_FOUND',
  'BLOB_NOT_FOUND',
  'DIGEST_MISMATCH',
  'BUNDLE_INVALID',
  'PUBLISHER_UNTRUSTED',
  'NOT_SUPPORTED',
  'START_FAILED',
] as const
export type StartFailure = (typeof OF_THE_VERSION)[number]

/** `isTrying`: it is tried again just now, and what was missing may be on its way. */
export interface Unstarted {
  why: StartFailure
  isTrying: boolean
}

/** Of a copy that failed to start, until it runs: its reason stays while it is tried again. */
export function unstartedOf({ status, reason }: Instance): Unstarted | undefined {
  const why = OF_THE_VERSION.find((code) => code === reason?.code)
  if (!why || !['Failed', 'Starting', 'Pulling'].includes(status)) return undefined
  return { why, isTrying: status !== 'Failed' }
}

/**
 * What is out of reach for a moment is not missing: it must have been so through several tries, of
 * which the workload's own backoff says how far apart they are.
 */
export function unstartedMsMax({ workload }: DesiredWorkload): number {
  return Math.max(UNSTARTED_MS, UNSTARTED_BACKOFFS * workload.restart.backoffMs)
}
