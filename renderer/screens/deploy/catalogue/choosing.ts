import type { CatalogueEntry } from '../../../../node-core/api/contract/index.ts'
import {
  type Draft,
  type FilledForm,
  formOf,
  freeName,
  idOf,
  nameOf,
  withForm,
} from '../draft/index.ts'

/** In the order in which they are shown. */
export const CATEGORIES = ['publish', 'files', 'together', 'home', 'build', 'watch'] as const
export type Category = (typeof CATEGORIES)[number]

/** Whose words hold every word that is looked for. */
export function matching(
  entries: readonly CatalogueEntry[],
  sought: string,
): readonly CatalogueEntry[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter(({ title, summary, about, name }) => {
    const said = `${title} ${summary} ${about} ${name}`.toLowerCase()
    return words.every((word) => said.includes(word))
  })
}

/** Opens a form: as it was left, or a new one. */
export function opened(draft: Draft, form: FilledForm): Draft {
  const id = idOf(form)
  return { ...(formOf(draft, id) ? draft : withForm(draft, form)), open: id }
}

/** A new form of an entry, under a name that nothing in the draft or in the network has. */
export function newForm(
  entry: CatalogueEntry,
  draft: Draft,
  running: readonly { name: string }[],
): FilledForm {
  const taken = new Set([...draft.workloads.map(nameOf), ...running.map(({ name }) => name)])
  const asked = entry.questions.find(({ kind }) => kind === 'name')
  const name = freeName(String(asked && 'default' in asked ? asked.default : entry.name), taken)
  const answers = { [asked?.key ?? 'name']: name }
  return { kind: 'entry', entry: entry.name, answers, gave: [], secrets: [], isTouched: false }
}
