/** What reaches the system outside the app: recorded, and answered by the test where it asks. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { app } from './application.ts'
import { host, record, strict } from './host.ts'
import { fileResponse } from './own-schemes.ts'

export const shell = strict('shell', {
  openExternal: async (url: string): Promise<void> => record('shell.openExternal', url),
  async openPath(file: string): Promise<string> {
    record('shell.openPath', file)
    return ''
  },
  showItemInFolder: (file: string): void => record('shell.showItemInFolder', file),
  trashItem: async (file: string): Promise<void> => record('shell.trashItem', file),
  beep: (): void => {},
})

interface MessageAnswer {
  response: number
  checkboxChecked: boolean
}
export const dialog = strict('dialog', {
  /** Answers that a test has put here are given first. */
  _next: [] as MessageAnswer[],
  async showMessageBox(...args: unknown[]): Promise<MessageAnswer> {
    const options = args.at(-1) as { cancelId?: number }
    record('dialog.showMessageBox', options)
    return this._next.shift() ?? { response: options.cancelId ?? 0, checkboxChecked: false }
  },
  async showOpenDialog(...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    record('dialog.showOpenDialog', args.at(-1))
    return { canceled: true, filePaths: [] }
  },
  async showSaveDialog(...args: unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    record('dialog.showSaveDialog', args.at(-1))
    return { canceled: true, filePath: '' }
  },
  showErrorBox: (title: string, content: string): void => {
    record('dialog.showErrorBox', title, content)
  },
})

let clipboardText = ''
export const clipboard = strict('clipboard', {
  readText: (): string => clipboardText,
  writeText: (text: string): void => {
    clipboardText = text
  },
  clear: (): void => {
    clipboardText = ''
  },
})

const AREA = { x: 0, y: 0, width: 1280, height: 800 }
const DISPLAY = {
  id: 1,
  scaleFactor: 1,
  bounds: AREA,
  workArea: AREA,
  workAreaSize: { width: AREA.width, height: AREA.height },
  size: { width: AREA.width, height: AREA.height },
}
export const screen = strict(
  'screen',
  Object.assign(new EventEmitter(), {
    getPrimaryDisplay: () => DISPLAY,
    getAllDisplays: () => [DISPLAY],
    getDisplayMatching: () => DISPLAY,
    getCursorScreenPoint: () => ({ x: 0, y: 0 }),
  }),
)

/** AES-256-GCM under a key in the user data folder, where Electron would ask the keyring. */
export const safeStorage = strict('safeStorage', {
  isEncryptionAvailable: (): boolean => host.ready && process.env.ELECTRON_HOST_NO_KEYRING !== '1',
  getSelectedStorageBackend: (): string => 'basic_text',
  encryptString(text: string): Buffer {
    if (!this.isEncryptionAvailable()) {
      throw new Error('Error while encrypting the text provided to safeStorage.encryptString.')
    }
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', storageKey(), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.from('v10'), nonce, cipher.getAuthTag(), sealed])
  },
  decryptString(bytes: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', storageKey(), bytes.subarray(3, 15))
    decipher.setAuthTag(bytes.subarray(15, 31))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(31)), decipher.final()]).toString('utf8')
    } catch (cause) {
      const message = 'Error while decrypting the ciphertext provided to safeStorage.decryptString.'
      throw new Error(message, { cause })
    }
  },
})

function storageKey(): Buffer {
  const file = path.join(app.getPath('userData'), 'electron-host-safe-storage')
  mkdirSync(path.dirname(file), { recursive: true })
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 })
  return readFileSync(file)
}

export const powerMonitor = strict(
  'powerMonitor',
  Object.assign(new EventEmitter(), {
    getSystemIdleTime: (): number => 0,
    getSystemIdleState: (): string => 'active',
    isOnBatteryPower: (): boolean => false,
    onBatteryPower: false,
  }),
)

export const powerSaveBlocker = strict('powerSaveBlocker', {
  start(type: string): number {
    record('powerSaveBlocker.start', type)
    return 1
  },
  stop: (): boolean => true,
  isStarted: (): boolean => true,
})

export const crashReporter = strict('crashReporter', {
  start: (options: unknown): void => record('crashReporter.start', options),
})

export const net = strict('net', {
  fetch: (input: string | Request, init?: RequestInit): Promise<Response> => {
    const url = typeof input === 'string' ? input : input.url
    return url.startsWith('file:') ? fileResponse(url) : fetch(input, init)
  },
  isOnline: (): boolean => true,
  online: true,
})
