import { Button, ProblemPanel } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import {
  type Draft,
  type FilledForm,
  formOf,
  idOf,
  isInStep,
  useDraft,
  useDraftStore,
  withForm,
  withoutForm,
  withoutWorkload,
} from '../draft/index.ts'
import { EMPTY_FORM } from '../form.ts'
import { OwnForm } from '../own-form.tsx'
import type { WayProps } from '../ways.ts'
import { Cards } from './cards.tsx'
import './catalogue.css'
import { EntryForm } from './entry-form.tsx'
import { useEntries } from './use-entries.ts'

/** Cards to choose from; the chosen one's form is part of the draft from then on. */
export function CatalogueWay(props: WayProps) {
  const { t } = useText()
  const draft = useDraft()
  const { change } = useDraftStore()
  const { entries, problem } = useEntries()
  const filled = draft.open === undefined ? undefined : formOf(draft, draft.open)
  if (!filled) return <Cards entries={entries} problem={problem} />
  const entry =
    filled.kind === 'entry' ? entries?.find(({ name }) => name === filled.entry) : undefined
  return (
    <div className="deploy-form">
      <div className="page-back">
        <Button kind="plain" icon="chevron" onPress={() => change(back)}>
          {t('deploy.catalogue.back')}
        </Button>
      </div>
      {!isInStep(draft, filled) ? (
        <OutOfStep filled={filled} />
      ) : filled.kind === 'own' ? (
        <OwnForm {...props} filled={filled} />
      ) : (
        entry && <EntryForm {...props} entry={entry} filled={filled} />
      )}
      {filled.kind === 'entry' && problem && (
        <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
      )}
    </div>
  )
}

/** A form that nobody has touched was only looked at: nothing of it stays. */
function back(draft: Draft): Draft {
  const { open, ...rest } = draft
  const filled = open === undefined ? undefined : formOf(draft, open)
  if (!filled || isTouched(filled) || !isInStep(draft, filled)) return rest
  return withoutForm(filled.gave.reduce(withoutWorkload, draft), idOf(filled))
}

function isTouched(filled: FilledForm): boolean {
  return filled.kind === 'own' ? filled.form !== EMPTY_FORM : filled.isTouched
}

/** The draft says more, or something else, than the form could: nobody's change is undone in silence. */
function OutOfStep({ filled }: { filled: FilledForm }) {
  const { t } = useText()
  const { change } = useDraftStore()
  return (
    <section className="preview">
      <h2>{t('deploy.outOfStep.title')}</h2>
      <p className="quiet">{t('deploy.outOfStep.detail')}</p>
      <div className="page-actions">
        <Button
          onPress={() => change((now) => withForm(now, { ...filled, gave: [...filled.gave] }))}
        >
          {t('deploy.outOfStep.form')}
        </Button>
        <Button kind="plain" onPress={() => change((now) => withoutForm(now, idOf(filled)))}>
          {t('deploy.outOfStep.another')}
        </Button>
      </div>
    </section>
  )
}
