import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button } from '../../design/index.ts'
import { formatAgo } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'

export function WaitingToBeLetIn(props: { status: Status; onElsewhere: () => void }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const waiting = props.status.awaitingApproval
  if (!waiting) return null
  return (
    <>
      <div role="status" className="first-run-form">
        <h1>{t('firstRun.waiting.title')}</h1>
        <p>{t('firstRun.waiting.detail', { network: waiting.name })}</p>
        <p className="quiet">
          {t('firstRun.waiting.since', { when: formatAgo(waiting.since, time.now(), language) })}
        </p>
        <p className="quiet">{t('firstRun.waiting.keep')}</p>
      </div>
      <div className="first-run-actions">
        <Button onPress={props.onElsewhere}>{t('firstRun.waiting.elsewhere')}</Button>
      </div>
    </>
  )
}
