import { Button as AriaButton, DropZone, FileTrigger } from 'react-aria-components'
import './button.css'
import { Icon } from './icon.tsx'
import './page.css'

/** Drop a file, or choose one. */
export function FileDrop(props: {
  words: string
  buttonLabel: string
  accept: string
  busy: boolean
  onFile: (file: File) => void
}) {
  return (
    <DropZone
      className="drop"
      aria-label={props.words}
      onDrop={async (event) => {
        const item = event.items.find((each) => each.kind === 'file')
        if (item?.kind === 'file') props.onFile(await item.getFile())
      }}
    >
      <Icon name="spore" size={26} />
      <span className="drop-words">{props.words}</span>
      <FileTrigger
        acceptedFileTypes={[props.accept]}
        onSelect={(files) => {
          const file = files?.item(0)
          if (file) props.onFile(file)
        }}
      >
        <AriaButton className="button button-normal" isDisabled={props.busy}>
          {props.buttonLabel}
        </AriaButton>
      </FileTrigger>
    </DropZone>
  )
}
