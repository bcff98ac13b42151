import type { CatalogueEntry } from '../../../../node-core/api/contract/index.ts'
import { Disclosure, Drawing, ProblemPanel } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { type Draft, formOf, idOf, useDraftStore, withForm } from '../draft/index.ts'
import type { WayProps } from '../ways.ts'
import { QuestionField } from './question-field.tsx'
import type { EntryForm as Filled } from './use-filling.ts'

type Answer = string | number | boolean | undefined

/** What an entry is, what has to be known of it, and its questions. */
export function EntryForm(props: WayProps & { entry: CatalogueEntry; filled: Filled }) {
  const { entry, filled } = props
  const { t } = useText()
  const { change } = useDraftStore()
  const problem = filled.refusedFor === filled.answers ? filled.refusal : undefined
  const wrong = new Map(
    (problem?.fields ?? []).map(({ path, message }) => [path.replace(/^answers\./, ''), message]),
  )
  const against = filled.gave.flatMap((workload) => props.problemsOf(workload))
  const told = problem && problem.fields.length === 0 ? [problem, ...against] : against
  const fields = (more: boolean) =>
    entry.questions
      .filter((question) => isAsked(question) && (question.more ?? false) === more)
      .map((question) => (
        <QuestionField
          key={question.key}
          question={question}
          answer={filled.answers[question.key]}
          problem={wrong.get(question.key)}
          onChange={(answer) =>
            change(
              (now) => answered(now, filled, [question.key, answer]),
              `${entry.name} ${question.key}`,
            )
          }
        />
      ))
  const made = entry.questions.filter((question) => !isAsked(question)).length
  return (
    <>
      <About entry={entry} />
      {told.length > 0 && (
        <ProblemPanel title={t('deploy.catalogue.refused')}>
          {told.map(({ message }) => message).join(' ')}
        </ProblemPanel>
      )}
      <div className="entry-questions" lang="en">
        {fields(false)}
      </div>
      {made > 0 && <p className="quiet small">{t('deploy.catalogue.made', { count: made })}</p>}
      <Disclosure title={t('deploy.advanced')}>
        <div className="entry-questions" lang="en">
          {fields(true)}
        </div>
      </Disclosure>
    </>
  )
}

function About({ entry }: { entry: CatalogueEntry }) {
  const { t } = useText()
  return (
    <section className="entry-about">
      <div className="entry-head">
        <span className="card-icon">
          <Drawing path={entry.icon} size={26} />
        </span>
        <h2 lang="en">{entry.title}</h2>
      </div>
      <p lang="en">{entry.about}</p>
      <ul className="entry-notes">
        {entry.notes.map((note) => (
          <li key={note} lang="en">
            {note}
          </li>
        ))}
        <li>{t(`deploy.catalogue.runsAs.${entry.runsAs}`)}</li>
      </ul>
      <p>
        {t('deploy.catalogue.afterwards')} <span lang="en">{entry.firstSteps}</span>
      </p>
      <p className="quiet small">
        {t('deploy.catalogue.licence', { licence: entry.licence })}{' '}
        <a href={entry.homePage} target="_blank" rel="noreferrer">
          {t('deploy.catalogue.homePage')}
        </a>{' '}
        <a href={entry.imagePage} target="_blank" rel="noreferrer">
          {t('deploy.catalogue.imagePage')}
        </a>
      </p>
    </section>
  )
}

/** What passes between programs nobody needs to see. */
function isAsked(question: CatalogueEntry['questions'][number]): boolean {
  return question.kind !== 'secret' || question.forPeople === true
}

/** Without an answer the default comes back, or another secret is made. */
function answered(draft: Draft, filled: Filled, [key, answer]: [string, Answer]): Draft {
  const form = formOf(draft, idOf(filled))
  if (form?.kind !== 'entry') return draft
  const { [key]: _, ...rest } = form.answers
  const answers = answer === undefined ? rest : { ...rest, [key]: answer }
  return withForm(draft, { ...form, answers, isTouched: true })
}
