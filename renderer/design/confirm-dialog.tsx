import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { TextField } from './field.tsx'

/**
 * Asks before something is done, and closes once it is. What cannot be taken back has its name typed
 * first. Where `onConfirm` answers false it stays open, to say why.
 */
export function ConfirmDialog(props: {
  title: string
  children: ReactNode
  closeLabel: string
  cancelLabel: string
  confirmLabel: string
  kind: 'primary' | 'danger'
  typed?: { label: string; name: string }
  /** False while a question among the children has no answer yet. */
  isAnswered?: boolean
  onConfirm: () => unknown
  onClose: () => void
}) {
  const { title, typed, kind, isAnswered = true, onClose } = props
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const confirm = async (): Promise<void> => {
    setBusy(true)
    if ((await props.onConfirm()) === false) setBusy(false)
    else onClose()
  }
  return (
    <Dialog title={title} closeLabel={props.closeLabel} onClose={onClose}>
      {props.children}
      {typed && <TextField label={typed.label} value={text} onChange={setText} autoFocus />}
      <DialogActions>
        <Button onPress={onClose}>{props.cancelLabel}</Button>
        <Button
          kind={kind}
          busy={busy}
          disabled={!isAnswered || (typed !== undefined && text.trim() !== typed.name)}
          onPress={() => void confirm()}
        >
          {props.confirmLabel}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
