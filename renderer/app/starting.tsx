import { useEffect, useState } from 'react'
import { Button, Mark } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useConnection, useWorld } from '../state/index.ts'
import { useSecondsToRetry } from './seconds-to-retry.ts'
import './starting.css'

const SLOW_MS = 5_000

/** Before the node has said anything. */
export function Starting() {
  const { problem } = useConnection()
  if (problem?.code === 'NODE_STOPPED') return <Stopped />
  return problem ? <NotStarted message={problem.message} /> : <Waking />
}

function Waking() {
  const { t } = useText()
  const { time } = useWorld()
  const [slow, setSlow] = useState(false)
  useEffect(() => time.after(SLOW_MS, () => setSlow(true)), [time])
  return (
    <main className="starting" role="status">
      <Mark size={56} />
      <p>{t('shell.starting')}</p>
      {slow && <p className="quiet small">{t('shell.startingSlow')}</p>}
    </main>
  )
}

function Stopped() {
  const { t } = useText()
  const { connection } = useWorld()
  return (
    <main className="starting starting-still">
      <Mark size={56} />
      <h1 role="alert">{t('shell.stoppedTitle')}</h1>
      <Button kind="primary" onPress={connection.startNode}>
        {t('shell.startNode')}
      </Button>
    </main>
  )
}

function NotStarted({ message }: { message: string }) {
  const { t } = useText()
  const { connection } = useWorld()
  const seconds = useSecondsToRetry()
  return (
    <main className="starting starting-still">
      <Mark size={56} />
      <h1 role="alert">{t('shell.notStarted')}</h1>
      <p className="starting-reason">{message}</p>
      <p className="quiet small">
        {seconds > 0 ? t('shell.lostAgain', { seconds }) : t('shell.lostNow')}
      </p>
      <Button onPress={connection.retry}>{t('words.again')}</Button>
    </main>
  )
}
