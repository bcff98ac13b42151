import type { ReactNode } from 'react'
import { Button as AriaButton, Link, Tooltip, TooltipTrigger } from 'react-aria-components'
import './button.css'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps {
  children: ReactNode
  /** `primary` at most once on a page; `danger` for what ends something. */
  kind?: 'primary' | 'normal' | 'plain' | 'danger'
  icon?: IconName
  type?: 'button' | 'submit'
  disabled?: boolean
  busy?: boolean
  autoFocus?: boolean
  onPress?: () => void
}

export function Button({ children, kind = 'normal', icon, type = 'button', ...rest }: ButtonProps) {
  const { disabled = false, busy = false, autoFocus = false, onPress } = rest
  return (
    <AriaButton
      className={`button button-${kind}`}
      // While it is busy it keeps the focus, and does nothing: a disabled button would drop it.
      type={busy ? 'button' : type}
      isDisabled={disabled}
      autoFocus={autoFocus}
      {...(onPress && !busy ? { onPress } : {})}
    >
      {busy ? (
        <span className="spinner" aria-hidden="true" />
      ) : (
        icon && <Icon name={icon} size={16} />
      )}
      <span>{children}</span>
    </AriaButton>
  )
}

/** Looks like a button, goes somewhere. */
export function ButtonLink(props: {
  children: ReactNode
  href: string
  icon?: IconName
  kind?: 'primary' | 'normal' | 'plain'
  external?: boolean
}) {
  const { children, href, icon, kind = 'normal', external = false } = props
  return (
    <Link
      className={`button button-${kind}`}
      href={href}
      {...(external ? { target: '_blank', rel: 'noreferrer' } : {})}
    >
      {icon && <Icon name={icon} size={16} />}
      <span>{children}</span>
    </Link>
  )
}

export function IconButton(props: {
  icon: IconName
  label: string
  onPress: () => void
  disabled?: boolean
}) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton
        className="icon-button"
        aria-label={props.label}
        isDisabled={props.disabled ?? false}
        onPress={props.onPress}
      >
        <Icon name={props.icon} />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {props.label}
      </Tooltip>
    </TooltipTrigger>
  )
}
