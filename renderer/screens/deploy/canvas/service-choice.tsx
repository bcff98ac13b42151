import { SelectField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { nameOf } from '../draft/index.ts'
import { type Bodies, partNameOf } from './bodies.ts'

/** Which workload of the draft. */
export function ServiceChoice(props: {
  label: string
  bodies: Bodies
  /** Those to choose from. */
  among: readonly number[]
  value: number
  onChange: (index: number) => void
}) {
  const { t } = useText()
  return (
    <SelectField
      label={props.label}
      value={String(props.value)}
      options={props.among.map((index) => ({
        id: String(index),
        label: nameOf(props.bodies[index] ?? {}) || t('canvas.unnamed'),
      }))}
      onChange={(id) => props.onChange(Number(id))}
    />
  )
}

/** Which container of a workload; nothing to ask where there is one. */
export function PartChoice(props: {
  bodies: Bodies
  index: number
  among?: readonly number[]
  value: number
  onChange: (part: number) => void
}) {
  const { t } = useText()
  const { containers = [] } = props.bodies[props.index] ?? {}
  const among = props.among ?? [...containers.keys()]
  if (among.length < 2) return null
  return (
    <SelectField
      label={t('canvas.inContainer')}
      value={String(props.value)}
      options={among.flatMap((part) => {
        const container = containers[part]
        return container ? [{ id: String(part), label: partNameOf(container) }] : []
      })}
      onChange={(id) => props.onChange(Number(id))}
    />
  )
}
