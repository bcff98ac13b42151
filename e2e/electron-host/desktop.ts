/** Tray, menus and notifications: never drawn; a test reads them and presses their items. */
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { BrowserWindow } from './browser-window.ts'
import { PreventableEvent, record, strict } from './host.ts'

interface ItemOptions {
  id?: string
  label?: string
  type?: string
  role?: string
  enabled?: boolean
  visible?: boolean
  checked?: boolean
  accelerator?: string
  submenu?: Menu | ItemOptions[]
  click?: (item: MenuItem, window: BrowserWindow | null, event: object) => void
}

export class MenuItem {
  readonly id: string
  readonly type: string
  readonly role: string | undefined
  readonly submenu: Menu | undefined
  readonly click: (event?: object, window?: BrowserWindow | null) => void
  label: string
  enabled: boolean
  visible: boolean
  checked: boolean

  constructor(options: ItemOptions) {
    const { submenu, click } = options
    this.id = options.id ?? ''
    this.label = options.label ?? ''
    this.type = options.type ?? (submenu ? 'submenu' : 'normal')
    this.role = options.role
    this.enabled = options.enabled ?? true
    this.visible = options.visible ?? true
    this.checked = options.checked ?? false
    this.submenu = Array.isArray(submenu) ? Menu.buildFromTemplate(submenu) : submenu
    this.click = (event = {}, window = BrowserWindow.getFocusedWindow()) => {
      if (this.type === 'checkbox') this.checked = !this.checked
      click?.(this, window, event)
    }
  }
}

export class Menu extends EventEmitter {
  static #applicationMenu: Menu | null = null
  readonly items: MenuItem[] = []

  static setApplicationMenu(menu: Menu | null): void {
    Menu.#applicationMenu = menu
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#applicationMenu
  }
  static buildFromTemplate(template: (ItemOptions | MenuItem)[]): Menu {
    const menu = new Menu()
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item))
    return menu
  }
  append(item: MenuItem): void {
    this.items.push(item)
  }
  insert(position: number, item: MenuItem): void {
    this.items.splice(position, 0, item)
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
  popup(): void {
    const labels = this.items.map(({ label }) => label)
    record('Menu.popup', labels)
  }
}

export class Tray extends EventEmitter {
  static _all: Tray[] = []
  _toolTip = ''
  _menu: Menu | null = null
  _image: unknown
  #title = ''
  #destroyed = false

  constructor(image: unknown) {
    super()
    if (typeof image === 'string' && !existsSync(image)) {
      throw new Error(`Failed to load image from path '${image}'`)
    }
    this._image = image
    Tray._all.push(this)
    // biome-ignore lint/correctness/noConstructorReturn: everyone must see the strict proxy.
    return strict('Tray', this)
  }
  setToolTip(text: string): void {
    this._toolTip = text
  }
  setTitle(title: string): void {
    this.#title = title
  }
  getTitle(): string {
    return this.#title
  }
  setImage(image: unknown): void {
    this._image = image
  }
  setContextMenu(menu: Menu | null): void {
    this._menu = menu
  }
  popUpContextMenu(): void {
    this._menu?.popup()
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  destroy(): void {
    this.#destroyed = true
    Tray._all = Tray._all.filter((tray) => tray !== this)
  }
}

export class Notification extends EventEmitter {
  static readonly _all: Notification[] = []
  readonly #options: { title?: string; body?: string }

  constructor(options: { title?: string; body?: string } = {}) {
    super()
    this.#options = options
  }
  static isSupported(): boolean {
    return true
  }
  get title(): string {
    return this.#options.title ?? ''
  }
  get body(): string {
    return this.#options.body ?? ''
  }
  show(): void {
    Notification._all.push(this)
    record('Notification.show', this.#options)
    this.emit('show', new PreventableEvent())
  }
  close(): void {
    this.emit('close', new PreventableEvent())
  }
}
