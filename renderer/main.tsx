import { createRoot } from 'react-dom/client'
import { App } from './app/index.ts'
import './design/base.css'
import { createText } from './i18n/index.ts'
import { createRoute, createSettings, createWorld } from './state/index.ts'
import { createBrowserTime } from './time/index.ts'
import { createBridgeDoor, createConnection, createWebDoor, findBridge } from './transport/index.ts'

/** Puts the window together: the door to the node, what is known of it, and the screens. */
function openWindow(): void {
  const time = createBrowserTime()
  const bridge = findBridge(window)
  const code = takeOneTimeCode()
  const door = bridge
    ? createBridgeDoor(bridge)
    : createWebDoor({ origin: window.location.origin, code, kept: window.sessionStorage })
  const settings = createSettings(window.localStorage)
  const world = createWorld({
    connection: createConnection({ door, time }),
    time,
    settings,
    route: createRoute(window),
    isVisible: () => document.visibilityState === 'visible',
  })
  world.start()
  window.addEventListener('storage', () => settings.reread())
  window.addEventListener('pagehide', () => void world.deletions.flush())
  bridge?.onEnding(() => world.deletions.flush())

  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no root.')
  const text = createText(settings.store.getState().language)
  createRoot(root).render(<App world={world} text={text} bridge={bridge} />)
}

/** Takes the code of a one-time link out of the address, so that it is neither kept nor shared. */
function takeOneTimeCode(): string | undefined {
  const code = /^#code=([^&]+)/.exec(window.location.hash)?.[1]
  if (code !== undefined) window.history.replaceState(null, '', '#/')
  return code
}

openWindow()
