import { DropZone } from 'react-aria-components'
import { FileButton } from './file-button.tsx'
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
      <FileButton
        label={props.buttonLabel}
        accept={props.accept}
        busy={props.busy}
        onFile={props.onFile}
      />
    </DropZone>
  )
}
