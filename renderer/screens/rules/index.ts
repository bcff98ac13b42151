/** What is asked of a workload whatever it runs: entered in one way for a new one and for a change. */
export { parseScratch, type Resources, resourcesOf } from './bounds.ts'
export { BoundsFields, Reach } from './bounds-fields.tsx'
export { commandOf } from './command.ts'
export { CopiesFields } from './copies-fields.tsx'
export { formatEgress } from './egress.ts'
export { filesOf } from './files.ts'
export { FilesFields } from './files-fields.tsx'
export { amountOf } from './given.ts'
export {
  EMPTY_RULES,
  PRIORITIES,
  placeProblems,
  type RulesField,
  type RulesForm,
  ruleFieldOf,
  rulesChange,
  rulesFrom,
  sectionsChange,
} from './rules.ts'
export { type Autoscale, autoscaleOf } from './scaling.ts'
export type { Rollout } from './takeover.ts'
export { TakeoverFields } from './takeover-fields.tsx'
export { type WrongRule, wrongRulesOf } from './wrong-fields.ts'
