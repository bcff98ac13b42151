import type { ReactNode } from 'react'
import {
  Checkbox as AriaCheckbox,
  NumberField as AriaNumberField,
  SearchField as AriaSearchField,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
  Button,
  FieldError,
  Group,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
} from 'react-aria-components'
import './field.css'
import { Icon } from './icon.tsx'

interface FieldProps {
  label: string
  hint?: ReactNode
  /** What is wrong with it, in words. */
  problem?: string | undefined
  disabled?: boolean
}

function Notes({ hint, problem }: Pick<FieldProps, 'hint' | 'problem'>) {
  return (
    <>
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-problem">{problem}</FieldError>
    </>
  )
}

interface TextFieldProps extends FieldProps {
  value: string
  onChange: (value: string) => void
  placeholder?: string
  autoFocus?: boolean
  required?: boolean
  mono?: boolean
  rows?: number
  /** What is typed is not shown. */
  hidden?: boolean
}

function common(props: TextFieldProps) {
  return {
    className: 'field',
    value: props.value,
    onChange: props.onChange,
    isInvalid: props.problem !== undefined,
    isDisabled: props.disabled ?? false,
    isRequired: props.required ?? false,
    autoFocus: props.autoFocus ?? false,
    validationBehavior: 'aria' as const,
  }
}

export function TextField(props: TextFieldProps) {
  return (
    <AriaTextField {...common(props)}>
      <Label className="field-label">{props.label}</Label>
      <Input
        className={props.mono ? 'input mono' : 'input'}
        placeholder={props.placeholder ?? ''}
        type={props.hidden ? 'password' : 'text'}
        autoComplete={props.hidden ? 'new-password' : 'off'}
        spellCheck={false}
      />
      <Notes hint={props.hint} problem={props.problem} />
    </AriaTextField>
  )
}

export function TextArea(props: TextFieldProps) {
  return (
    <AriaTextField {...common(props)}>
      <Label className="field-label">{props.label}</Label>
      <AriaTextArea
        className={`input input-area${props.mono ? ' mono' : ''}${props.hidden ? ' hidden' : ''}`}
        rows={props.rows ?? 4}
        placeholder={props.placeholder ?? ''}
        autoComplete="off"
        spellCheck={false}
      />
      <Notes hint={props.hint} problem={props.problem} />
    </AriaTextField>
  )
}

export function NumberField(
  props: FieldProps & {
    value: number
    min?: number
    max?: number
    lessLabel: string
    moreLabel: string
    onChange: (value: number) => void
  },
) {
  return (
    <AriaNumberField
      className="field"
      value={props.value}
      onChange={props.onChange}
      {...(props.min === undefined ? {} : { minValue: props.min })}
      {...(props.max === undefined ? {} : { maxValue: props.max })}
      isInvalid={props.problem !== undefined}
      isDisabled={props.disabled ?? false}
      validationBehavior="aria"
    >
      <Label className="field-label">{props.label}</Label>
      <Group className="stepper">
        <Button slot="decrement" className="stepper-button" aria-label={props.lessLabel}>
          <Icon name="minus" size={14} />
        </Button>
        <Input className="stepper-input figure" />
        <Button slot="increment" className="stepper-button" aria-label={props.moreLabel}>
          <Icon name="plus" size={14} />
        </Button>
      </Group>
      <Notes hint={props.hint} problem={props.problem} />
    </AriaNumberField>
  )
}

export function SelectField<T extends string>(
  props: FieldProps & {
    value: T
    options: readonly { id: T; label: string }[]
    onChange: (value: T) => void
  },
) {
  return (
    <Select
      className="field"
      value={props.value}
      onChange={(key) => {
        const chosen = props.options.find((option) => option.id === key)
        if (chosen) props.onChange(chosen.id)
      }}
      isInvalid={props.problem !== undefined}
      isDisabled={props.disabled ?? false}
      validationBehavior="aria"
    >
      <Label className="field-label">{props.label}</Label>
      <Button className="input select-button">
        <SelectValue />
        <Icon name="down" size={14} />
      </Button>
      <Notes hint={props.hint} problem={props.problem} />
      <Popover className="popover">
        <ListBox className="listbox">
          {props.options.map((option) => (
            <ListBoxItem key={option.id} id={option.id} className="listbox-item">
              {option.label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}

export function SearchField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  clearLabel: string
}) {
  return (
    <AriaSearchField
      className="search"
      aria-label={props.label}
      value={props.value}
      onChange={props.onChange}
      // What is looked for is found by now: Enter is no button of the form around it.
      onSubmit={() => {}}
    >
      <Icon name="search" size={16} />
      <Input className="search-input" placeholder={props.label} data-search="" />
      <Button className="icon-button icon-button-small search-clear" aria-label={props.clearLabel}>
        <Icon name="close" size={13} />
      </Button>
    </AriaSearchField>
  )
}

export function Checkbox(props: {
  children: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  return (
    <AriaCheckbox className="checkbox" isSelected={props.checked} onChange={props.onChange}>
      <span className="checkbox-box">
        <Icon name="check" size={14} />
      </span>
      <span>{props.children}</span>
    </AriaCheckbox>
  )
}
