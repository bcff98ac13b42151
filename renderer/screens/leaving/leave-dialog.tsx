import { type ReactNode, useState } from 'react'
import { ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** Leaving cannot be taken back from here, so the name is typed. */
export function LeaveDialog(props: {
  network: string
  /** What goes with this computer, and what is asked about that. */
  children: ReactNode
  /** False while a question among the children has no answer yet. */
  isAnswered?: boolean
  /** Nobody can be asked whether it may: it goes all the same. */
  isForced?: boolean
  onLeft: () => void
  onClose: () => void
}) {
  const { network, isAnswered = true, isForced = false, onLeft, onClose } = props
  const { t } = useText()
  const world = useWorld()
  /** Why the node will not leave unless it is told again. */
  const [refusal, setRefusal] = useState<string>()

  const leave = async (): Promise<boolean> => {
    const force = isForced || refusal !== undefined
    try {
      const { stays, unended } = await world.client().network.leave({ force })
      const detail = [stays, unended].flatMap((one) => one?.message ?? []).join(' ')
      world.toasts.show({ text: t('computer.left'), ...(detail && { detail }) })
      onLeft()
      world.refresh()
      return true
    } catch (error) {
      const { code, message } = toProblem(error)
      if (!isForced && (code === 'CONFLICT' || code === 'NO_QUORUM')) setRefusal(message)
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
      isAnswered={isAnswered}
      typed={{ label: t('computer.leaveType', { network }), name: network }}
      onConfirm={leave}
      onClose={onClose}
    >
      {props.children}
      {refusal && (
        <p className="problem" role="alert">
          {refusal}
        </p>
      )}
    </ConfirmDialog>
  )
}
