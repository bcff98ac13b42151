import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, Icon } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useSettings, useWorld } from '../../state/index.ts'
import { OwnerDialog } from '../owner/index.ts'

/** A copy of the owner's key, which may be put off. Whoever came with a file has one. */
export function KeepKey({ status }: { status: Status }) {
  const { t } = useText()
  const { keyOwed } = useSettings()
  const [isAsked] = useState(useWorld().settings.store.getState().keyOwed)
  const [isPutOff, setPutOff] = useState(false)
  const [making, setMaking] = useState(false)
  if (!isAsked) return null
  const detail = isPutOff ? t('firstRun.done.keyPutOff') : t('firstRun.done.keyDetail')
  return (
    <section className="keep-key">
      <Icon name={keyOwed ? 'key' : 'check'} size={22} />
      <div>
        <div role="status">
          <h2>{keyOwed ? t('firstRun.done.key') : t('firstRun.done.keyMade')}</h2>
          <p className="quiet">{keyOwed ? detail : t('firstRun.done.keyMadeDetail')}</p>
        </div>
        <div className="first-run-actions">
          <Button onPress={() => setMaking(true)}>
            {keyOwed ? t('firstRun.done.keyMake') : t('firstRun.done.keyAgain')}
          </Button>
          {keyOwed && !isPutOff && (
            <Button kind="plain" onPress={() => setPutOff(true)}>
              {t('firstRun.done.keyLater')}
            </Button>
          )}
        </div>
      </div>
      {making && <OwnerDialog status={status} purpose="backup" onClose={() => setMaking(false)} />}
    </section>
  )
}
