/**
 * Whether a change that takes over by shares goes on, stays, or goes back (docs/adr/0038). Pure: from
 * what its copies are like and what the requests of both versions came to since the step began.
 */
export { type CanaryInput, type CanaryMemory, type CanaryStepping, judge } from './canary.ts'
export { canariesUnderWay, isUnderWay } from './under-way.ts'
export { isUnready } from './unready.ts'
export { type StartFailure, unstartedOf } from './unstarted.ts'
