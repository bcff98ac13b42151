import path from 'node:path'
import type { MenuItemConstructorOptions, Tray } from 'electron'
import { TEXT } from './text.ts'
import { type NodeView, trayMenuOf } from './tray-menu.ts'

export interface TrayDeps {
  createTray(image: string): Pick<Tray, 'setToolTip' | 'setImage' | 'setContextMenu' | 'on'>
  buildMenu(template: MenuItemConstructorOptions[]): Electron.Menu
  /** Holds `tray.png` and `tray-attention.png`. */
  iconFolder: string
  open(): void
  /** Starts the node that does not run. */
  start(): void
  quit(): void
}

/** The icon that stays when the window is closed. */
export function createTrayIcon(deps: TrayDeps): { show(view: NodeView): void } {
  const images = {
    calm: path.join(deps.iconFolder, 'tray.png'),
    attention: path.join(deps.iconFolder, 'tray-attention.png'),
  }
  const tray = deps.createTray(images.calm)
  tray.on('click', deps.open)
  return {
    show(view) {
      const { state, icon, runs } = trayMenuOf(view)
      const { quit, quitNow } = TEXT.tray
      tray.setImage(images[icon])
      tray.setToolTip(`${TEXT.product}: ${state}`)
      tray.setContextMenu(
        deps.buildMenu([
          { id: 'state', label: state, enabled: false },
          ...(runs.length > 0 ? [{ type: 'separator' as const }, ...runs] : []),
          { type: 'separator' },
          ...(view.phase === 'down'
            ? [{ id: 'start', label: TEXT.tray.start, click: deps.start }]
            : []),
          { id: 'open', label: TEXT.tray.open, click: deps.open },
          {
            id: 'quit',
            label: view.phase === 'handingOver' ? quitNow : quit,
            click: deps.quit,
          },
        ]),
      )
    },
  }
}
