import { afterEach, describe, expect, it, vi } from 'vitest'
import { LockedError } from './index.ts'
import { createWebDoor } from './web-door.ts'

const ORIGIN = 'http://127.0.0.1:7780'

/** A socket to a node that takes one token: another one it closes the line on. */
class NodeSocket extends EventTarget {
  readonly readyState = 1

  constructor() {
    super()
    queueMicrotask(() => this.dispatchEvent(new Event('open')))
  }

  send(message: unknown): void {
    const token = /^\{"token":"(.*)"\}$/.exec(String(message))?.[1]
    if (token === undefined) return
    told.push(token)
    if (token === 'right') return
    // The answer takes its way, after all that the page says in one go.
    setTimeout(() => this.dispatchEvent(Object.assign(new Event('close'), { code: 4401 })))
  }

  close(): void {}
}

let told: string[] = []

function storage() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

function onPage(kept: ReturnType<typeof storage>, code?: string) {
  vi.stubGlobal('WebSocket', NodeSocket)
  vi.stubGlobal('fetch', async () => Response.json({ token: 'right' }))
  return createWebDoor({ origin: ORIGIN, code, kept })
}

describe('the door of a browser window', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    told = []
  })

  it('opens again after a reload, when the code of its link is gone', async () => {
    const tab = storage()
    void onPage(tab, 'once').open()
    await vi.waitFor(() => expect(told).toEqual(['right']))
    void onPage(tab).open()
    await vi.waitFor(() => expect(told).toEqual(['right', 'right']))
  })

  it('is locked in a tab that no link opened', async () => {
    await expect(onPage(storage()).open()).rejects.toBeInstanceOf(LockedError)
  })

  it('forgets a token that the node refuses', async () => {
    const tab = storage()
    const door = onPage(tab)
    door.unlock?.('wrong')
    await expect(door.open()).rejects.toBeInstanceOf(LockedError)
    await expect(onPage(tab).open()).rejects.toBeInstanceOf(LockedError)
    expect(told).toEqual(['wrong'])
  })
})
