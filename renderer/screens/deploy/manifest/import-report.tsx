import type { ImportReportLine } from '../../../../node-core/api/contract/index.ts'
import { StateWord, type Tone } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'

const TONE: Record<ImportReportLine['verdict'], Tone> = {
  kept: 'well',
  changed: 'off',
  ignored: 'warn',
  refused: 'bad',
}

/** What somebody has to know of each line; what is simply kept is counted. */
export function ImportReport({ lines }: { lines: readonly ImportReportLine[] }) {
  const { t } = useText()
  const told = lines.filter(({ code }) => code !== 'kept')
  return (
    <section className="import-report" aria-live="polite">
      <h3>{t('deploy.bring.report')}</h3>
      <p className="quiet">{t('deploy.bring.kept', { count: lines.length - told.length })}</p>
      <ul>
        {told.map(({ line, path, verdict, code, message }) => (
          <li key={`${line} ${path} ${code} ${message}`}>
            <span className="quiet">{t('deploy.bring.line', { line })}</span>
            <StateWord tone={TONE[verdict]}>{t(`deploy.bring.verdict.${verdict}`)}</StateWord>
            <code>{path}</code>
            <span className="import-why">{message}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
