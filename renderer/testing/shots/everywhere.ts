import type { Page } from 'playwright'
import { openAt } from '../looking/opening.ts'
import { makeScenario } from '../scenarios/index.ts'
import { go, press, type Shot, settle, shot } from './shot.ts'

/** A later start of the window of somebody who put the backup of the key off. */
async function putOff(page: Page): Promise<void> {
  await page.getByText('nodes healthy').waitFor()
  // As when another window of the same person writes it: nothing is loaded again.
  await page.evaluate(`localStorage.setItem('mycelium.settings', '{"keyOwed":true}')`)
  await page.evaluate(`dispatchEvent(new Event('storage'))`)
  await page.getByText('Your key has no backup yet').waitFor()
}

/** This computer, and what can be opened anywhere. */
export const EVERYWHERE: Shot[] = [
  shot('computer', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await settle(page)
  }),
  shot('computer-kept', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.status = makeScenario('busy').status
    scenario.status.node.permissions = ['deploy', 'use']
    scenario.status.role = 'rhizomorph'
    scenario.status.roleAsked = 'sclerotia'
    delete scenario.status.backbone
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await page.getByText('You asked for: Sclerotia.').waitFor()
    await settle(page)
  }),
  shot('computer-asleep', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    const asleep = { status: 'Asleep', asleep: { since: '2026-11-20T10:00:00Z' } } as const
    scenario.nodes = makeScenario('busy').nodes.map((one) => {
      return one.self ? { ...one, ...asleep, instances: 2 } : one
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workloads', 'Workloads')
    await page.getByText('2 copies are left here').waitFor()
    await settle(page)
  }),
  shot('computer-left-data', 'busy', async (page, node) => {
    node.router('busy').scenario.leftVolumes = makeScenario('busy').leftVolumes
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    const left = page.locator('section', {
      has: page.getByRole('heading', { name: 'Data of networks that were left' }),
    })
    await left
      .getByRole('row', { name: /db data/ })
      .getByRole('button')
      .press('Enter')
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete for good' })
    if (await confirm.isEnabled()) throw new Error('It goes without its name being typed.')
    await page.getByLabel('Type “data” to confirm').fill('data')
    await confirm.press('Enter')
    await page.getByText('data is gone').waitFor()
    if ((await left.getByRole('row').count()) !== 2) throw new Error('It is still listed.')
    await left.getByRole('row', { name: /wiki pages/ }).scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('computer-broken', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await page.getByText('Now: Sclerotia (dynamic).').waitFor()
    await settle(page)
  }),
  shot('computer-leave', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await press(page, 'Leave the network')
    await page.getByText('It keeps the data of').waitFor()
    const leave = page.getByRole('dialog').getByRole('button', { name: 'Leave the network' })
    await page.getByLabel('Type “Elm Street” to confirm').fill('Elm Street')
    if (await leave.isEnabled()) throw new Error('It leaves data that nobody was asked about.')
    await page.getByText('I leave this data behind').click()
    if (!(await leave.isEnabled())) throw new Error('It does not leave though it was answered.')
    await settle(page)
  }),
  shot('computer-leave-last-admin', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.members = scenario.members.map((each) => {
      return each.founder ? { ...each, nodes: each.nodes.slice(0, 1) } : each
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await press(page, 'Leave the network')
    await page.getByText('Show the people').waitFor()
    await settle(page)
  }),
  shot('computer-reclaim', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await press(page, /^Free up /)
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('computer-nothing-to-free', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.reclaimableBytes = 0
    for (const [usedBytes, said] of [
      [5, 'All of it is in use: nothing to free.'],
      [0, 'Nothing to free.'],
    ] as const) {
      scenario.usedBytes = usedBytes
      await openAt(page, node.link('busy'))
      await page.locator('.rail').waitFor()
      await go(page, '#/computer', 'attic')
      await page.getByText(said, { exact: true }).scrollIntoViewIfNeeded()
    }
    await settle(page)
  }),
  shot('palette', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('l')
    await settle(page)
  }),
  shot('palette-by-other-words', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('dark')
    await page.getByRole('option', { name: /^Change appearance/ }).waitFor()
    await settle(page)
  }),
  shot('no-such-page', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await go(page, '#/nonsense', 'There is no such page')
    await settle(page)
  }),
  shot('palette-empty', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('zeppelin')
    await page.getByText('Nothing is called that').waitFor()
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
  shot('owner-export', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await press(page, 'Settings')
    await press(page, 'Take your key to another computer')
    await page.getByText('I type one').click()
    await page.getByLabel('Passphrase', { exact: true }).last().fill('correct horse')
    await page.getByLabel('The same again').fill('correct house')
    await page.getByText('These two are not the same').waitFor()
    const seal = page.getByRole('button', { name: 'Make the file' })
    if (await seal.isEnabled()) throw new Error('It takes two that differ.')
    await settle(page)
  }),
  shot('owner-exported', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('your key')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Make the file' }).press('Enter')
    await page.getByText('shown this once').waitFor()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the file' }).press('Enter')
    if ((await saved).suggestedFilename() !== 'ada.owner') throw new Error('It has another name.')
    await settle(page)
  }),
  shot('key-reminder', 'busy', async (page) => {
    await putOff(page)
    await settle(page)
  }),
  shot('owner-backup', 'busy', async (page) => {
    await putOff(page)
    await press(page, 'Back up your key')
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
  shot('starts-anew', 'busy', async (page, node) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('half-said:2')
    const { scenario } = node.router('busy')
    const { network, ...status } = scenario.status
    scenario.status = { ...status, starting: network?.name ?? '' }
    node.cut()
    await page.getByText('Elm Street is starting').waitFor()
    const kept = await page.getByLabel('Image', { exact: true }).inputValue()
    if (kept !== 'half-said:2') throw new Error('What was entered is gone.')
    await settle(page)
  }),
]
