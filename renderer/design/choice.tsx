import type { ReactNode } from 'react'
import {
  type Key,
  Label,
  Radio,
  RadioGroup,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components'
import './choice.css'
import { Icon, type IconName } from './icon.tsx'

/** A question with few answers, each with a line that says what it means. */
export function ChoiceGroup<T extends string>(props: {
  label: string
  /** Hides the label from sight where a heading says the same. */
  labelHidden?: boolean
  value: T
  onChange: (value: T) => void
  children: ReactNode
}) {
  return (
    <RadioGroup
      className="choices"
      value={props.value}
      // The children are Choices of the same T; the group itself only knows strings.
      onChange={(value) => props.onChange(value as T)}
    >
      <Label className={props.labelHidden ? 'sr-only' : 'field-label'}>{props.label}</Label>
      {props.children}
    </RadioGroup>
  )
}

export function Choice(props: {
  value: string
  title: string
  detail?: ReactNode
  icon?: IconName
  autoFocus?: boolean
}) {
  return (
    <Radio className="choice" value={props.value} autoFocus={props.autoFocus ?? false}>
      {props.icon && (
        <span className="choice-icon">
          <Icon name={props.icon} size={20} />
        </span>
      )}
      <span className="choice-words">
        <span className="choice-title">{props.title}</span>
        {props.detail && <span className="choice-detail">{props.detail}</span>}
      </span>
      <span className="choice-dot" aria-hidden="true" />
    </Radio>
  )
}

/** Two to four short answers side by side. */
export function Segmented<T extends string>(props: {
  label: string
  value: T
  options: readonly { id: T; label: string; icon?: IconName }[]
  onChange: (value: T) => void
}) {
  const choose = (keys: Set<Key>): void => {
    const chosen = props.options.find((option) => keys.has(option.id))
    if (chosen) props.onChange(chosen.id)
  }
  return (
    <ToggleButtonGroup
      className="segmented"
      aria-label={props.label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.value]}
      onSelectionChange={choose}
    >
      {props.options.map((option) => (
        <ToggleButton key={option.id} id={option.id} className="segment">
          {option.icon && <Icon name={option.icon} size={15} />}
          <span>{option.label}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
