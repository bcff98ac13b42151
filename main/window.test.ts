import { EventEmitter } from 'node:events'
import type { BrowserWindow } from 'electron'
import { expect, it, vi } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { createMemoryLogger } from '../node-core/base/log/index.ts'
import { RELOAD_FIRST_MS, RELOAD_FORGOTTEN_MS } from './limits.ts'
import { openAppWindow } from './window.ts'

function stage(load: () => Promise<void> = async () => {}) {
  const logger = createMemoryLogger()
  let loads = 0
  let isQuitting = false
  const clock = createSimClock()
  const webContents = Object.assign(new EventEmitter(), { setWindowOpenHandler: () => {} })
  const window = Object.assign(new EventEmitter(), {
    webContents,
    isDestroyed: () => false,
    async loadURL() {
      loads += 1
      return load()
    },
  })
  openAppWindow({
    createWindow: () => window as unknown as BrowserWindow,
    displays: () => [],
    state: { maximized: false, toldThatItRunsOn: true },
    saveState: () => {},
    ...{ preload: '', icon: '', isPackaged: true, isDark: false },
    isQuitting: () => isQuitting,
    openOutside: () => {},
    onRunsOn: () => {},
    ...{ clock, logger },
  })
  return {
    clock,
    lines: logger.lines,
    loads: () => loads,
    die: (reason: string) => webContents.emit('render-process-gone', {}, { reason }),
    quit: () => {
      isQuitting = true
    },
  }
}

it('loads its page again when that has died, and later each time it dies again soon', () => {
  const { clock, loads, die } = stage()
  die('crashed')
  expect(loads()).toBe(1)
  clock.advance(RELOAD_FIRST_MS)
  expect(loads()).toBe(2)
  die('oom')
  clock.advance(RELOAD_FIRST_MS)
  expect(loads()).toBe(2)
  clock.advance(RELOAD_FIRST_MS)
  expect(loads()).toBe(3)
  clock.advance(RELOAD_FORGOTTEN_MS)
  die('killed')
  clock.advance(RELOAD_FIRST_MS)
  expect(loads()).toBe(4)
})

it('leaves a page gone that ended by itself, or with the app', () => {
  const { clock, loads, die, quit } = stage()
  die('clean-exit')
  quit()
  die('killed')
  clock.advance(RELOAD_FORGOTTEN_MS)
  expect(loads()).toBe(1)
})

it('says in its log that its page did not come', async () => {
  const { lines } = stage(() => Promise.reject(new Error('ERR_FAILED (-2)')))
  const line = { level: 'error', fields: { reason: 'ERR_FAILED (-2)' } }
  await vi.waitFor(() => expect(lines).toMatchObject([line]))
})
