import { Fragment, useEffect, useRef } from 'react'
import { Dialog } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { type Route, useWorld } from '../state/index.ts'
import type { Overlay } from './shell.tsx'

const PLACES: Record<string, Route> = {
  n: { at: 'network', view: 'map' },
  w: { at: 'workloads' },
  d: { at: 'deploy' },
  c: { at: 'computer' },
}
/** Comes before the letter of a place. */
const CHORD = 'g'
/** How long it waits for that letter. */
const CHORD_MS = 1_200

export function commandKey(platform: string): string {
  return /darwin|mac/i.test(platform) ? '⌘' : 'Ctrl'
}

/** Keys that work everywhere, except while somebody writes. */
export function useShortcuts(onOpen: (overlay: Overlay) => void): void {
  const { time, route, toasts } = useWorld()
  const chordAtMs = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // A question in front of everything may hold what is shown once: it is answered first.
      if (document.querySelector('.veil')) return
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onOpen('palette')
        return
      }
      if (isWriting(event.target)) return
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
        if (toasts.undo()) event.preventDefault()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const place = time.now() - chordAtMs.current < CHORD_MS ? PLACES[event.key] : undefined
      chordAtMs.current = event.key === CHORD ? time.now() : Number.NEGATIVE_INFINITY
      if (place) route.go(place)
      else if (event.key === '?') onOpen('shortcuts')
      else if (event.key === '/' && focusSearch()) event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [time, route, toasts, onOpen])
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('[data-search]')
  field?.focus()
  return field !== null
}

export function ShortcutsDialog(props: { platform: string; onClose: () => void }) {
  const { t } = useText()
  const rows: [string, string[]][] = [
    [t('shell.shortcuts.palette'), [commandKey(props.platform), 'K']],
    [t('shell.shortcuts.search'), ['/']],
    [t('shell.shortcuts.undo'), [commandKey(props.platform), 'Z']],
    [t('shell.shortcuts.network'), [CHORD, 'n']],
    [t('shell.shortcuts.workloads'), [CHORD, 'w']],
    [t('shell.shortcuts.deploy'), [CHORD, 'd']],
    [t('shell.shortcuts.computer'), [CHORD, 'c']],
    [t('shell.shortcuts.map'), ['← ↑ ↓ →', '+', '-', '0']],
    [t('shell.shortcuts.escape'), ['Esc']],
    [t('shell.shortcuts.help'), ['?']],
  ]
  return (
    <Dialog
      title={t('shell.shortcuts.title')}
      closeLabel={t('words.close')}
      onClose={props.onClose}
    >
      <dl className="shortcut-list">
        {rows.map(([what, keys]) => (
          <div key={what} style={{ display: 'contents' }}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key, at) => (
                <Fragment key={key}>
                  {at === 1 && keys[0] === CHORD && (
                    <span className="quiet small">{t('shell.shortcuts.chord')}</span>
                  )}
                  <kbd className="key">{key}</kbd>
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
