import { EventEmitter } from 'node:events'
import type { IpcMain } from 'electron'
import { beforeEach, describe, expect, it } from 'vitest'
import { MyceliumError } from '../node-core/base/errors/index.ts'
import { createMemoryLogger } from '../node-core/base/log/index.ts'
import { WINDOW_URL } from './app-scheme.ts'
import { CHANNELS } from './channels.ts'
import { LINES_MAX } from './limits.ts'
import { serveLines } from './lines.ts'
import type { LinePort } from './node-session.ts'

/** A page as the lines see it, keeping what was sent to it. */
class Page extends EventEmitter {
  readonly sent: unknown[][] = []
  url = WINDOW_URL
  isDestroyed(): boolean {
    return false
  }
  send(...message: unknown[]): void {
    this.sent.push(message)
  }
}

/** A node's end that answers every frame with itself, twice. */
interface End {
  port: LinePort
  detached: boolean
}

let ipcMain: EventEmitter
let page: Page
let ends: End[]
let logger: ReturnType<typeof createMemoryLogger>
let ended: unknown[]
let starts: number
let attach: (port: LinePort) => Promise<() => void>

const say = (channel: string, ...args: unknown[]): void => {
  const senderFrame = { url: page.url, parent: null }
  ipcMain.emit(channel, { sender: page, senderFrame }, ...args)
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  ipcMain = new EventEmitter()
  page = new Page()
  ends = []
  ended = []
  starts = 0
  logger = createMemoryLogger()
  attach = async (port) => {
    const end = { port, detached: false }
    ends.push(end)
    port.addEventListener('message', ({ data }) => port.postMessage(`${data}${data}`))
    return () => {
      end.detached = true
    }
  }
  serveLines({
    ipcMain: ipcMain as unknown as IpcMain,
    attach: (port) => attach(port),
    onStartNode: () => void starts++,
    onWantLinks: (send) => send('mycelium://join'),
    onEnded: (contents) => void ended.push(contents),
    logger,
  })
})

describe('a line', () => {
  it('carries frames both ways', async () => {
    say(CHANNELS.open, 1)
    await settled()
    say(CHANNELS.frame, 1, 'ab')
    expect(page.sent).toEqual([[CHANNELS.frame, 1, 'abab']])
  })

  it('keeps frames that come before the node is there', async () => {
    say(CHANNELS.open, 1)
    say(CHANNELS.frame, 1, 'a')
    say(CHANNELS.frame, 1, 'b')
    await settled()
    expect(page.sent.map((message) => message[2])).toEqual(['aa', 'bb'])
  })

  it('is closed towards the window with the reason when there is no node', async () => {
    attach = () => Promise.reject(new Error('no node'))
    say(CHANNELS.open, 7)
    await settled()
    expect(page.sent).toEqual([[CHANNELS.close, 7, { code: 'NO_NODE', message: 'no node' }]])
    const taken = new MyceliumError('ADDRESS_IN_USE', 'Port 7780 is taken.')
    attach = () => Promise.reject(taken)
    say(CHANNELS.open, 8)
    await settled()
    const why = { code: taken.code, message: taken.message }
    expect(page.sent.at(-1)).toEqual([CHANNELS.close, 8, why])
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
  })

  it('tells of a node that was stopped on purpose without a warning each time', async () => {
    attach = () => Promise.reject(new MyceliumError('NODE_STOPPED', 'Stopped.'))
    say(CHANNELS.open, 1)
    await settled()
    const why = { code: 'NODE_STOPPED', message: 'Stopped.' }
    expect(page.sent).toEqual([[CHANNELS.close, 1, why]])
    expect(logger.lines.map(({ level }) => level)).toEqual(['debug'])
    say(CHANNELS.start)
    expect(starts).toBe(1)
  })

  it('ends with the window, with the page, and by the window’s word', async () => {
    for (const id of [1, 2]) say(CHANNELS.open, id)
    await settled()
    say(CHANNELS.close, 1)
    expect(ends.map(({ detached }) => detached)).toEqual([true, false])
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    expect(ends.every(({ detached }) => detached)).toBe(true)
    say(CHANNELS.open, 3)
    await settled()
    page.emit('destroyed')
    expect(ends.every(({ detached }) => detached)).toBe(true)
  })

  it('is not opened for a foreign frame, and none of its frames is taken', async () => {
    page.url = 'https://example.com/'
    say(CHANNELS.open, 1)
    say(CHANNELS.wantLinks)
    say(CHANNELS.start)
    say(CHANNELS.ended)
    await settled()
    expect([...ends, ...ended]).toEqual([])
    expect(starts).toBe(0)
    expect(page.sent).toEqual([])
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'warn'])
  })

  it('takes only ids and frames that are what they should be', async () => {
    for (const id of [0, -1, 1.5, '1', null, {}]) say(CHANNELS.open, id)
    await settled()
    expect(ends).toEqual([])
    say(CHANNELS.open, 1)
    await settled()
    for (const frame of [undefined, 5, { a: 1 }, ['x']]) say(CHANNELS.frame, 1, frame)
    say(CHANNELS.frame, 2, 'of no line')
    expect(page.sent).toEqual([])
  })

  it('is not counted any more once the node’s side has ended it', async () => {
    for (let id = 1; id <= 2 * LINES_MAX; id++) {
      say(CHANNELS.open, id)
      await settled()
      ends.at(-1)?.port.close()
    }
    expect(ends).toHaveLength(2 * LINES_MAX)
    expect(logger.lines).toEqual([])
  })

  it('is one of a bounded number, and no id is used twice', async () => {
    for (let id = 1; id <= LINES_MAX + 1; id++) say(CHANNELS.open, id)
    await settled()
    expect(ends).toHaveLength(LINES_MAX)
    expect(page.sent).toEqual([[CHANNELS.close, LINES_MAX + 1]])
    say(CHANNELS.open, 1)
    await settled()
    expect(ends).toHaveLength(LINES_MAX)
  })

  it('is not needed for links, nor for the window’s last word', () => {
    say(CHANNELS.ended)
    expect(ended).toEqual([page])
    say(CHANNELS.wantLinks)
    expect(page.sent).toEqual([[CHANNELS.link, 'mycelium://join']])
  })
})
