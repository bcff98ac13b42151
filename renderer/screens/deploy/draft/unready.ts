import { type WrongField, wrongFieldsOf } from '../form.ts'
import { type Draft, type FilledForm, idOf, isInStep } from './draft.ts'
import { nameOf } from './names.ts'
import { halfWritten } from './unfinished.ts'

/** What keeps the draft from being sent: it would be less, or something else, than somebody said. */
export type Unready =
  /** An answer is wrong, the node is being asked, or another way changed what the form gave. */
  | { why: 'refused' | 'asking' | 'outOfStep'; id: string; name: string }
  | { why: 'lines'; id: string; name: string; fields: readonly WrongField[] }
  | { why: 'variables'; name: string }

export function unreadyOf(draft: Draft): Unready[] {
  return [
    ...draft.forms.flatMap((form) => (isOfDraft(draft, form) ? unreadyForm(draft, form) : [])),
    ...halfWritten(draft).map((name) => ({ why: 'variables' as const, name })),
  ]
}

/** Whether what a form gave is still in the draft, or is yet to come. */
export function isOfDraft({ workloads }: Draft, { kind, gave }: FilledForm): boolean {
  if (gave.length === 0) return kind === 'entry'
  const names = new Set(gave.map(nameOf))
  return workloads.some((each) => names.has(nameOf(each)))
}

function unreadyForm(draft: Draft, form: FilledForm): Unready[] {
  const about = { id: idOf(form), name: form.gave.map(nameOf).join(', ') }
  if (form.kind === 'own') {
    const fields = wrongFieldsOf(form.form)
    if (fields.length === 0) return []
    return isInStep(draft, form)
      ? [{ why: 'lines', ...about, fields }]
      : [{ why: 'outOfStep', ...about }]
  }
  if (form.filledFor === form.answers) return []
  const name = about.name || form.entry
  if (!isInStep(draft, form)) return [{ why: 'outOfStep', ...about, name }]
  return [{ why: form.refusedFor === form.answers ? 'refused' : 'asking', ...about, name }]
}
