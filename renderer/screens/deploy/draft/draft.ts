import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import type { DeployForm } from '../form.ts'
import { nameOf } from './names.ts'
import type { Mistake } from './text.ts'

/** A form as somebody has filled it in, and the workloads that came of it last. */
export interface FilledForm {
  kind: 'own'
  form: DeployForm
  gave: readonly DeployInput[]
}

export interface Draft {
  workloads: readonly DeployInput[]
  /** Values by the names that manifests give them; what no workload names any longer is kept. */
  secrets: Readonly<Record<string, string>>
  /** The text as somebody typed it, until something else changes the workloads. */
  typed?: { text: string; mistakes: readonly Mistake[] }
  form?: FilledForm
}

export const EMPTY_DRAFT: Draft = { workloads: [], secrets: {} }

export function isEmpty({ workloads, typed, form }: Draft): boolean {
  return workloads.length === 0 && form === undefined && (typed?.text ?? '').trim() === ''
}

/** All workloads anew. What was typed gives way to what they are now. */
export function withWorkloads(draft: Draft, workloads: readonly DeployInput[]): Draft {
  const { typed: _, ...rest } = draft
  return { ...rest, workloads }
}

/** One in place of another; a new one at the end where there is no other. */
export function withWorkload(draft: Draft, was: DeployInput | undefined, now: DeployInput): Draft {
  const { workloads } = draft
  const isThere = was !== undefined && workloads.includes(was)
  return withWorkloads(
    draft,
    isThere ? workloads.map((each) => (each === was ? now : each)) : [...workloads, now],
  )
}

export function withoutWorkload(draft: Draft, gone: DeployInput): Draft {
  return withWorkloads(
    draft,
    draft.workloads.filter((each) => each !== gone),
  )
}

export function withSecret(draft: Draft, name: string, value: string): Draft {
  return { ...draft, secrets: { ...draft.secrets, [name]: value } }
}

/** What the form gives takes the place of what it gave, by whatever way that was changed since. */
export function withForm(draft: Draft, form: FilledForm): Draft {
  const gave = draft.form?.gave ?? []
  const names = new Set(gave.map(nameOf))
  const isOld = (each: DeployInput) => gave.includes(each) || names.has(nameOf(each))
  const at = draft.workloads.findIndex(isOld)
  const rest = draft.workloads.filter((each) => !isOld(each))
  const before = at < 0 ? rest.length : at
  const workloads = [...rest.slice(0, before), ...form.gave, ...rest.slice(before)]
  return { ...withWorkloads(draft, workloads), form }
}

/** Whether the form still says what the draft is: nothing of it was changed by another way. */
export function isInStep({ workloads, form }: Draft): boolean {
  return form === undefined || form.gave.every((each) => workloads.includes(each))
}

/** Names that several workloads of the draft have: only one of them could be deployed. */
export function clashesOf({ workloads }: Draft): string[] {
  const names = workloads.map(nameOf)
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
}
