import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

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
        <p className="quiet">{t('firstRun.notStarted.again')}</p>
      </div>
      <div className="first-run-actions">
        <Button icon="leave" onPress={() => setLeaving(true)}>
          {t('computer.leave')}
        </Button>
      </div>
      {leaving && (
        <LeaveUnstarted network={network} onLeft={onLeft} onClose={() => setLeaving(false)} />
      )}
    </>
  )
}

/** Why the parts of the network do not run, where that was tried. */
export function troubleOf({ degraded }: Status) {
  return degraded.find(({ code }) => code === 'NETWORK_NOT_STARTED')
}

/** Nothing of the network runs here, so that nobody can be asked what goes with this computer. */
function LeaveUnstarted(props: { network: string; onLeft: () => void; onClose: () => void }) {
  const { network, onLeft, onClose } = props
  const { t } = useText()
  const world = useWorld()
  const leave = async (): Promise<boolean> => {
    try {
      const { stays } = await world.client().network.leave({ force: true })
      world.toasts.show({ text: t('computer.left'), ...(stays && { detail: stays.message }) })
      world.refresh()
      onLeft()
      return true
    } catch (error) {
      const { message } = toProblem(error)
      world.toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
      return false
    }
  }
  return (
    <ConfirmDialog
      title={t('computer.leaveTitle', { network })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('computer.leave')}
      kind="danger"
      typed={{ label: t('computer.leaveType', { network }), name: network }}
      onConfirm={leave}
      onClose={onClose}
    >
      <p>{t('firstRun.notStarted.leaveDetail')}</p>
    </ConfirmDialog>
  )
}
