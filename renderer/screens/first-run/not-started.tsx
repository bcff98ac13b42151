import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { LeaveDialog } from '../leaving/index.ts'

/** This computer is in a network whose parts do not run on it: they are starting, or cannot. */
export function NotStarted(props: { network: string; status: Status; onLeft: () => void }) {
  const { network, status, onLeft } = props
  const { t } = useText()
  const [leaving, setLeaving] = useState(false)
  const trouble = troubleOf(status)
  if (!trouble) {
    return (
      <div className="first-run-form">
        <h1>{t('firstRun.notStarted.starting', { network })}</h1>
        <p className="working" role="status">
          <span className="spinner" aria-hidden="true" />
          {t('firstRun.notStarted.startingDetail')}
        </p>
      </div>
    )
  }
  return (
    <>
      <div role="status" className="first-run-form">
        <h1>{t('firstRun.notStarted.title', { network })}</h1>
        <p>{trouble.message}</p>
        <p>{t('firstRun.notStarted.config', { folder: status.node.home })}</p>
        <p className="quiet">{t('firstRun.notStarted.again')}</p>
      </div>
      <div className="first-run-actions">
        <Button icon="leave" onPress={() => setLeaving(true)}>
          {t('computer.leave')}
        </Button>
      </div>
      {leaving && (
        // Nothing of the network runs here, so that nobody can be asked what goes with this computer.
        <LeaveDialog isForced network={network} onLeft={onLeft} onClose={() => setLeaving(false)}>
          <p>{t('firstRun.notStarted.leaveDetail')}</p>
        </LeaveDialog>
      )}
    </>
  )
}

/** Why the parts of the network do not run, where that was tried. */
export function troubleOf({ degraded }: Status) {
  return degraded.find(({ code }) => code === 'NETWORK_NOT_STARTED')
}
