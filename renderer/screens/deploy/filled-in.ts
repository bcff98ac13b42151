import { type Draft, formOf, suggestName, withForm } from './draft/index.ts'
import { type DeployForm, toInput } from './form.ts'

/** The form with what was entered now, and what comes of it. A form that is gone stays gone. */
export function filledIn(
  draft: Draft,
  part: Partial<DeployForm> | ((now: DeployForm) => Partial<DeployForm>),
): Draft {
  const before = formOf(draft, 'own')
  if (before?.kind !== 'own') return draft
  const form = { ...before.form, ...(typeof part === 'function' ? part(before.form) : part) }
  const input = toInput(form)
  return withForm(draft, { kind: 'own', form, gave: input ? [input] : [] })
}

/** Choosing what to run suggests a name, unless somebody has written one: also while it was brought. */
export function withSource(
  draft: Draft,
  part: Pick<DeployForm, 'image'> | Pick<DeployForm, 'bundle'>,
  source: string,
): Draft {
  return filledIn(draft, ({ isNameOwn }) => {
    return isNameOwn ? part : { ...part, name: suggestName(source) }
  })
}
