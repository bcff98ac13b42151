import { TextField } from '../../design/index.ts'

/** A whole number that may be left out, which a stepper cannot. */
export function DigitsField(props: {
  label: string
  hint?: string
  value: string
  placeholder?: string
  problem: string | undefined
  onChange: (digits: string) => void
}) {
  return (
    <TextField
      {...props}
      onChange={(text) => props.onChange(text.replace(/\D/g, '').slice(0, 9))}
    />
  )
}
