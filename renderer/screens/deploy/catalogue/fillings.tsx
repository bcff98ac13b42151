import { useDraft } from '../draft/index.ts'
import { type EntryForm, mayFill, useFilling } from './use-filling.ts'

/** Asks for what came of the answers, whichever form or way is looked at. */
export function Fillings() {
  const draft = useDraft()
  return draft.forms.map((form) => {
    if (form.kind !== 'entry') return null
    return <Filling key={form.entry} filled={form} mayFill={mayFill(draft, form)} />
  })
}

function Filling(props: { filled: EntryForm; mayFill: boolean }) {
  useFilling(props.filled, props.mayFill)
  return null
}
