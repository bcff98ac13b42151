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

  it('deploys nothing of which a line cannot be read, and says where', async () => {
    await openDeploy('catalogue')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('wiki:2')
    await page.getByLabel('Environment').fill('A=1\nB')
    await sees('cannot be read in these fields: Environment')
    assert.equal(await button(page, /^Deploy 1/).isDisabled(), true)
    await page.getByLabel('Environment').fill('A=1\nB=2')
    assert.equal(await button(page, /^Deploy 1/).isEnabled(), true)
  })

  it('keeps half written variables of the canvas, and deploys nothing until they are done', async () => {
    await openDeploy('manifest')
    await page.getByLabel('Manifest', { exact: true }).fill(WIKI)
    await page.getByRole('link', { name: 'Canvas' }).click()
    await page.getByRole('option', { name: /^wiki/ }).first().click()
    await page.getByLabel('Environment').fill('A=1\nB')
    await sees('a line of its variables')
    assert.equal(await button(page, /^Deploy 1/).isDisabled(), true)
    await page.getByRole('link', { name: 'Manifest' }).click()
    assert.equal(await button(page, /^Deploy 1/).isDisabled(), true)
    await page.getByRole('link', { name: 'Canvas' }).click()
    await page.getByRole('option', { name: /^wiki/ }).first().click()
    assert.equal(await page.getByLabel('Environment').inputValue(), 'A=1\nB')
    await page.getByLabel('Environment').fill('A=1')
    assert.equal(await button(page, /^Deploy 1/).isEnabled(), true)
  })

  it('changes nothing of a workload while a line cannot be read', async () => {
    await open('busy')
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/rules', 'notes')
    await press(page, 'Change it')
    await press(page, 'What it may reach')
    await press(page, /connect to outside/)
    await page.getByRole('option', { name: 'What I list' }).click()
    await page.getByLabel('Hosts and addresses').fill('a.org:443\nb.org\nc.org:443')
    await sees('cannot be read in these fields: Hosts and addresses')
    assert.equal(await button(page, /^Change$/).isDisabled(), true)
  })

  it('goes on filling in a form that somebody has left', async () => {
    await openDeploy('catalogue')
    await press(page, /^Nextcloud/)
    await sees('It is reached by cloud')
    const letGo = node.hold('catalogue.fill')
    const asked = timesAsked('catalogue.fill')
    await page.getByLabel('Name', { exact: true }).fill('garden')
    await page.getByRole('link', { name: 'Canvas' }).click()
    await sees('the node is asked what comes of the form')
    await untilAsked('catalogue.fill', asked + 1)
    letGo()
    await sees('garden-db')
    await until('the button', STEP_TIMEOUT_MS, () => button(page, /^Deploy 2/).isEnabled())
  })

  it('waits for no form whose workloads were taken out', async () => {
    await openDeploy('catalogue')
    await press(page, /^Nextcloud/)
    await sees('It is reached by cloud')
    await page.getByLabel('Name', { exact: true }).fill('Our Cloud')
    await sees('an answer in its form is not valid yet')
    await page.getByRole('link', { name: 'Manifest' }).click()
    await page.getByLabel('Manifest', { exact: true }).fill(WIKI)
    await until('the button', STEP_TIMEOUT_MS, () => button(page, /^Deploy 1/).isEnabled())
  })

  const typeManifest = async (text: string): Promise<void> => {
    await openDeploy('manifest')
    await page.getByLabel('Manifest', { exact: true }).fill(text)
    await until('the button', STEP_TIMEOUT_MS, () => button(page, /^Deploy /).isEnabled())
  }

  it('tells of a refusal although its page was left, and begins no second deploy', async () => {
    await typeManifest(WIKI.replace('wiki:2', 'nowhere'))
    const letGo = node.hold('workloads.deploy')
    await press(page, /^Deploy 1/)
    await untilAsked('workloads.deploy')
    await go(page, '#/workloads', 'Workloads')
    await go(page, '#/deploy', 'Deploy')
    await sees('Telling every node of wiki')
    await press(page, /^Deploy 1/)
    await go(page, '#/workloads', 'Workloads')
    letGo()
    await sees('wiki was not deployed')
    await press(page, 'Look at it')
    await page.getByRole('alert').getByText('Nothing was started').waitFor()
    assert.equal(timesAsked('workloads.deploy'), 1)
  })

  it('keeps what was changed while a deploy was under way', async () => {
    await typeManifest(WIKI)
    const letGo = node.hold('workloads.deploy')
    await press(page, /^Deploy 1/)
    await untilAsked('workloads.deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(WIKI.replace('wiki:2', 'wiki:3'))
    letGo()
    await sees('Deploying wiki')
    await press(page, 'Deploy another')
    assert.match(await page.getByLabel('Manifest', { exact: true }).inputValue(), /wiki:3/)
  })

  it('opens what is not for everybody with a pass, and takes back nothing that has run', async () => {
    await typeManifest(WIKI)
    await press(page, /^Deploy 1/)
    await button(page, 'Cancel and end it').waitFor()
    const { scenario, emit } = node.router('busy')
    const wiki = scenario.workloads.find(({ name }) => name === 'wiki')
    assert.ok(wiki)
    const become = (part: Partial<typeof wiki>): void => {
      Object.assign(wiki, part)
      emit('workload.changed', { name: 'wiki' })
    }
    become({
      status: 'Running',
      running_instances: 1,
      edge: { ...wiki.edge, access: 'members' },
      url: 'http://wiki.localhost/',
    })
    await press(page, 'Open wiki')
    await untilAsked('edge.pass')
    become({ status: 'Progressing' })
    await sees('wiki is deployed')
    assert.equal(await button(page, 'Cancel and end it').count(), 0)
  })

  it('reads no older text in the place of the one that is there', async () => {
    await openDeploy('manifest')
    const field = page.getByLabel('What you have')
    await field.fill('services: {}')
    const letGo = node.hold('workloads.import')
    await press(page, 'Read it')
    await untilAsked('workloads.import')
    await field.fill('services: { wiki: {} }')
    letGo()
    await sees('Read it')
    await until('the answer', STEP_TIMEOUT_MS, async () => {
      return (await page.locator('.bring .spinner').count()) === 0
    })
    assert.equal(await page.getByText('What becomes of it').count(), 0)
    assert.equal(await field.inputValue(), 'services: { wiki: {} }')
    await page.getByLabel('Manifest', { exact: true }).fill('{')
    await press(page, 'Read it')
    await sees('Mend it first')
  })

  it('asks again for what it could not be told, and says meanwhile that it does not know', async () => {
    await open('busy')
    await page.locator('.rail').waitFor()
    for (const each of ['catalogue.list', 'images.list', 'bundles.list', 'space.show']) {
      node.fail(each)
    }
    await go(page, '#/deploy/catalogue', 'Deploy')
    await sees('This could not be loaded')
    await sees('WordPress')
    await press(page, /^Something of your own/)
    await sees('Which images are on this computer cannot be told')
    assert.equal(await page.getByText('No images on this computer').count(), 0)
    await sees('weather:latest')
    await page.getByText('Signed program', { exact: true }).click()
    await sees('Which programs are published cannot be told')
    assert.equal(await page.getByText('No program is published yet').count(), 0)
    await untilAsked('bundles.list', 2)
    await go(page, '#/computer', 'attic')
    await sees('How much it holds cannot be told')
    await sees('are kept for the network')
  })

  it('asks again where a copy would run once the node can say so', async () => {
    await openDeploy('manifest')
    node.fail('workloads.preview')
    await page.getByLabel('Manifest', { exact: true }).fill(WIKI)
    await sees('It is busy just now.')
    await page.locator('.preview-slot').first().waitFor()
  })

  it('asks again for the catalogue when the line is back', async () => {
    await open('busy')
    await page.locator('.rail').waitFor()
    const letGo = node.hold('catalogue.list')
    await go(page, '#/deploy/catalogue', 'Deploy')
    await untilAsked('catalogue.list')
    node.cut()
    letGo()
    await sees('WordPress')
  })

  it('follows a log again that broke off', async () => {
    await open('busy')
    await page.locator('.rail').waitFor()
    node.fail('workloads.logs')
    await go(page, '#/workload/notes/logs', 'notes')
    await sees('The log stopped')
    assert.equal(await button(page, 'Download').isEnabled(), true)
    await sees('listening on')
    assert.equal(await page.getByText('The log stopped').count(), 0)
  })

  it('begins one run and gives one share, however often it is pressed', async () => {
    await open('busy')
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/backup/runs', 'backup')
    const runs = node.hold('workloads.run')
    await button(page, 'Run now').click()
    await button(page, 'Run now').click()
    await untilAsked('workloads.run')
    runs()
    await sees('has begun')
    assert.equal(timesAsked('workloads.run'), 1)

    const { scenario, emit } = node.router('busy')
    const notes = scenario.workloads.find(({ name }) => name === 'notes')
    assert.ok(notes)
    Object.assign(notes, {
      rollout: { kind: 'canary', atOnce: 1, paused: false, steps: [{ share: 5 }, { share: 25 }] },
      conditions: [{ code: 'CANARY', message: 'It takes over.' }],
      canary: { share: 5, step: 0 },
    })
    emit('workload.changed', { name: 'notes' })
    await go(page, '#/workload/notes/instances', 'notes')
    const shares = node.hold('workloads.promote')
    await button(page, 'Give it its next share').click()
    await button(page, 'Give it its next share').click()
    await untilAsked('workloads.promote')
    shares()
    await sees('go to the new version')
    assert.equal(timesAsked('workloads.promote'), 1)
  })

  it('pauses a schedule, and lets it go on', async () => {
    await open('busy')
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/backup/runs', 'backup')
    await press(page, 'Pause the schedule')
    await press(page, 'Go on with the schedule')
    await button(page, 'Pause the schedule').waitFor()
    assert.equal(timesAsked('workloads.change'), 2)
  })
})
