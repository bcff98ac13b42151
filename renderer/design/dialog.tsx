import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button.tsx'
import './dialog.css'

/** A question in front of everything else. Escape and the veil close it. */
export function Dialog(props: {
  title: string
  closeLabel: string
  onClose: () => void
  wide?: boolean
  /** Without its own header, for the palette. */
  bare?: boolean
  children: ReactNode
}) {
  return (
    <ModalOverlay
      className={props.bare ? 'veil veil-top' : 'veil'}
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) props.onClose()
      }}
    >
      <Modal className={props.wide ? 'dialog dialog-wide' : 'dialog'}>
        <AriaDialog className="dialog-inner" {...(props.bare ? { 'aria-label': props.title } : {})}>
          {!props.bare && (
            <header className="dialog-header">
              <Heading slot="title">{props.title}</Heading>
              <IconButton icon="close" label={props.closeLabel} onPress={props.onClose} />
            </header>
          )}
          <div className={props.bare ? '' : 'dialog-body'}>{props.children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>
}
