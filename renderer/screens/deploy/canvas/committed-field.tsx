import { useState } from 'react'
import { TextField } from '../../../design/index.ts'

/** A field that counts when it is left, or by Enter: on its way to a name it would break what names it. */
export function CommittedField(props: {
  label: string
  value: string
  hint?: string
  problemOf: (text: string) => string | undefined
  onCommit: (text: string) => void
}) {
  const { value, problemOf } = props
  const [text, setText] = useState(value)
  const [shown, setShown] = useState(value)
  if (shown !== value) {
    setShown(value)
    setText(value)
  }
  const problem = text === value ? undefined : problemOf(text)
  const commit = (): void => {
    if (text !== value && problem === undefined) props.onCommit(text)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field within has the focus and the keys.
    <div onBlur={commit} onKeyDown={(event) => event.key === 'Enter' && commit()}>
      <TextField
        label={props.label}
        hint={props.hint}
        value={text}
        problem={problem}
        onChange={setText}
      />
    </div>
  )
}
