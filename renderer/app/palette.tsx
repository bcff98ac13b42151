import { type KeyboardEvent, useState } from 'react'
import type { Status } from '../../node-core/api/contract/index.ts'
import { Dialog, Icon, type IconName } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { type Route, useResource, useWorld } from '../state/index.ts'
import { toProblem } from '../transport/index.ts'
import './palette.css'
import { rank } from './rank.ts'
import type { Overlay } from './shell.tsx'

interface PaletteProps {
  status: Status
  onClose: () => void
  onOpen: (overlay: Overlay) => void
}

interface Entry {
  id: string
  title: string
  /** Other words that it is looked for by. */
  also: readonly string[]
  kind: string
  icon: IconName
  run: () => void
}

const SHOWN_MAX = 9

/** Everything by name: places, nodes, workloads, and what can be done from anywhere. */
export function Palette({ status, onClose, onOpen }: PaletteProps) {
  const { t } = useText()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const entries = useEntries({ status, onClose, onOpen })
  const found = rank(entries, query, ({ title, also }) => [title, ...also]).slice(0, SHOWN_MAX)
  const chosen = found[Math.min(at, found.length - 1)]

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((index) => (index + step + found.length) % Math.max(1, found.length))
    }
    if (event.key === 'Enter') chosen?.run()
  }

  return (
    <Dialog bare title={t('shell.palette.title')} closeLabel={t('words.close')} onClose={onClose}>
      <div className="palette-field">
        <Icon name="search" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={chosen ? `palette-${chosen.id}` : undefined}
          aria-label={t('shell.palette.title')}
          placeholder={t('shell.palette.field')}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        className="palette-list"
        id="palette-list"
        role="listbox"
        aria-label={t('shell.palette.title')}
      >
        {found.map((entry) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
          <div
            key={entry.id}
            id={`palette-${entry.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={entry === chosen}
            className="palette-entry"
            onClick={entry.run}
            onPointerMove={() => setAt(found.indexOf(entry))}
          >
            <Icon name={entry.icon} />
            <span className="palette-title">{entry.title}</span>
            <span className="palette-kind">{entry.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="palette-empty" role="status">
          {t('shell.palette.empty')}
        </p>
      )}
    </Dialog>
  )
}

function useEntries({ status, onClose, onOpen }: PaletteProps): Entry[] {
  const { t } = useText()
  const world = useWorld()
  const nodes = useResource(world.nodes).data ?? []
  const workloads = useResource(world.workloads).data ?? []
  const go = (route: Route) => () => {
    onClose()
    world.route.go(route)
  }
  const place = (word: 'network' | 'workloads' | 'deploy' | 'computer', route: Route): Entry => ({
    id: `go-${word}`,
    title: t(`shell.${word}`),
    also: [],
    kind: t('shell.palette.goTo', { place: '' }).trim(),
    icon: word,
    run: go(route),
  })
  const action = (id: string, title: string, icon: IconName, run: () => void): Entry => ({
    id,
    title,
    also: [],
    kind: t('shell.palette.action'),
    icon,
    run,
  })
  const resync = async (): Promise<void> => {
    onClose()
    try {
      await world.client().nodes.resync()
      world.toasts.show({ text: t('shell.palette.resyncDone') })
    } catch (error) {
      const { message } = toProblem(error)
      world.toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  const mayInvite = status.node.permissions.some((each) => each === 'invite' || each === 'admin')
  return [
    place('network', { at: 'network', view: 'map' }),
    {
      ...place('network', { at: 'network', view: 'proposals' }),
      ...{ id: 'go-proposals', title: t('proposals.tab'), icon: 'ballot' },
    },
    place('workloads', { at: 'workloads' }),
    place('deploy', { at: 'deploy' }),
    place('computer', { at: 'computer' }),
    ...(mayInvite
      ? [action('invite', t('shell.palette.invite'), 'invite', () => onOpen('invite'))]
      : []),
    action('settings', t('shell.settings'), 'settings', () => onOpen('settings')),
    {
      ...action('theme', t('shell.palette.theme'), 'settings', () => onOpen('settings')),
      also: [t('shell.palette.themeWords')],
    },
    action('owner', t('shell.owner.computer.title'), 'computer', () => onOpen('owner')),
    action('keys', t('shell.palette.shortcuts'), 'keyboard', () => onOpen('shortcuts')),
    action('resync', t('shell.palette.resync'), 'network', () => void resync()),
    ...workloads.map(({ name }) => ({
      id: `workload-${name}`,
      title: name,
      also: [],
      kind: t('shell.palette.workload'),
      icon: 'box' as const,
      run: go({ at: 'workload', name, tab: 'instances' }),
    })),
    ...nodes.map(({ id, name }) => ({
      id: `node-${id}`,
      title: name,
      also: [],
      kind: t('shell.palette.node'),
      icon: 'computer' as const,
      run: go({ at: 'network', view: 'map', node: id }),
    })),
  ]
}
