import { useState } from 'react'
import { IconButton } from './button.tsx'
import './page.css'

/** A long id, shown short, copied whole; or something that is read, too, over as many lines as it takes. */
export function CopyText(props: {
  text: string
  shown?: string
  copyLabel: string
  copiedLabel: string
  wraps?: boolean
}) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.text)
    setCopied(true)
  }
  return (
    <span className={props.wraps ? 'copy-text copy-text-wraps' : 'copy-text'}>
      <code title={props.text}>{props.shown ?? props.text}</code>
      <IconButton
        icon={copied ? 'check' : 'copy'}
        label={copied ? props.copiedLabel : props.copyLabel}
        onPress={() => void copy()}
      />
    </span>
  )
}
