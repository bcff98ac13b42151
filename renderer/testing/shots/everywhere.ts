import { openAt } from '../looking/opening.ts'
import { go, press, type Shot, settle, shot } from './shot.ts'

/** This computer, and what can be opened anywhere. */
export const EVERYWHERE: Shot[] = [
  shot('computer', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await settle(page)
  }),
  shot('computer-broken', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await settle(page)
  }),
  shot('computer-leave', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await press(page, 'Leave the network')
    await page.getByText('It keeps the data of').waitFor()
    await settle(page)
  }),
  shot('computer-reclaim', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await press(page, /^Free /)
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('palette', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('l')
    await settle(page)
  }),
  shot('shortcuts', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('settings', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await press(page, 'Settings')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('lost', 'busy', async (page, node) => {
    await page.getByText('nodes healthy').waitFor()
    await settle(page)
    node.setDown(true)
    node.cut()
    await page.getByText('does not answer').waitFor()
    await settle(page)
  }),
  shot('deep-link', 'busy', async (page, node) => {
    await page.addInitScript({ content: BRIDGE })
    await openAt(page, node.origin)
    await page.getByRole('dialog').getByText('Invited by').waitFor()
    await settle(page)
  }),
]

/** What the desktop app gives its window: a line to the node, and a link that somebody opened. */
const BRIDGE = `window.mycelium = {
  platform: 'linux',
  onDeepLink(tell) {
    tell('mycelium://join?v=1&i=abc')
    return () => {}
  },
  connect(onMessage, onClose) {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/rpc')
    const opened = new Promise((resolve) => socket.addEventListener('open', resolve))
    void opened.then(() => socket.send('{"token":"busy"}'))
    socket.addEventListener('message', ({ data }) => onMessage(data))
    socket.addEventListener('close', onClose)
    return {
      postMessage: (frame) => void opened.then(() => socket.send(frame)),
      close: () => socket.close(),
    }
  },
}`
