import { useState } from 'react'
import { Button, ProblemPanel, TextArea } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { type Mistake, textOf, useDraft, useDraftStore, withText } from '../draft/index.ts'
import type { WayProps } from '../ways.ts'
import { Bring } from './bring.tsx'
import { isForeign } from './foreign.ts'
import './manifest.css'
import { SchemaHelp } from './schema-help.tsx'
import { useBringing } from './use-bringing.ts'

const ROWS = 20
const MISTAKES_SHOWN_MAX = 8

/** The manifests as text, and what was written for something else as manifests. */
export function ManifestWay({ problemsOf }: WayProps) {
  const { t } = useText()
  const draft = useDraft()
  const [offset, setOffset] = useState(0)
  const { change } = useDraftStore()
  const bringing = useBringing()
  const typed = draft.typed?.mistakes ?? []
  const isOne = draft.workloads.length === 1
  const told: Mistake[] = draft.workloads.flatMap((workload, at) => {
    return problemsOf(workload).map(({ path, message }) => {
      return { kind: 'field', path: isOne ? path : `${at}.${path}`, message }
    })
  })
  const text = textOf(draft)
  const foreign = typed.some(({ kind }) => kind === 'syntax') && isForeign(text)
  const mistakes = foreign ? [] : typed.length > 0 ? typed : told
  // The draft is again what it was before this text was put in its place.
  const bring = (): void => {
    change(({ typed: _, ...rest }) => rest)
    void bringing.read(text)
  }
  return (
    <div className="deploy-form">
      <div
        onSelect={({ target }) => {
          if (target instanceof HTMLTextAreaElement) setOffset(target.selectionStart)
        }}
      >
        <TextArea
          label={t('deploy.text.label')}
          hint={t('deploy.text.hint')}
          mono
          rows={ROWS}
          value={text}
          problem={mistakes.length > 0 ? t('deploy.text.mistakes') : undefined}
          onChange={(text) => change((now) => withText(now, text), 'text')}
        />
      </div>
      {foreign && (
        <ProblemPanel
          title={t('deploy.text.foreign')}
          actions={<Button onPress={bring}>{t('deploy.text.bring')}</Button>}
        >
          {t('deploy.text.foreignDetail')}
        </ProblemPanel>
      )}
      {mistakes.length > 0 && (
        <ul className="mistakes" aria-live="polite">
          {mistakes.slice(0, MISTAKES_SHOWN_MAX).map((mistake) => (
            <li key={JSON.stringify(mistake)}>
              <MistakeLine mistake={mistake} />
            </li>
          ))}
        </ul>
      )}
      <Bring bringing={bringing} />
      <SchemaHelp text={text} offset={offset} />
    </div>
  )
}

function MistakeLine({ mistake }: { mistake: Mistake }) {
  const { t } = useText()
  switch (mistake.kind) {
    case 'field':
      return (
        <>
          <code>{mistake.path}</code> {mistake.message}
        </>
      )
    case 'unknown':
      return (
        <>
          <code>{mistake.path}</code> {t('deploy.text.unknown')}
        </>
      )
    case 'syntax': {
      const { wanted, isEnd, ...place } = mistake.fault
      const what = isEnd ? t('deploy.text.over') : t(`deploy.text.wanted.${wanted}`)
      return t('deploy.text.at', { ...place, what })
    }
  }
}
