/** What the page may not do, whoever wrote it: Electron's own security checklist, in one place. */
import type { Session, WebContents, WebPreferences } from 'electron'
import { ORIGIN } from './app-scheme.ts'

/** Every switch is written out, also where it is Electron's default, so that a change is seen. */
export function webPreferences(preload: string, isPackaged: boolean): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: !isPackaged,
  }
}

/** Whether a message came from the main frame of our own page. */
export function isOwnFrame(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && isOwnUrl(frame.url)
}

export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}` === ORIGIN
}

/** Only what a browser is for; a workload's own page on this computer's edge is plain http. */
export function mayOpenOutside(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username || password) return false
  if (protocol === 'https:') return true
  const isLoopback = hostname === '127.0.0.1' || /(^|\.)localhost$/.test(hostname)
  return protocol === 'http:' && isLoopback
}

/** The page needs no permission but to copy what a person presses Copy on. */
export function guardSession(session: Session): void {
  const granted = (permission: string): boolean => permission === 'clipboard-sanitized-write'
  session.setPermissionRequestHandler((contents, permission, decide) => {
    decide(granted(permission) && isOwnUrl(contents.getURL()))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => {
    return granted(permission) && isOwnUrl(origin)
  })
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !mayLoad(url) }))
}

/** Own files and what they make in memory; the developer tools bring their own. */
export function mayLoad(url: string): boolean {
  return isOwnUrl(url) || /^(data|devtools):/.test(url) || url.startsWith(`blob:${ORIGIN}/`)
}

/** The page stays where it is: links leave to the system's browser, or nowhere. */
export function guardContents(contents: WebContents, openOutside: (url: string) => void): void {
  const leave = (url: string): void => {
    if (mayOpenOutside(url)) openOutside(url)
  }
  contents.setWindowOpenHandler(({ url }) => {
    leave(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event) => {
    if (isOwnUrl(event.url)) return
    event.preventDefault()
    leave(event.url)
  })
  contents.on('will-redirect', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}
