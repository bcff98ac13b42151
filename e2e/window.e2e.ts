/** The main job in the window of two real nodes: first run, join, deploy, watch, read, scale, delete. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright'
import { LISTEN } from './harness/cluster.ts'
import { pidOf } from './harness/instance-pid.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'
import { browserUnavailable, look, openBrowser, openWindow } from './harness/window.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const missing = browserUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()
const go = (page: Page, place: string) => page.evaluate(`window.location.hash = '${place}'`)

/** Rows of copies that run and answer. */
function healthyCopies(page: Page, count: number): Promise<unknown> {
  const rows = page
    .getByRole('row')
    .filter({ hasText: /Running/ })
    .filter({ hasText: /healthy/ })
  return until(`${count} healthy copies in the window`, 30_000, async () => {
    return (await rows.count()) === count
  })
}

describe(`the window${missing ? ` [skipped: ${missing}]` : ''}`, { skip: Boolean(missing) }, () => {
  let browser: Browser
  let ada: TestNode
  let ben: TestNode
  let adas: Page
  let bens: Page

  before(async () => {
    browser = await openBrowser()
    ada = createTestNode('ada', { DOCKER_HOST: 'unix:///nowhere.sock' })
    ben = createTestNode('ben', { DOCKER_HOST: 'unix:///nowhere.sock' })
    await ada.up(...LISTEN)
    await ben.up(...LISTEN)
    adas = await openWindow(browser, ada)
    bens = await openWindow(browser, ben)
  })
  after(async () => {
    await browser?.close()
    await Promise.all([ada?.remove(), ben?.remove()])
  })

  it('starts a network on the first run', async () => {
    await look(adas, '1-welcome')
    await button(adas, 'Begin').click()
    await look(adas, '2-choose')
    await button(adas, 'Continue').click()
    await adas.getByLabel('Name of the network').fill('Elm Street')
    await adas.getByLabel('Name of this computer').fill('attic')
    await look(adas, '3-name')
    await button(adas, 'Start the network').click()
    await adas.getByText('Two good next steps').waitFor()
    await look(adas, '4-done')
    await button(adas, 'Later').click()
    await adas.getByText('You are reminded once').waitFor()
    await button(adas, 'Look around first').click()
    await adas.getByText('You are the first thread').waitFor()
    assert.equal(await adas.getByText('Your key has no backup yet').count(), 0)
    await look(adas, '5-alone')
  })

  it('invites a second computer, which joins by the link', async () => {
    await button(adas, 'Invite').click()
    await button(adas, 'Make the link').click()
    await adas.getByRole('img', { name: /QR/ }).waitFor()
    await look(adas, '6-invite')
    const link = await adas.getByRole('textbox', { name: 'Invite link' }).inputValue()
    assert.match(link, /^mycelium:\/\/join\?/)
    await adas.keyboard.press('Escape')

    await button(bens, 'Begin').click()
    await bens.getByText('Join with an invite link').click()
    await button(bens, 'Continue').click()
    await bens.getByLabel('Invite link').fill(link)
    await bens.getByText('Invited by').waitFor()
    await look(bens, '7-join')
    await button(bens, 'Continue').click()
    await bens.getByLabel('Name of this computer').fill('kitchen')
    await button(bens, /^Join/).click()
    await bens.getByText('You are in Elm Street').waitFor()
  })

  it('shows the second computer in the topology, on both sides', async () => {
    // Both windows opened before their nodes had an edge.
    for (const node of [ada, ben]) {
      node.edge = await until('an edge', 10_000, async () => {
        return (await node.get<{ edge?: string }>('/api/status')).edge
      })
    }
    await button(bens, 'Look around first').click()
    for (const page of [adas, bens]) await page.getByText('2 of 2 nodes healthy').waitFor()
    await look(adas, '8-two-nodes')
    await adas.getByText('List', { exact: true }).click()
    await adas.getByRole('row', { name: /kitchen/ }).waitFor()
    await look(adas, '9-list')
  })

  it('deploys a signed program and watches it start', async () => {
    const built = await ada.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
      ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', ada.home],
    )
    await go(adas, '#/deploy')
    await button(adas, /^Something of your own/).click()
    await adas.getByText('Signed program', { exact: true }).click()
    await adas.locator('input[type=file][accept=".spore"]').setInputFiles(built.file)
    await adas.getByText(/is published/).waitFor()
    await adas.getByRole('textbox', { name: 'Copies' }).fill('2')
    await adas.getByRole('textbox', { name: 'Copies' }).blur()
    await adas.getByText('kitchen').first().waitFor()
    await look(adas, '10-deploy')
    await button(adas, /^Deploy 2/).click()
    await adas.getByText(/greeter runs/).waitFor({ timeout: 60_000 })
    await look(adas, '11-deployed')
  })

  it('reads a compose file before anything runs, and refuses what is not safe', async () => {
    await adas.getByText('Deploy another').click()
    await go(adas, '#/deploy/manifest')
    const wiki = 'services:\n  wiki:\n    image: wiki:1\n    volumes: [data:/data]\n'
    await adas.getByLabel('What you have').fill(`${wiki}    privileged: true\n`)
    await button(adas, 'Read it').click()
    await adas.getByText('services.wiki.privileged').waitFor()
    await look(adas, '11-refused')
    assert.equal(await button(adas, /^Take it into the draft/).isDisabled(), true)
    await adas.getByLabel('What you have').fill(wiki)
    await button(adas, 'Read it').click()
    await adas
      .getByText('Each copy keeps this on the computer that runs it', { exact: false })
      .first()
      .waitFor()
    await adas.getByText('1 thing is kept as it is.').waitFor()
    assert.equal(await button(adas, /^Take 1 workload/).isDisabled(), false)
    await look(adas, '11-brought')
  })

  it('reads the logs of both copies', async () => {
    await ada.viaEdge('/greeter/')
    await ada.viaEdge('/greeter/')
    await go(adas, '#/workload/greeter/logs')
    await adas
      .getByRole('log')
      .or(adas.getByLabel('Log lines'))
      .getByText(/listen|serving|GET/i)
      .first()
      .waitFor()
    await look(adas, '12-logs')
    await adas.getByLabel('Search in the log').fill('nothing like it')
    await adas.getByText('No line that is kept contains that.').waitFor()
    await adas.getByLabel('Search in the log').fill('LISTEN')
    await adas
      .getByRole('log')
      .getByText(/listen/i)
      .first()
      .waitFor()
  })

  it('shows what came in for it here', async () => {
    await go(adas, '#/workload/greeter/requests')
    await adas.getByRole('cell', { name: 'GET /', exact: true }).first().waitFor()
    await adas
      .getByRole('cell', { name: /^greeter-\d/ })
      .first()
      .waitFor()
    await look(adas, '12-requests')
  })

  it('scales it, and says what waits', async () => {
    await go(adas, '#/workload/greeter/instances')
    const copies = adas.getByRole('textbox', { name: 'Copies wanted' })
    await copies.fill('3')
    await copies.press('Enter')
    await healthyCopies(adas, 3)
    await adas.getByText(/%$/).first().waitFor()
    await look(adas, '13-scaled')
  })

  it('shows a killed node, and that its work runs elsewhere', async () => {
    await ben.kill()
    await go(adas, '#/network')
    await adas.getByText('1 of 2 nodes healthy').waitFor()
    await look(adas, '14-node-gone')
    await go(adas, '#/workload/greeter/instances')
    await healthyCopies(adas, 3)
  })

  it('takes the node back, and every copy keeps to one place', async () => {
    await ben.up(...LISTEN)
    await go(adas, '#/network')
    await adas.getByText('2 of 2 nodes healthy').waitFor()
    await go(adas, '#/workload/greeter/instances')
    await healthyCopies(adas, 3)
  })

  it('starts all copies anew, and says how one that was killed last ended', async () => {
    interface Copy {
      id: string
      health: string
    }
    const copies = async () => {
      return (await ada.get<{ instances: Copy[] }>('/api/workloads/greeter')).instances
    }
    const before = (await copies()).map(({ id }) => id)
    await button(adas, 'Restart').click()
    const dialog = adas.getByRole('dialog')
    await dialog.getByText('Each copy is replaced').waitFor()
    await dialog.getByRole('button', { name: 'Restart' }).click()
    await adas.getByText('greeter starts anew.').waitFor()
    await until('other copies in the places of all', 60_000, async () => {
      const now = await copies()
      const isNew = now.every(({ id, health }) => !before.includes(id) && health === 'healthy')
      return isNew && now.length === 3
    })
    await healthyCopies(adas, 3)

    const [one] = await copies()
    process.kill(pidOf(one?.id ?? ''), 'SIGKILL')
    await adas.getByText(/Last ended .*: The program ended with exit code/).waitFor()
    await look(adas, '15-last-end')
    await healthyCopies(adas, 3)
  })

  it('deletes with an undo, brings back what was deleted, and then deletes it for good', async () => {
    await button(adas, 'Delete').click()
    await button(adas, 'Undo').click()
    await go(adas, '#/workload/greeter/instances')
    await healthyCopies(adas, 3)
    await button(adas, 'Delete').click()
    await button(adas, 'Bring it back').click({ timeout: 30_000 })
    await healthyCopies(adas, 3)
    await button(adas, 'Delete').click()
    await adas.getByText('Nothing runs yet').waitFor({ timeout: 30_000 })
    await look(adas, '15-deleted')
    await until('greeter to be gone', 30_000, async () => {
      return (await ada.call('GET', '/api/workloads/greeter')).status === 404
    })
  })

  it('puts a question to the members, who vote on it where the others see that they have', async () => {
    await go(adas, '#/network/proposals')
    await adas.getByText('Nothing to decide yet').waitFor()
    await button(adas, 'Make a proposal').click()
    await adas.getByLabel('What to vote on').fill('Shall the school come in?')
    await look(adas, '16-proposal')
    await button(adas, 'Put it to the members').click()
    await button(adas, 'Vote yes').click()
    await adas.getByText('You have voted').waitFor()
    // Its node was started anew meanwhile, at another address.
    bens = await openWindow(browser, ben)
    await bens.getByText('Waits for your vote: Shall the school come in?').waitFor()
    await button(bens, 'Have a look').click()
    await bens.getByText('1 of 2 members have voted').waitFor()
    await look(bens, '16-to-vote-on')
    await button(bens, 'Vote no').click()
    await bens.getByText('2 of 2 members have voted').waitFor()
    // Until the voting has closed nobody is told, the one who said it included.
    const { body } = await ada.call('GET', '/api/proposals')
    assert.doesNotMatch(JSON.stringify(body), /"yes"|"no"/)
  })

  it('lets a computer leave, and makes it one of another owner by the file of her key', async () => {
    await button(adas, 'Settings').click()
    await button(adas, 'Take your key to another computer').click()
    await look(adas, '16-key')
    await button(adas, 'Make the file').click()
    const shown = adas.getByRole('dialog').locator('code').last()
    const passphrase = (await shown.textContent()) ?? ''
    const saving = adas.waitForEvent('download')
    await button(adas, 'Save the file').click()
    const file = path.join(ada.home, 'ada.owner')
    await (await saving).saveAs(file)
    await adas.keyboard.press('Escape')
    const { invite } = await ada.json<{ invite: string }>('invite')

    bens = await openWindow(browser, ben)
    await go(bens, '#/computer')
    await button(bens, 'Leave the network').click()
    await bens.getByLabel('Type “Elm Street” to confirm').fill('Elm Street')
    await bens.getByRole('dialog').getByRole('button', { name: 'Leave the network' }).click()
    await button(bens, 'Begin').click()
    await bens.getByText('Join with an invite link').click()
    await button(bens, 'Continue').click()
    await bens.getByLabel('Invite link').fill(invite)
    await bens.getByText('Invited by').waitFor()
    await button(bens, 'Continue').click()
    await button(bens, 'I have my key from another computer').click()
    await bens.locator('input[type=file]').setInputFiles(file)
    await bens.getByLabel('Its passphrase').fill(passphrase)
    await button(bens, /^Join/).click()
    await bens.getByText('Use this key instead of the one that is here').click()
    await look(bens, '17-key-given')
    await button(bens, /^Join/).click()
    await bens.getByText('You are in Elm Street').waitFor()
    // Whoever came with the file has it.
    assert.equal(await bens.getByText('Back up your key').count(), 0)
    const owners = () => ada.get<{ members: { nodes: string[] }[] }>('/api/members')
    await until('two computers of one owner', 15_000, async () => {
      return (await owners()).members.some(({ nodes }) => nodes.length === 2)
    })
  })
})
