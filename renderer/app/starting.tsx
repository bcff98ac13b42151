import { useEffect, useState } from 'react'
import { Mark } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useWorld } from '../state/index.ts'
import './starting.css'

const SLOW_MS = 5_000

/** Before the node has said anything. */
export function Starting() {
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
