import { createStore, type StoreApi } from 'zustand/vanilla'
import { DEPLOY_WAYS, type DeployWay } from './route.ts'

export type Theme = 'system' | 'light' | 'dark'

export interface Settings {
  theme: Theme
  language: string
  /** By which way somebody deployed last. */
  deployWay: DeployWay
  /** The first run left a key without a copy: to be reminded of once (ADR 45). */
  keyOwed: boolean
}

export interface SettingsStore {
  store: StoreApi<Settings>
  change(part: Partial<Settings>): void
  /** Another window of the same person wrote them. */
  reread(): void
}

/** The part of `localStorage` that is needed. Preferences only: never a key or a token. */
export interface SettingsMemory {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

const KEY = 'mycelium.settings'

export function createSettings(memory: SettingsMemory, defaultLanguage = 'en'): SettingsStore {
  const store = createStore<Settings>(() => ({
    theme: 'system',
    language: defaultLanguage,
    deployWay: 'catalogue',
    keyOwed: false,
    ...readSettings(memory.getItem(KEY)),
  }))
  return {
    store,
    change(part) {
      store.setState(part)
      memory.setItem(KEY, JSON.stringify(store.getState()))
    },
    reread() {
      store.setState(readSettings(memory.getItem(KEY)))
    },
  }
}

function readSettings(text: string | null): Partial<Settings> {
  if (text === null) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Written by another version, or by hand: preferences are not worth an error.
    return {}
  }
  const theme: unknown = Reflect.get(Object(value), 'theme')
  const language: unknown = Reflect.get(Object(value), 'language')
  const way: unknown = Reflect.get(Object(value), 'deployWay')
  const keyOwed: unknown = Reflect.get(Object(value), 'keyOwed')
  const deployWay = DEPLOY_WAYS.find((each) => each === way)
  return {
    ...(deployWay && { deployWay }),
    ...(theme === 'system' || theme === 'light' || theme === 'dark' ? { theme } : {}),
    ...(typeof language === 'string' ? { language } : {}),
    ...(typeof keyOwed === 'boolean' ? { keyOwed } : {}),
  }
}
