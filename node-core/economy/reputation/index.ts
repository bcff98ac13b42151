/**
 * Reputation: how well an owner's nodes have kept what they promised, as others saw it (docs/adr/0051).
 * Pure arithmetic over integers, the same on every replica; whoever observes, and where it is kept, is
 * another's.
 *
 * ```ts
 * const row = observed(undefined, hourOf(timeMs), 1_000_000) // the first hour in which all was kept
 * figureAt(row, hourOf(timeMs))                              // 550000
 * reputeOf(550_000)                                            // 'acceptable'
 * ```
 *
 * Promises:
 * - However many observe in one hour, that hour moves a figure by a tenth of the way at most.
 * - In which order they are heard does not matter.
 * - No figure leaves 0 … 1,000,000.
 */

export { caught, figureAt, hourOf, observed, type Reputation } from './figure.ts'
export { ACCEPTABLE_PPM, HOUR_MS, PPM_MAX, START_PPM, TRUSTED_PPM } from './limits.ts'
export { type Repute, reputeOf } from './repute.ts'
