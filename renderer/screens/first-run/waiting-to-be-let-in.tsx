import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button } from '../../design/index.ts'
import { formatAgo } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** This computer has asked, and is yet to be let in, or was not. */
export function WaitingToBeLetIn(props: { status: Status; onElsewhere: () => void }) {
  const { onElsewhere } = props
  const { t, language } = useText()
  const { time } = useWorld()
  const { withdraw, busy } = useWithdraw(onElsewhere)
  const waiting = props.status.awaitingApproval
  if (!waiting) return null
  const { name, refused } = waiting
  const since = t('firstRun.waiting.since', {
    when: formatAgo(waiting.since, time.now(), language),
  })
  if (refused) {
    return (
      <>
        <div role="status" className="first-run-form">
          <h1>{t('firstRun.waiting.refused', { network: name })}</h1>
          <p>{refused.message}</p>
          <p className="quiet">{since}</p>
        </div>
        <div className="first-run-actions">
          <Button kind="primary" busy={busy} onPress={withdraw}>
            {t('firstRun.waiting.anew')}
          </Button>
        </div>
      </>
    )
  }
  return (
    <>
      <div role="status" className="first-run-form">
        <h1>{t('firstRun.waiting.title')}</h1>
        <p>{t('firstRun.waiting.detail', { network: name })}</p>
        <p className="quiet">{since}</p>
        <p className="quiet">{t('firstRun.waiting.keep')}</p>
      </div>
      <div className="first-run-actions">
        <Button onPress={onElsewhere}>{t('firstRun.waiting.elsewhere')}</Button>
        <Button busy={busy} onPress={withdraw}>
          {t('firstRun.waiting.withdraw')}
        </Button>
      </div>
    </>
  )
}

/** It asks no more, and begins from the front. */
function useWithdraw(onDone: () => void) {
  const { client, status, toasts } = useWorld()
  const { t } = useText()
  const [busy, setBusy] = useState(false)
  const withdraw = async (): Promise<void> => {
    setBusy(true)
    try {
      await client().network.leave({ force: false })
      status.refresh()
      onDone()
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
      setBusy(false)
    }
  }
  return { busy, withdraw: () => void withdraw() }
}
