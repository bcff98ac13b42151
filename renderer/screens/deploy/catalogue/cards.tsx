import { useState } from 'react'
import type { CatalogueEntry } from '../../../../node-core/api/contract/index.ts'
import { Drawing, Empty, Icon, ProblemPanel, SearchField, Waiting } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { useResource, useWorld } from '../../../state/index.ts'
import type { Problem } from '../../../transport/index.ts'
import { useDraft, useDraftStore } from '../draft/index.ts'
import { NEW_OWN } from '../own-form.tsx'
import { CATEGORIES, matching, newForm, opened } from './choosing.ts'

export function Cards(props: {
  entries: readonly CatalogueEntry[] | undefined
  problem: Problem | undefined
}) {
  const { t } = useText()
  const { change } = useDraftStore()
  const [sought, setSought] = useState('')
  const found = matching(props.entries ?? [], sought)
  return (
    <div className="deploy-form">
      <SearchField
        label={t('deploy.catalogue.search')}
        value={sought}
        onChange={setSought}
        clearLabel={t('words.clear')}
      />
      {sought === '' && (
        <button
          type="button"
          className="card card-own"
          onClick={() => change((now) => opened(now, NEW_OWN))}
        >
          <span className="card-icon">
            <Icon name="box" size={22} />
          </span>
          <span className="card-words">
            <span className="card-title">{t('deploy.catalogue.own')}</span>
            <span className="card-detail">{t('deploy.catalogue.ownDetail')}</span>
          </span>
        </button>
      )}
      {props.problem && (
        <ProblemPanel title={t('shell.loadProblem')}>{props.problem.message}</ProblemPanel>
      )}
      {!props.entries && !props.problem && <Waiting label={t('words.loading')} />}
      {props.entries && found.length === 0 && (
        <Empty icon="search" title={t('deploy.catalogue.none')}>
          {t('deploy.catalogue.noneDetail')}
        </Empty>
      )}
      {CATEGORIES.map((category) => {
        const inside = found.filter((entry) => entry.category === category)
        if (inside.length === 0) return null
        return (
          <section key={category} className="cards">
            <h2>{t(`deploy.catalogue.categories.${category}`)}</h2>
            <ul>
              {inside.map((entry) => (
                <li key={entry.name}>
                  <Card entry={entry} />
                </li>
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}

/** What an entry says is in its own language, whatever the window's is. */
function Card({ entry }: { entry: CatalogueEntry }) {
  const { t } = useText()
  const draft = useDraft()
  const { change } = useDraftStore()
  const { data: running = [] } = useResource(useWorld().workloads)
  const isIn = draft.forms.some((form) => form.kind === 'entry' && form.entry === entry.name)
  return (
    <button
      type="button"
      className="card"
      onClick={() => change((now) => opened(now, newForm(entry, now, running)))}
    >
      <span className="card-icon">
        <Drawing path={entry.icon} size={22} />
      </span>
      <span className="card-words">
        <span className="card-title" lang="en">
          {entry.title}
        </span>
        <span className="card-detail" lang="en">
          {entry.summary}
        </span>
        {isIn && <span className="card-in">{t('deploy.catalogue.inDraft')}</span>}
      </span>
    </button>
  )
}
