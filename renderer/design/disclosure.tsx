import { type ReactNode, useEffect, useRef, useState } from 'react'
import {
  Disclosure as AriaDisclosure,
  Button,
  DisclosurePanel,
  Heading,
} from 'react-aria-components'
import { Icon } from './icon.tsx'
import './page.css'

/** What most people never need, one step away. It opens by itself when something in it is wrong. */
export function Disclosure(props: {
  title: string
  /** Something was entered in it before. */
  startsOpen?: boolean
  children: ReactNode
}) {
  const { title, startsOpen = false, children } = props
  const [open, setOpen] = useState(startsOpen)
  const content = useRef<HTMLDivElement>(null)
  const wasWrong = useRef(false)
  // After every drawing: what is wrong is known by the fields alone.
  useEffect(() => {
    const isWrong = content.current?.querySelector('[data-invalid]') !== null
    if (isWrong && !wasWrong.current) setOpen(true)
    wasWrong.current = isWrong
  })
  return (
    <AriaDisclosure className="disclosure" isExpanded={open} onExpandedChange={setOpen}>
      <Heading level={2} className="disclosure-heading">
        <Button slot="trigger" className="disclosure-trigger">
          <Icon name="chevron" size={14} />
          <span>{title}</span>
        </Button>
      </Heading>
      <DisclosurePanel className="disclosure-panel">
        <div className="disclosure-content" ref={content}>
          {children}
        </div>
      </DisclosurePanel>
    </AriaDisclosure>
  )
}
