import type { Status } from '../../../node-core/api/contract/index.ts'
import { formatAgo } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'

export function WaitingToBeLetIn({ status }: { status: Status }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const waiting = status.awaitingApproval
  if (!waiting) return null
  return (
    <div role="status" className="first-run-form">
      <h1>{t('firstRun.waiting.title')}</h1>
      <p>{t('firstRun.waiting.detail', { network: waiting.name })}</p>
      <p className="quiet">
        {t('firstRun.waiting.since', { when: formatAgo(waiting.since, time.now(), language) })}
      </p>
      <p className="quiet">{t('firstRun.waiting.keep')}</p>
    </div>
  )
}
