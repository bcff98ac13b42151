import './page.css'

/** Parts of one page, each with an address of its own. */
export function TabBar(props: {
  label: string
  tabs: readonly { href: string; label: string; current: boolean }[]
}) {
  return (
    <nav className="tabs" aria-label={props.label}>
      {props.tabs.map((tab) => (
        <a
          key={tab.href}
          className="tab"
          href={tab.href}
          {...(tab.current ? { 'aria-current': 'page' } : {})}
        >
          {tab.label}
        </a>
      ))}
    </nav>
  )
}
