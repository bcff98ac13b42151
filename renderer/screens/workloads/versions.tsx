import type { PastVersion, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, ProblemPanel, Waiting } from '../../design/index.ts'
import { formatWhen } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { fieldText, valueText } from './field-words.ts'
import { useVersions } from './use-versions.ts'
import { changeWords } from './version-words.ts'

/** What it was before, and the way back. */
export function Versions(props: { workload: WorkloadView; mayChange: boolean }) {
  const { name } = props.workload
  const { t } = useText()
  const { client, toasts } = useWorld()
  const { versions, problem } = useVersions(name)

  const takeBack = async (to: number): Promise<void> => {
    try {
      await client().workloads.rollback({ name, generation: to })
      toasts.show({ text: t('workloads.version.tookBack', { name, number: to }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }

  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (!versions) return <Waiting label={t('words.loading')} />
  if (versions.length === 0) return <p className="quiet">{t('workloads.version.none')}</p>
  return (
    <div className="versions">
      <p className="quiet">{t('workloads.version.intro')}</p>
      <ol>
        {versions.map((version) => (
          <VersionLine
            key={version.generation}
            version={version}
            onTakeBack={props.mayChange ? () => void takeBack(version.generation) : undefined}
          />
        ))}
      </ol>
    </div>
  )
}

function VersionLine(props: { version: PastVersion; onTakeBack: (() => void) | undefined }) {
  const { generation, parts, until, by, changed, takenBack } = props.version
  const { t, language } = useText()
  const sources = parts.map((part) => part.image ?? part.bundle?.slice(0, 19) ?? '')
  return (
    <li className="slot version">
      <strong>{t('workloads.version.number', { number: generation })}</strong>
      <code>{sources.join(', ')}</code>
      <span className="quiet">
        {t('workloads.version.until', { when: formatWhen(until, language), who: by.name })}
      </span>
      {props.onTakeBack && (
        <Button onPress={props.onTakeBack}>{t('workloads.version.takeBack')}</Button>
      )}
      {takenBack !== undefined && <p>{takenBack}</p>}
      {changed && <Changed changed={changed} />}
    </li>
  )
}

/** What took its place was this much different. */
function Changed(props: { changed: NonNullable<PastVersion['changed']> }) {
  const { t, language } = useText()
  const { intro, lines, left } = changeWords(props.changed)
  const said = (path: string, value: string | undefined) =>
    value === undefined ? t('workloads.version.nothing') : valueText(path, value, language, t)
  return (
    <div className="changed">
      <p>{t(intro)}</p>
      <ul>
        {lines.map(({ path, before, after }) => (
          <li key={path}>
            {fieldText(path, t) ?? <code>{path}</code>}: <code>{said(path, before)}</code> →{' '}
            <code>{said(path, after)}</code>
          </li>
        ))}
        {left > 0 && <li>{t('workloads.version.more', { count: left })}</li>}
      </ul>
    </div>
  )
}
