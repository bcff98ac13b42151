/** The window of an invented node that is slow, fails, or is away for a while: what is pressed and typed meanwhile. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright'
import { type FakeNode, startFakeNode } from '../renderer/testing/fake-node.ts'
import { browserUnavailable, openBrowser } from '../renderer/testing/looking/browser.ts'
import { buildWindow } from '../renderer/testing/looking/build-window.ts'
import { openAt } from '../renderer/testing/looking/opening.ts'
import type { ScenarioName } from '../renderer/testing/scenarios/index.ts'
import { go, press } from '../renderer/testing/shots/shot.ts'
import { until } from './harness/waiting.ts'

const missing = browserUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

const STEP_TIMEOUT_MS = 10_000
const WIKI = '{ "name": "wiki", "containers": [{ "image": "wiki:2" }] }'
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()

describe(`a window whose node is slow${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let folder: string
  let browser: Browser
  let node: FakeNode
  let page: Page

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mycelium-window-'))
    await buildWindow(folder)
    browser = await openBrowser()
    node = await startFakeNode(folder)
  })
  afterEach(() => page?.close())
  after(async () => {
    await browser?.close()
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const open = async (scenario: ScenarioName): Promise<void> => {
    node.forget()
    page = await browser.newPage()
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    await openAt(page, node.link(scenario))
  }
  const openDeploy = async (way: string): Promise<void> => {
    await open('busy')
    await page.locator('.rail').waitFor()
    await go(page, `#/deploy/${way}`, 'Deploy')
  }
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor()
  const timesAsked = (operation: string) => node.asked.filter((each) => each === operation).length
  const untilAsked = (operation: string, times = 1) =>
    until(`${operation} to be asked for`, STEP_TIMEOUT_MS, () => timesAsked(operation) >= times)

  it('deploys nothing for Enter in the search of the catalogue', async () => {
    await openDeploy('manifest')
    await page.getByLabel('Manifest', { exact: true }).fill(WIKI)
    await until('the button', STEP_TIMEOUT_MS, () => button(page, /^Deploy 1/).isEnabled())
    await page.getByRole('link', { name: 'Catalogue' }).click()
    const search = page.getByRole('searchbox', { name: 'Search the catalogue' })
    await search.fill('word')
    await search.press('Enter')
    await sees('WordPress')
    await search.press('Escape')
    await button(page, /^Something of your own/).waitFor()
    assert.equal(timesAsked('workloads.deploy'), 0)
  })
})
