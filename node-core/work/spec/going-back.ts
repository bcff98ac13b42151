/**
 * What comes back where a version goes back while it takes over: what that version changed, and nothing
 * that was said since (docs/adr/0022). Pure.
 */
import { encode, equalBytes } from '../../base/codec/index.ts'
import { edgeOf } from './edge-rules.ts'
import type { Workload } from './index.ts'
import { resumedFrom, whilePaused } from './paused.ts'
import { parseStoredWorkload, storedForm } from './stored.ts'
import { RULE_FIELDS, templateOf } from './template.ts'

export type RuleField = (typeof RULE_FIELDS)[number]

/**
 * Of `past`, the latest first: what ran before, and what the version that goes back began as. With `serves`
 * (`servedBefore`) what ran before is the latest that does, over others that were broken or on trial, if any
 * of them does.
 */
export function beforeAndBegin<Past extends { workload: Workload }>(
  now: Workload,
  past: readonly Past[],
  serves?: (one: Past) => boolean,
): { before: Past; began: Workload } | undefined {
  const differs = ({ workload }: Past): boolean => templateOf(workload) !== templateOf(now)
  const serving = serves ? past.findIndex((one) => differs(one) && serves(one)) : -1
  const at = serving >= 0 ? serving : past.findIndex(differs)
  const before = past[at]
  return before && { before, began: past[at - 1]?.workload ?? now }
}

/**
 * The rules that stay as they are now: those that were changed since the version began, and how many
 * copies there are, unless it is scaled by what is measured or a job says.
 */
export function staying(now: Workload, began: Workload, before: Workload): RuleField[] {
  const changed = new Set<RuleField>(
    RULE_FIELDS.filter(
      (field) => field !== 'replicas' && !isSame(said(now, field), said(began, field)),
    ),
  )
  // A change that was held is no change to be held next time.
  if (before.rollout.paused) changed.add('rollout')
  const counts = ({ job, autoscale }: Workload): boolean => !job && !autoscale
  // Who pauses it, or lets it go on, says so of all versions.
  if (now.paused || before.paused) changed.add('paused')
  const isCounted = counts(now) && counts(before)
  if (isCounted || changed.has('autoscale') || changed.has('job')) changed.add('replicas')
  return RULE_FIELDS.filter((field) => changed.has(field))
}

/** What was before, with the rules that stay. */
export function goneBack(now: Workload, began: Workload, before: Workload): Workload {
  return whilePaused(now, (resumed) => composed(resumed, resumedFrom(began), resumedFrom(before)))
}

function composed(now: Workload, began: Workload, before: Workload): Workload {
  const fields = Object.entries(now)
  const stay = new Set<string>(staying(now, began, before))
  const others = Object.entries(before).filter(([field]) => !stay.has(field))
  const made = Object.fromEntries([...others, ...fields.filter(([field]) => stay.has(field))])
  // Each field is one that was said as it is.
  const workload = parseStoredWorkload(storedForm(made))
  return workload ? { ...workload, rollout: { ...workload.rollout, paused: false } } : before
}

function said(workload: Workload, field: RuleField): unknown {
  if (field === 'rollout') return { ...workload.rollout, paused: false }
  // Said or not, they are the same rules.
  return field === 'edge' ? edgeOf(workload) : workload[field]
}

function isSame(a: unknown, b: unknown): boolean {
  const form = (value: unknown): Uint8Array => encode(JSON.parse(JSON.stringify([value ?? null])))
  return equalBytes(form(a), form(b))
}
