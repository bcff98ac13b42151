import type { MenuItemConstructorOptions } from 'electron'
import { TEXT } from './text.ts'

/** The application menu: what the system's own shortcuts need, and nothing that is not ours. */
export function applicationMenu(isMac: boolean, quit: () => void): MenuItemConstructorOptions[] {
  const quitItem: MenuItemConstructorOptions = {
    id: 'quit',
    label: TEXT.tray.quit,
    accelerator: 'CommandOrControl+Q',
    click: quit,
  }
  const edit: MenuItemConstructorOptions = {
    label: TEXT.menu.edit,
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      { type: 'separator' },
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: TEXT.menu.view,
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
    ],
  }
  const window: MenuItemConstructorOptions = {
    label: TEXT.menu.window,
    submenu: [{ role: 'minimize' }, { role: 'close' }],
  }
  const first: MenuItemConstructorOptions = isMac
    ? {
        label: TEXT.product,
        submenu: [{ role: 'about' }, { type: 'separator' }, { role: 'hide' }, quitItem],
      }
    : { label: TEXT.menu.file, submenu: [quitItem] }
  return [first, edit, view, window]
}
