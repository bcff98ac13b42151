/** What the parts of the double share, and the two small things they are all made with. */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { BrowserWindow } from './browser-window.ts'
import type { Chromium } from './chromium.ts'
import type { WebContents } from './web-contents.ts'

interface Host {
  chromium: Chromium | undefined
  appDir: string
  ready: boolean
  quitting: boolean
  readonly switches: Map<string, string>
  readonly windows: Map<number, BrowserWindow>
  readonly contents: Map<number, WebContents>
  /** What would have reached the desktop (links, dialogs, notifications), for tests to look at. */
  readonly calls: { api: string; args: unknown[] }[]
  nextId(): number
}

let lastId = 0

export const host: Host = {
  chromium: undefined,
  appDir: process.cwd(),
  ready: false,
  quitting: false,
  switches: new Map(),
  windows: new Map(),
  contents: new Map(),
  calls: [],
  nextId: () => ++lastId,
}

export function record(api: string, ...args: unknown[]): void {
  host.calls.push({ api, args })
}

export function browser(): Chromium {
  if (!host.chromium) throw new Error('electron-host: the browser has not started.')
  return host.chromium
}

/** `package.json` of the app that runs. */
export function appManifest(): { name?: string; productName?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(path.join(host.appDir, 'package.json'), 'utf8'))
  } catch {
    return {}
  }
}

export class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Asked for by the language, by test libraries or by loaders; undefined is a fine answer. */
const UNASKED = new Set([
  'then',
  'toJSON',
  'constructor',
  'prototype',
  'nodeType',
  'tagName',
  'dock',
  'asymmetricMatch',
  'inspect',
  '__esModule',
  'default',
  'length',
])

/** Makes members that do not exist throw when they are called, so that no test passes by accident. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(_target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value === 'function') {
        return isMethod(value, key) ? (value.bind(target) as unknown) : value
      }
      if (value !== undefined || typeof key === 'symbol' || key in target) return value
      if (key.startsWith('_') || UNASKED.has(key)) return undefined
      return () => {
        throw new Error(`electron-host: ${name}.${key} is not implemented`)
      }
    },
  })
}

/** Methods must see the object itself, not the proxy, to reach private fields. */
function isMethod(value: object, key: string | symbol): boolean {
  return (
    !(key in EventEmitter.prototype) && !/^class /.test(Function.prototype.toString.call(value))
  )
}
