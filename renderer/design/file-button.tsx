import { Button as AriaButton, FileTrigger } from 'react-aria-components'
import './button.css'

/** Chooses one file of this computer. */
export function FileButton(props: {
  label: string
  /** All kinds, unless said. */
  accept?: string
  busy?: boolean
  onFile: (file: File) => void
}) {
  return (
    <FileTrigger
      {...(props.accept === undefined ? {} : { acceptedFileTypes: [props.accept] })}
      onSelect={(files) => {
        const file = files?.item(0)
        if (file) props.onFile(file)
      }}
    >
      <AriaButton className="button button-normal" isDisabled={props.busy ?? false}>
        {props.label}
      </AriaButton>
    </FileTrigger>
  )
}
