/** What only the window of the desktop app shows: links, and why its node does not run. */
import type { Page } from 'playwright'
import type { FakeNode } from '../fake-node.ts'
import { SAYS } from '../fake-router/says.ts'
import { openAt } from '../looking/opening.ts'
import { settle, shot } from './shot.ts'

/** What the desktop app gives its window: a line to the node, and why it ended. */
const BRIDGE = `window.mycelium = {
  platform: 'linux',
  startNode() {},
  onDeepLink(tell) {
    if (window.link) tell(window.link)
    return () => {}
  },
  onEnding: () => () => {},
  connect(onMessage, onClose) {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/rpc')
    const opened = new Promise((resolve) => socket.addEventListener('open', resolve))
    void opened.then(() => socket.send('{"token":"busy"}'))
    socket.addEventListener('message', ({ data }) => onMessage(data))
    socket.addEventListener('close', () => onClose(window.why))
    return {
      postMessage: (frame) => void opened.then(() => socket.send(frame)),
      close: () => socket.close(),
    }
  },
}`

const LINK = `window.link = 'mycelium://join?v=1&i=abc'`
const STOPPED = `window.why = { code: 'NODE_STOPPED', message: 'It was stopped.' }`
const TAKEN = `window.why = { code: 'ADDRESS_IN_USE', message: '${SAYS.portTaken}' }`

async function openWindow(page: Page, node: FakeNode, ...scripts: string[]): Promise<void> {
  for (const content of [BRIDGE, ...scripts]) await page.addInitScript({ content })
  await openAt(page, node.origin)
}

/** The window has seen its node, which then went away. */
async function lose(page: Page, node: FakeNode, why: string): Promise<void> {
  await openWindow(page, node)
  await page.getByText('nodes healthy').waitFor()
  await settle(page)
  await page.evaluate(why)
  node.setDown(true)
  node.cut()
}

export const DESKTOP = [
  shot('deep-link', 'busy', async (page, node) => {
    await openWindow(page, node, LINK)
    await page.getByRole('dialog').getByText('Invited by').waitFor()
    await settle(page)
  }),
  shot('stopped', 'busy', async (page, node) => {
    await lose(page, node, STOPPED)
    await page.getByText('stopped on purpose').waitFor()
    await settle(page)
  }),
  shot('not-started-again', 'busy', async (page, node) => {
    await lose(page, node, TAKEN)
    await page.getByText(SAYS.portTaken).waitFor()
    await settle(page)
  }),
  shot('starting-stopped', 'busy', async (page, node) => {
    node.setDown(true)
    await openWindow(page, node, STOPPED)
    await page.getByText('stopped on purpose').waitFor()
    await settle(page)
  }),
  shot('starting-failed', 'busy', async (page, node) => {
    node.setDown(true)
    await openWindow(page, node, TAKEN)
    await page.getByText(SAYS.portTaken).waitFor()
    await settle(page)
  }),
]
