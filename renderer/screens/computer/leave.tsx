import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

export function Leave({ status }: { status: Status }) {
  const { t } = useText()
  const [asking, setAsking] = useState(false)
  const network = status.network?.name ?? ''
  return (
    <section className="computer-leave">
      <div>
        <h2>{t('computer.leave')}</h2>
        <p className="quiet">{t('computer.leaveDetail')}</p>
      </div>
      <Button icon="leave" onPress={() => setAsking(true)}>
        {t('computer.leave')}
      </Button>
      {asking && <LeaveDialog network={network} onClose={() => setAsking(false)} />}
    </section>
  )
}

/** Leaving cannot be taken back from here, so the name is typed. */
function LeaveDialog({ network, onClose }: { network: string; onClose: () => void }) {
  const { t } = useText()
  const world = useWorld()
  const nodes = useResource(world.nodes).data ?? []
  /** Why the node will not leave unless it is told again. */
  const [refusal, setRefusal] = useState<string>()
  const isLast = nodes.filter((node) => node.liveness !== 'left').length <= 1

  const leave = async (): Promise<boolean> => {
    try {
      await world.client().network.leave({ force: refusal !== undefined })
      world.toasts.show({ text: t('computer.left') })
      world.route.go({ at: 'network', view: 'map' })
      world.refresh()
      return true
    } catch (error) {
      const { code, message } = toProblem(error)
      if (code === 'CONFLICT' || code === 'NO_QUORUM') setRefusal(message)
      else world.toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
      return false
    }
  }
  return (
    <ConfirmDialog
      title={t('computer.leaveTitle', { network })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t(refusal ? 'computer.leaveAllTheSame' : 'computer.leave')}
      kind="danger"
      typed={{ label: t('computer.leaveType', { network }), name: network }}
      onConfirm={leave}
      onClose={onClose}
    >
      <p>{isLast ? t('computer.leaveLast', { network }) : t('computer.leaveBody')}</p>
      {refusal && (
        <p className="problem" role="alert">
          {refusal}
        </p>
      )}
    </ConfirmDialog>
  )
}
