import type { ReactNode } from 'react'
import { Button, Dialog, DialogActions } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'

/** Asks for what a piece needs. It stands within the form of the screen, which must not be sent by it. */
export function AddDialog(props: {
  title: string
  confirmLabel: string
  ready: boolean
  onAdd: () => void
  onClose: () => void
  children: ReactNode
}) {
  const { t } = useText()
  return (
    <Dialog title={props.title} closeLabel={t('words.close')} onClose={props.onClose}>
      <form
        className="canvas-form"
        onSubmit={(event) => {
          event.preventDefault()
          event.stopPropagation()
          if (!props.ready) return
          props.onAdd()
          props.onClose()
        }}
      >
        {props.children}
        <DialogActions>
          <Button onPress={props.onClose}>{t('words.cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!props.ready}>
            {props.confirmLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
