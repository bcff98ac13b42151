/** How many copies, and which share of the requests: said by whoever decides about what runs. */
import { z } from 'zod'
import { agreement, dropProposals, mayDecide } from './agreement.ts'
import type { Author } from './authors.ts'
import { kind } from './kind.ts'
import { STAYS_MAX } from './limits.ts'
import { mayAdd } from './namespaces.ts'
import { keep, pastOf } from './past-workloads.ts'
import { done, type Outcome, refuse } from './refusals.ts'
import type { DesiredSpec } from './rows.ts'
import { runCode, runTemplate } from './run-table.ts'
import { name, positive, sequence } from './shapes.ts'
import { lacksField, withFields } from './spec-fields.ts'
import type { State } from './state.ts'
import { type CanaryRow, copies } from './steering-table.ts'

/** The version of the rules from which on a count ends with the rules that it was decided under. */
const COUNT_ENDS_SINCE = 6

const failing = {
  workload: name,
  generation: positive,
  template: runTemplate,
  to: positive,
  why: runCode,
  measured: sequence.exactOptional(),
  before: sequence.exactOptional(),
}
const fieldName = z.string().regex(/^[A-Za-z]{1,32}$/)

/** Value: `{ applied }`, false while other voters have yet to propose the same, as of all of these. */
export const scaleWorkload = kind(
  1,
  z.strictObject({
    workload: name,
    generation: positive,
    copies,
    why: runCode,
    measured: sequence.exactOptional(),
  }),
  (state, author, { workload, generation, ...scaled }) =>
    // What each of them measured differs a little, and so may the reason: they agree on a number.
    decided(state, author, { workload, generation, plan: ['scale', scaled.copies] }, () => {
      state.steering.scaled.set(workload, { ...scaled, sinceMs: state.clock.askedMs })
    }),
)

/** The next step of a canary, or a later one. */
export const stepCanary = kind(
  1,
  z.strictObject({ workload: name, generation: positive, template: runTemplate, step: positive }),
  (state, author, { workload, generation, template, step }) => {
    const row = state.steering.canaries.get(workload)
    const isKnown = row?.template === template && !row.failed
    if (isKnown && row.step >= step) return refuse('EXISTS')
    const plan = ['step', template, step]
    return decided(state, author, { workload, generation, plan }, () => {
      state.steering.canaries.set(workload, { template, step, sinceMs: state.clock.askedMs })
    })
  },
)

/**
 * Back to a generation that was kept, as a new one; the one that did worse is kept too. Nobody but its
 * owner, or an admin, ever wrote what comes back.
 */
export const revertCanary = kind(
  1,
  z.strictObject(failing),
  (state, author, { workload, generation, template, to, ...failed }) => {
    const earlier = pastOf(state, workload).find((past) => past.generation === to)
    if (!earlier) return refuse('NOT_FOUND')
    if (!mayComeBack(state, author, workload, earlier)) return refuse('LIMIT_REACHED')
    const plan = ['revert', template, to]
    return decided(state, author, { workload, generation, plan }, () =>
      goBack(state, author, { workload, template, earlier, failed: { ...failed, generation } }),
    )
  },
)

/**
 * The same, but for these fields of what is wanted, which stay as they are now: whoever decides can read
 * which were changed since. Each field is one that its owner, or an admin, wrote.
 */
export const returnCanary = kind(
  2,
  z.strictObject({ ...failing, stays: z.array(fieldName).max(STAYS_MAX) }),
  (state, author, { workload, generation, template, to, stays, ...failed }) => {
    const kept = pastOf(state, workload).find((past) => past.generation === to)
    if (!kept) return refuse('NOT_FOUND')
    const present = state.workloads.get(workload)
    const spec = (present && withFields(kept.spec, present.spec, stays)) ?? kept.spec
    const earlier = { spec, by: kept.by }
    if (!mayComeBack(state, author, workload, earlier)) return refuse('LIMIT_REACHED')
    const plan = ['return', template, to, ...stays]
    return decided(state, author, { workload, generation, plan }, () =>
      goBack(state, author, { workload, template, earlier, failed: { ...failed, generation } }),
    )
  },
)

type Earlier = Pick<DesiredSpec, 'spec' | 'by'>

function mayComeBack(state: State, author: Author, workload: string, { spec, by }: Earlier) {
  const { generation = 0 } = state.workloads.get(workload) ?? {}
  return mayAdd(state, author, workload, state.workloads.growth(workload, { generation, spec, by }))
}

function goBack(
  state: State,
  author: Author,
  back: {
    workload: string
    template: string
    earlier: Earlier
    failed: NonNullable<CanaryRow['failed']>
  },
): void {
  const { workload, template, earlier, failed } = back
  const present = state.workloads.get(workload)
  // Where there is no room it is not kept; it did worse.
  if (present) keep(state, workload, present)
  endCount(state, workload)
  const taken = state.names.table.get(workload)
  const next = (taken?.generation ?? failed.generation) + 1
  const owner = taken?.owner ?? author.owner
  state.names.table.set(workload, { owner, generation: next })
  const { spec, by } = earlier
  state.workloads.set(workload, { generation: next, spec, by })
  const step = state.steering.canaries.get(workload)?.step ?? 0
  state.steering.canaries.set(workload, {
    ...{ template, step, sinceMs: state.clock.askedMs },
    failed,
  })
}

interface Decision {
  workload: string
  /** What was decided about: of a newer one is to be decided anew. */
  generation: number
  plan: (string | number)[]
}

function decided(
  state: State,
  author: Author,
  { workload, generation, plan }: Decision,
  apply: () => void,
): Outcome {
  if (!mayDecide(state, author, workload)) return refuse('FORBIDDEN')
  const row = state.workloads.get(workload)
  if (!row) return refuse('NOT_FOUND')
  if (row.generation !== generation) return refuse('CONFLICT', { generation: row.generation })
  const about = `${workload}/steering`
  if (agreement(state, author, { workload, plan: [generation, ...plan], about }) === 'waits') {
    return done({ applied: false })
  }
  dropProposals(state, about)
  apply()
  return done({ applied: true })
}

/**
 * Before anything takes the place of a workload that is not scaled: a count from before says nothing of
 * rules that come later. By what is there, not by what comes, counts end that were left behind earlier.
 */
export function endCount({ version, steering, workloads }: State, workload: string): void {
  if (version < COUNT_ENDS_SINCE || !steering.scaled.get(workload)) return
  const present = workloads.get(workload)
  if (present && lacksField(present.spec, 'autoscale')) steering.scaled.delete(workload)
}

/** With the workload. */
export function dropSteering({ steering }: State, workload: string): void {
  for (const table of [steering.scaled, steering.canaries]) {
    if (table.get(workload)) table.delete(workload)
  }
}
