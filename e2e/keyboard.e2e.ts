/** The whole window by keyboard alone, on a real node: reached, seen, never caught, nothing lost. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright'
import { LISTEN } from './harness/cluster.ts'
import { pressOn, seeTheFocus, tour, walkTo, whereOn, writeInto } from './harness/keyboard.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'
import { browserUnavailable, openAgain, openBrowser, openWindow } from './harness/window.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const missing = browserUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

describe(`the window by keyboard${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let browser: Browser
  let ada: TestNode
  let ben: TestNode
  let page: Page

  before(async () => {
    browser = await openBrowser()
    ada = createTestNode('ada', { DOCKER_HOST: 'unix:///nowhere.sock' })
    ben = createTestNode('ben', { DOCKER_HOST: 'unix:///nowhere.sock' })
    await ada.up(...LISTEN)
    page = await openWindow(browser, ada)
    page.setDefaultTimeout(15_000)
  })
  after(async () => {
    await browser?.close()
    await Promise.all([ada?.remove(), ben?.remove()])
  })

  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor()
  /** Each step begins where the last one ended, so one that failed is told once. */
  let failed = false
  const step = (name: string, act: () => Promise<void>) =>
    it(name, async (test) => {
      if (failed) return test.skip('an earlier step failed')
      failed = true
      await act()
      failed = false
    })
  /** The focus moves in the frame after what had it went away. */
  const isOn = (wanted: RegExp) =>
    until(`the focus on ${wanted}`, 3_000, async () => {
      const { name } = await whereOn(page)
      if (wanted.test(name)) return true
      throw new Error(name)
    })
  /** As at a later start: what the window remembers is all that it has of before. */
  const startAgain = async () => {
    await openAgain(page, ada)
    await sees('You are the first thread')
  }
  const healthyCopies = (count: number) =>
    until(`${count} healthy copies`, 30_000, async () => {
      return (await page.getByRole('row').filter({ hasText: 'Running, healthy' }).count()) === count
    })

  step('starts a network on the first run', async () => {
    await isOn(/^button Begin/)
    await tour(page)
    await pressOn(page, /^button Begin/)
    await isOn(/^radio Start/)
    await press('ArrowDown')
    await isOn(/^radio Join with an invite/)
    await press('ArrowUp')
    await tour(page)
    await pressOn(page, /^button Continue/)
    await isOn(/Name of the network/)
    await writeInto(page, /Name of the network/, 'Elm Street')
    await writeInto(page, /Name of this computer/, 'attic')
    await press('Enter')
    await sees('Two good next steps')
    await tour(page)
    await pressOn(page, /^button Later/)
    await sees('You are reminded once')
    await pressOn(page, /Look around first/)
    await sees('You are the first thread')
  })

  step('is reminded of the key at the next start, until it has a copy', async () => {
    const reminder = page.getByText('Your key has no backup yet')
    assert.equal(await reminder.count(), 0)
    await startAgain()
    await reminder.waitFor()
    await tour(page)
    await pressOn(page, /^button Back up your key/)
    await page.getByRole('dialog').waitFor()
    await pressOn(page, /^button Make the file/)
    await isOn(/^button Save the file/)
    const saving = page.waitForEvent('download')
    await press('Enter')
    await saving
    await press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await reminder.waitFor({ state: 'detached' })
    await isOn(/^(?!nowhere)/)
    await startAgain()
    assert.equal(await reminder.count(), 0)
  })

  step('skips to the page, and goes round everything in order', async () => {
    await startAgain()
    const stops = await tour(page)
    assert.match(stops[0]?.name ?? '', /^button Skip/)
    const parts = stops.slice(1).map(({ part }) => part)
    assert.deepEqual(
      parts,
      parts.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
    )
    await pressOn(page, /^button Skip/)
    await isOn(/^main /)
    await press('Tab')
    assert.equal((await whereOn(page)).part, 'page')
  })

  step('invites: the dialog keeps the focus, and gives it back', async () => {
    await pressOn(page, /^button Invite/)
    await page.getByRole('dialog').waitFor()
    const stops = await tour(page)
    assert.deepEqual([...new Set(stops.map(({ part }) => part))], ['dialog'])
    await pressOn(page, /^checkbox /)
    await press('Space')
    await pressOn(page, /^button Make the link/)
    await page.getByRole('img', { name: /QR/ }).waitFor()
    await isOn(/^button Copy/)
    await pressOn(page, /^button Make another/)
    await walkTo(page, /^button Make the link/)
    await press('Escape')
    await isOn(/^button Invite/)
  })

  step('deploys a signed program', async () => {
    const built = await ada.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
      ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', ada.home],
    )
    await pressOn(page, /^link Deploy/)
    await page.getByRole('heading', { name: 'Deploy', level: 1 }).waitFor()
    await tour(page)
    await pressOn(page, /^button Something of your own/)
    await walkTo(page, /^radio Container image/)
    await press('ArrowDown')
    const asked = page.waitForEvent('filechooser')
    await pressOn(page, /^button Choose a file/)
    await (await asked).setFiles(built.file)
    await sees(/is published/)
    await writeInto(page, /^textbox Copies/, '2')
    await press('Tab')
    await sees('attic')
    await tour(page)
    await pressOn(page, /^button More choices/)
    await walkTo(page, /How to tell that it is well/)
    await press('Enter', 'ArrowDown', 'Enter')
    await sees('It answers HTTP')
    await pressOn(page, /^button Deploy 2/)
    await sees(/greeter runs/)
  })

  step('opens it, reads its log, and scales it', async () => {
    await pressOn(page, /^link Workloads/)
    await page.getByRole('heading', { name: 'Workloads', level: 1 }).waitFor()
    await pressOn(page, /^link greeter/)
    await page.getByRole('heading', { name: 'greeter' }).waitFor()
    await isOn(/^main /)
    await tour(page)
    await pressOn(page, /^link Logs/)
    await sees(/listens on/)
    await walkTo(page, /Copies shown/)
    await press('Enter', 'ArrowDown', 'Enter')
    await isOn(/^button .*greeter-0/)
    // Its log is asked for anew, and what is empty cannot be downloaded: one stop less on the way.
    await sees(/listens on/)
    await walkTo(page, /^log /)
    await press('End', 'Home')
    await tour(page)
    await pressOn(page, /^link Copies/)
    await writeInto(page, /^textbox Copies wanted/, '3')
    await press('Enter')
    await healthyCopies(3)
    await pressOn(page, /^link Why/)
    await sees('attic')
    await tour(page)
  })

  step('deletes it, and takes that back by its key and by its button', async () => {
    for (const undo of [() => press('Control+z'), () => pressOn(page, /^button Undo/)]) {
      await pressOn(page, /^button Delete/)
      await sees('Nothing runs yet')
      // The focus moves with the next frame.
      await until('the focus on the page', 2_000, async () => (await whereOn(page)).part === 'page')
      await undo()
      await pressOn(page, /^link greeter/)
      await healthyCopies(3)
    }
    await pressOn(page, /^button Delete/)
    await until('greeter to be gone', 30_000, async () => {
      return (await ada.call('GET', '/api/workloads/greeter')).status === 404
    })
  })

  step('lets somebody in', async () => {
    const seed = path.join(ada.home, 'spore.json')
    await until('the seed file', 10_000, () => existsSync(seed))
    await ben.json('join', '--seed-spore', seed, '--name', 'kitchen')
    await pressOn(page, /^link Network/)
    await page.getByRole('button', { name: 'Have a look' }).waitFor()
    await pressOn(page, /^button Have a look/)
    await tour(page)
    await pressOn(page, /^button Let in/)
    // What they may do is asked first.
    await page.getByRole('dialog').waitFor()
    await pressOn(page, /^button Let in/)
    await sees(/is in\./)
    // The notice may come before the list: until then the row is still among those that wait.
    await page.getByRole('button', { name: 'Let in', exact: true }).waitFor({ state: 'detached' })
    await isOn(/^(button|main) /)
    await pressOn(page, /^button Remove/)
    await isOn(/^textbox Type/)
    await press('Escape')
    await isOn(/^button Remove/)
  })

  step('looks at a node from the list and on the map', async () => {
    await pressOn(page, /^link Network/)
    await walkTo(page, /^radio Map/)
    await press('ArrowRight', 'Space')
    await page.getByRole('table').waitFor()
    await pressOn(page, /^link attic/)
    await isOn(/^aside attic/)
    await press('Tab')
    await isOn(/^button Close/)
    await tour(page)
    await walkTo(page, /^button Close/)
    // The button's tooltip takes the first Escape for itself.
    await press('Escape', 'Escape')
    await isOn(/^link attic/)
    await press('/')
    await isOn(/^searchbox /)
    await page.keyboard.type('nobody')
    await sees(/match/)
    await press('Escape')
    await walkTo(page, /^radio List/, 'Shift+Tab')
    await press('ArrowLeft', 'Space')
    const map = await walkTo(page, /^img /)
    await seeTheFocus(page, map)
    await press('ArrowLeft', '+', '-', '0')
  })

  step('asks the members something, and votes on it', async () => {
    await pressOn(page, /^link Network/)
    await walkTo(page, /^radio Map/)
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'Space')
    await sees('Nothing to decide yet')
    await pressOn(page, /^button Make a proposal/)
    await isOn(/^textbox What to vote on/)
    await page.keyboard.type('Shall we?')
    await tour(page)
    await pressOn(page, /^button Put it to the members/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await sees('Shall we?')
    await isOn(/^(button|main) /)
    await tour(page)
    await pressOn(page, /^button Vote yes/)
    await sees('You have voted')
    await isOn(/^(button|main) /)
  })

  step('looks at who keeps the registry, and is asked before a vote is taken', async () => {
    await pressOn(page, /^link Network/)
    // Tab comes to the one that was chosen last.
    await walkTo(page, /^radio Proposals/)
    await press('ArrowRight', 'Space')
    await sees('In force')
    await tour(page)
    await pressOn(page, /^button Take its vote/)
    await page.getByRole('dialog').waitFor()
    await tour(page)
    await press('Escape')
    await isOn(/^button Take its vote/)
  })

  step('finds anything, and changes settings and this computer', async () => {
    await press('Control+k')
    await page.keyboard.type('this comp')
    await press('Enter')
    await page.getByRole('heading', { name: 'attic', level: 1 }).waitFor()
    await tour(page)
    await pressOn(page, /^button Rename/)
    await isOn(/^textbox /)
    await press('Control+a')
    await page.keyboard.type('loft')
    await press('Enter')
    await page.getByRole('heading', { name: 'loft', level: 1 }).waitFor()
    await isOn(/^button Rename/)
    await pressOn(page, /^button Edit/)
    await page.keyboard.type('room=top')
    await pressOn(page, /^button Save/)
    await isOn(/^button Edit/)
    await pressOn(page, /^button Leave/)
    await isOn(/^textbox Type/)
    await press('Escape')
    await isOn(/^button Leave/)
    await pressOn(page, /^button Settings/)
    await walkTo(page, /^radio Like the system/)
    await press('ArrowRight', 'ArrowRight', 'Space')
    await isOn(/^radio Dark/)
    await tour(page)
    await press('Escape')
    await isOn(/^button Settings/)
    await tour(page)
  })
})

const ORDER = ['rail', 'page', 'notices']
