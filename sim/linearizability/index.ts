/**
 * Whether what clients saw of a key-value store could have come from one store that does one thing
 * at a time (Herlihy and Wing, "Linearizability", 1990).
 *
 * Every operation takes effect at one moment between its call and its answer. One that was never
 * answered may have taken effect at any later moment, or never. Times are any numbers that grow;
 * an operation answered at the moment another is called overlaps it.
 *
 * ```ts
 * const { verdict } = checkLinearizable([
 *   { kind: 'put', client: 'a', key: 'x', value: '1', calledAt: 1, answeredAt: 2 },
 *   { kind: 'read', client: 'b', key: 'x', value: undefined, calledAt: 3, answeredAt: 4 },
 * ]) // violated: the write was over before the read began
 * ```
 */
export { type CheckOptions, checkLinearizable, type LinearizabilityResult } from './checker.ts'
export type { Operation, Value } from './register.ts'
export { checkWatched, type Hole, type WatchedChange, type Written } from './watched.ts'
