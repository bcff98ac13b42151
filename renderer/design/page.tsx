import type { ReactNode } from 'react'
import './page.css'

/** One screen: scrolls by itself, keeps its measure. */
export function Page({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <main className="page" id="content" tabIndex={-1}>
      <div className={wide ? 'page-inner page-inner-wide' : 'page-inner'}>{children}</div>
    </main>
  )
}

export function PageHeader(props: { title: ReactNode; detail?: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-header">
      <div className="page-titles">
        <h1>{props.title}</h1>
        {props.detail && <p className="quiet">{props.detail}</p>}
      </div>
      {props.children && <div className="page-actions">{props.children}</div>}
    </header>
  )
}
