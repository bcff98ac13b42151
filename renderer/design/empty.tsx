import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Mark } from './mark.tsx'
import './page.css'

/** Nothing here yet: says what will be, and how to begin. */
export function Empty(props: {
  icon?: IconName
  /** It is all that the page says. */
  isPage?: boolean
  title: string
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className="empty">
      {props.icon ? <Icon name={props.icon} size={30} /> : <Mark size={44} />}
      {props.isPage ? <h1>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.children && <p>{props.children}</p>}
      {props.actions && <div className="empty-actions">{props.actions}</div>}
    </div>
  )
}

/** What happened, what was kept, what to do next. */
export function ProblemPanel(props: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="problem" role="alert">
      <Icon name="warning" size={20} />
      <strong>{props.title}</strong>
      {props.children && (
        <>
          <span />
          <p>{props.children}</p>
        </>
      )}
      {props.actions && <div className="problem-actions">{props.actions}</div>}
    </div>
  )
}

/** Holds the place of a list that is on its way. */
export function Waiting({ label, rows = 3 }: { label: string; rows?: number }) {
  return (
    <div className="waiting" role="status">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike.
        <div key={row} className="waiting-bar" aria-hidden="true" />
      ))}
    </div>
  )
}
