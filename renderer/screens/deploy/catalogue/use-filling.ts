import { useEffect } from 'react'
import { useConnection, useWorld } from '../../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../../transport/index.ts'
import {
  type Answers,
  type Draft,
  type FilledForm,
  formOf,
  idOf,
  isInStep,
  isOfDraft,
  isUnread,
  useDraftStore,
  withForm,
} from '../draft/index.ts'

export type EntryForm = Extract<FilledForm, { kind: 'entry' }>

/** Asked when somebody stops typing for a moment. */
const SETTLE_MS = 200
/** How soon it is asked again what the node could not answer. */
const AGAIN_MS = 5_000

/** Keeps what an entry's form gives in step with its answers; what is wrong with them is kept there. */
export function useFilling({ entry: name, answers, filledFor }: EntryForm, mayFill: boolean): void {
  const { client, time } = useWorld()
  const { phase } = useConnection()
  const { amend } = useDraftStore()
  const isDue = mayFill && filledFor !== answers && phase === 'open'

  useEffect(() => {
    if (!isDue) return
    let current = true
    let cancel = (): void => {}
    const ask = async (): Promise<void> => {
      try {
        const came = await client().catalogue.fill({ name, answers })
        if (current) amend((now) => filledWith(now, { name, asked: answers, came }))
      } catch (error) {
        const problem = toProblem(error)
        if (!current) return
        amend((now) => refusedIn(now, { name, asked: answers, problem }))
        if (problem.fields.length === 0) cancel = time.after(AGAIN_MS, () => void ask())
      }
    }
    // The first is asked at once: somebody looks at an empty form.
    cancel = time.after(filledFor ? SETTLE_MS : 0, () => void ask())
    return () => {
      current = false
      cancel()
    }
  }, [client, time, amend, name, answers, filledFor, isDue])
}

/** Whether what comes of its answers may take the place of what came before. */
export function mayFill(draft: Draft, form: FilledForm): boolean {
  return isOfDraft(draft, form) && isInStep(draft, form) && !isUnread(draft)
}

/** The answers with what was made by chance in them, and what came of them. */
export function filledWith(
  draft: Draft,
  filling: { name: string; asked: Answers; came: Outputs['catalogue']['fill'] },
): Draft {
  const { name, asked, came } = filling
  const form = formOf(draft, idOf({ kind: 'entry', entry: name, ...NOTHING }))
  if (form?.kind !== 'entry' || form.answers !== asked || !mayFill(draft, form)) return draft
  const secrets = Object.fromEntries(came.secrets.map((each) => [each.name, each.value]))
  const next = withForm(draft, {
    ...form,
    answers: came.answers,
    filledFor: came.answers,
    gave: came.workloads,
    secrets: Object.keys(secrets),
  })
  return { ...next, secrets: { ...next.secrets, ...secrets } }
}

/** What came of the answers before is no longer what they would come to. */
export function refusedIn(
  draft: Draft,
  { name, asked, problem }: { name: string; asked: Answers; problem: Problem },
): Draft {
  const form = formOf(draft, idOf({ kind: 'entry', entry: name, ...NOTHING }))
  if (form?.kind !== 'entry' || form.answers !== asked) return draft
  const refused = { ...form, refusedFor: asked, refusal: problem }
  return { ...draft, forms: draft.forms.map((one) => (one === form ? refused : one)) }
}

const NOTHING = { answers: {}, gave: [], secrets: [], isTouched: false }
