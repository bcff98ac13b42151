import type { ReactNode } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { Icon } from './icon.tsx'

/** A small (i) that opens an explanation: works with keyboard and touch, unlike a tooltip. */
export function Hint({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DialogTrigger>
      <Button className="icon-button icon-button-small" aria-label={label}>
        <Icon name="info" size={15} />
      </Button>
      <Popover className="popover popover-hint" placement="bottom start">
        <Dialog className="popover-dialog" aria-label={label}>
          {children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
