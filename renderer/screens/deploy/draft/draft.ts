import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import type { Problem } from '../../../transport/index.ts'
import type { DeployForm } from '../form.ts'
import { nameOf } from './names.ts'
import type { Mistake } from './text.ts'
import type { UnfinishedEnv } from './unfinished.ts'

export type Answers = Readonly<Record<string, string | number | boolean>>

/** A form as somebody has filled it in, and the workloads that came of it last. */
export type FilledForm = { gave: readonly DeployInput[] } & (
  | { kind: 'own'; form: DeployForm }
  /** Of an entry of the catalogue. */
  | {
      kind: 'entry'
      entry: string
      /** What a person has answered, and the secrets that were made for them. */
      answers: Answers
      /** Answers to which `gave` is the answer; others while the node is asked. */
      filledFor?: Answers
      /** Answers that were not taken, and why. */
      refusedFor?: Answers
      refusal?: Problem
      /** Names of the secrets that came of it. */
      secrets: readonly string[]
      isTouched: boolean
    }
)

export interface Draft {
  workloads: readonly DeployInput[]
  /** Values by the names that manifests give them; what no workload names any longer is kept. */
  secrets: Readonly<Record<string, string>>
  /** The text as somebody typed it, until something else changes the workloads. */
  typed?: { text: string; mistakes: readonly Mistake[] }
  /** Variables that are half written on the canvas. */
  unfinished?: readonly UnfinishedEnv[]
  forms: readonly FilledForm[]
  /** The form that is looked at, by its id. */
  open?: string
}

export const EMPTY_DRAFT: Draft = { workloads: [], secrets: {}, forms: [] }

export function isEmpty({ workloads, typed, forms }: Draft): boolean {
  return workloads.length === 0 && forms.length === 0 && (typed?.text ?? '').trim() === ''
}

/** All workloads anew. What was typed gives way to what they are now. */
export function withWorkloads(draft: Draft, workloads: readonly DeployInput[]): Draft {
  const { typed: _, ...rest } = draft
  return { ...rest, workloads }
}

/** Says what it said, and is a step of its own: what is beside the draft, such as places, goes with it. */
export function asStep(draft: Draft): Draft {
  return { ...draft, workloads: [...draft.workloads] }
}

/** Whether two say the same, of which one may be a step that changed nothing but what is beside it. */
export function isSameDraft(one: Draft, other: Draft): boolean {
  const beside = ['unfinished', 'forms', 'open'] as const
  return saysSame(one, other) && beside.every((field) => one[field] === other[field])
}

/** Whether the same would be sent of both, whatever of them is looked at. */
export function saysSame(one: Draft, other: Draft): boolean {
  return (
    one.secrets === other.secrets &&
    one.typed?.text === other.typed?.text &&
    one.workloads.length === other.workloads.length &&
    one.workloads.every((each, at) => each === other.workloads[at])
  )
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

/** There is one of each. */
export function idOf(form: FilledForm): string {
  return form.kind === 'own' ? 'own' : `entry ${form.entry}`
}

export function formOf({ forms }: Draft, id: string): FilledForm | undefined {
  return forms.find((each) => idOf(each) === id)
}

/** What the form gives takes the place of what it gave, by whatever way that was changed since. */
export function withForm(draft: Draft, form: FilledForm): Draft {
  const id = idOf(form)
  const before = formOf(draft, id)
  const forms = before
    ? draft.forms.map((each) => (each === before ? form : each))
    : [...draft.forms, form]
  if (before?.gave === form.gave || (form.gave.length === 0 && !before?.gave.length)) {
    return { ...draft, forms }
  }
  const workloads = replaced(draft.workloads, before?.gave ?? [], form.gave)
  return { ...withWorkloads(draft, workloads), forms }
}

function replaced(
  workloads: readonly DeployInput[],
  old: readonly DeployInput[],
  now: readonly DeployInput[],
): DeployInput[] {
  const names = new Set(old.map(nameOf))
  const isOld = (each: DeployInput) => old.includes(each) || names.has(nameOf(each))
  const at = workloads.findIndex(isOld)
  const rest = workloads.filter((each) => !isOld(each))
  const before = at < 0 ? rest.length : at
  return [...rest.slice(0, before), ...now, ...rest.slice(before)]
}

/** Leaves the form; what it gave stays as it is. */
export function withoutForm(draft: Draft, id: string): Draft {
  const { open, ...rest } = draft
  const forms = draft.forms.filter((each) => idOf(each) !== id)
  return { ...rest, forms, ...(open !== undefined && open !== id && { open }) }
}

/** Whether a form still says what the draft is: nothing of it was changed by another way. */
export function isInStep({ workloads }: Draft, { gave }: FilledForm): boolean {
  return gave.every((each) => workloads.includes(each))
}

/** Whether the text says something that nobody can read: it is neither lost nor written over. */
export function isUnread({ typed }: Draft): boolean {
  return (typed?.mistakes.length ?? 0) > 0
}

/** Names of what came of a form whose answers of now are not taken: it is not what would be deployed. */
export function outdatedNames({ forms }: Draft): ReadonlySet<string> {
  return new Set(
    forms
      .filter((form) => form.kind === 'entry' && form.refusedFor === form.answers)
      .flatMap(({ gave }) => gave.map(nameOf)),
  )
}

/** Names that several workloads of the draft have: only one of them could be deployed. */
export function clashesOf({ workloads }: Draft): string[] {
  const names = workloads.map(nameOf)
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
}
