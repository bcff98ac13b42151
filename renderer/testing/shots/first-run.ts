import type { Page } from 'playwright'
import type { FakeNode } from '../fake-node.ts'
import { SAYS } from '../fake-router/says.ts'
import { openAt } from '../looking/opening.ts'
import { makeScenario } from '../scenarios/index.ts'
import { hold, press, type Shot, settle, shot } from './shot.ts'

/** At the page with names, with the key of another computer chosen. */
async function giveOwnerFile(page: Page): Promise<void> {
  await press(page, 'Begin')
  await page.getByText('Join with an invite link').click()
  await press(page, 'Continue')
  await page.getByLabel('Invite link').fill('mycelium://join?v=1&i=abc')
  await page.getByText('Invited by').waitFor()
  await press(page, 'Continue')
  await page.getByRole('button', { name: 'I have my key' }).press('Enter')
  const buffer = Buffer.from('-----BEGIN MYCELIUM OWNER KEY-----')
  const file = { name: 'ada.owner', mimeType: 'text/plain', buffer }
  await page.locator('input[type=file]').setInputFiles(file)
}

/** At the last page, where the key has no copy yet. */
async function found(page: Page, node: FakeNode): Promise<void> {
  delete node.router('new').scenario.status.network
  await openAt(page, node.link('new'))
  await press(page, 'Begin')
  await press(page, 'Continue')
  await page.getByLabel('Name of the network').fill('Elm Street')
  await press(page, 'Start the network')
  await page.getByText('Two good next steps').waitFor()
  await page.getByRole('heading', { name: 'Back up your key' }).waitFor()
}

/** Before a network, and before a token. */
export const FIRST_RUN: Shot[] = [
  shot('starting', 'new', async (page, node) => {
    node.setSilent(true)
    await openAt(page, node.link('new'))
    await page.getByText('Waking the node').waitFor()
  }),
  shot('first-run-1-welcome', 'new', async (page) => {
    await page.getByRole('button', { name: 'Begin' }).waitFor()
    await settle(page)
  }),
  shot('first-run-2-choose', 'new', async (page) => {
    await press(page, 'Begin')
    await page.getByRole('radio').first().waitFor()
    await settle(page)
  }),
  shot('first-run-3-invite', 'new', async (page) => {
    await press(page, 'Begin')
    await page.getByText('Join with an invite link').click()
    await press(page, 'Continue')
    await page.getByLabel('Invite link').fill('mycelium://join?v=1&i=abc')
    await page.getByText('Invited by').waitFor()
    await settle(page)
  }),
  shot('first-run-3-bad-invite', 'new', async (page) => {
    await press(page, 'Begin')
    await page.getByText('Join with an invite link').click()
    await press(page, 'Continue')
    await page.getByLabel('Invite link').fill('mycelium://joi')
    await page.getByRole('alert').waitFor()
    await settle(page)
  }),
  shot('first-run-3-nearby', 'new', async (page) => {
    await press(page, 'Begin')
    await page.getByText('Join one nearby').click()
    await press(page, 'Continue')
    await page.getByText('Elm Street').waitFor()
    await settle(page)
  }),
  shot('first-run-3-seed', 'new', async (page) => {
    await press(page, 'Begin')
    await page.getByText('Join with a seed file').click()
    await press(page, 'Continue')
    await page.getByLabel('File or address').fill('https://example.org/spore.json')
    await settle(page)
  }),
  shot('first-run-4-name', 'new', async (page) => {
    await press(page, 'Begin')
    await press(page, 'Continue')
    await page.getByLabel('Name of the network').fill('Elm Street')
    await settle(page)
  }),
  shot('first-run-4-working', 'new', async (page, node) => {
    await press(page, 'Begin')
    await press(page, 'Continue')
    await page.getByLabel('Name of the network').fill('Elm Street')
    node.setSilent(true)
    await press(page, 'Start the network')
    await page.getByText('Making the network').waitFor()
  }),
  shot('first-run-4-owner-file', 'new', async (page) => {
    await giveOwnerFile(page)
    await page.getByLabel('Its passphrase').fill('correct house battery')
    await press(page, /^Join/)
    await page.getByText('The passphrase does not open').first().waitFor()
    await settle(page)
  }),
  shot('first-run-4-owner-before', 'new', async (page) => {
    await giveOwnerFile(page)
    await page.getByLabel('Its passphrase').fill('correct horse battery')
    await press(page, /^Join/)
    await page.getByText('has a key already').waitFor()
    await page.getByText('Use this key instead of the one that is here').click()
    await settle(page)
  }),
  shot('first-run-5-done', 'new', async (page, node) => {
    await found(page, node)
    await settle(page)
  }),
  shot('first-run-5-key-later', 'new', async (page, node) => {
    await found(page, node)
    await press(page, 'Later')
    const told = page.getByText('You are reminded once')
    await told.scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('first-run-5-key-copied', 'new', async (page, node) => {
    await found(page, node)
    await press(page, 'Make a copy')
    await press(page, 'Make the file')
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the file' }).press('Enter')
    await saved
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().press('Enter')
    await page.getByText('Your key is backed up').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('first-run-4-not-started', 'new', async (page, node) => {
    const { status } = makeScenario('notStarted')
    await press(page, 'Begin')
    await press(page, 'Continue')
    await page.getByLabel('Name of the network').fill('Elm Street')
    // It is in, and the answer is a failure all the same.
    node.fail('network.found')
    Object.assign(node.router('new').scenario.status, status)
    await press(page, 'Start the network')
    await page.getByText('does not start on this computer').waitFor()
    if (await page.getByText('Nothing was changed').isVisible()) throw new Error('Much was.')
    Object.assign(node.router('new').scenario, makeScenario('alone'))
    node.router('new').emit('network.joined', {})
    await page.getByText('Two good next steps').waitFor()
    await settle(page)
  }),
  shot('not-started', 'notStarted', async (page) => {
    await page.getByText('does not start on this computer').waitFor()
    await settle(page)
  }),
  shot('not-started-yet', 'notStarted', async (page, node) => {
    node.router('notStarted').scenario.status.degraded = []
    node.router('notStarted').emit('network.changed', {})
    await page.getByText('Elm Street is starting').waitFor()
    await settle(page)
  }),
  shot('not-started-leave', 'notStarted', async (page) => {
    await press(page, 'Leave the network')
    const leave = page.getByRole('dialog').getByRole('button', { name: 'Leave the network' })
    if (await leave.isEnabled()) throw new Error('It leaves without the name being typed.')
    await page.getByLabel('Type “Elm Street” to confirm').fill('Elm Street')
    await settle(page)
  }),
  shot(
    'not-started-left',
    'notStarted',
    async (page) => {
      await press(page, 'Leave the network')
      await page.getByLabel('Type “Elm Street” to confirm').fill('Elm Street')
      await page
        .getByRole('dialog')
        .getByRole('button', { name: 'Leave the network' })
        .press('Enter')
      await hold(page, 'This computer has left the network.')
      await page.getByRole('radio').first().waitFor()
      await settle(page)
    },
    { notice: true },
  ),
  shot('first-run-waiting', 'waiting', async (page) => {
    await page.getByText('Waiting to be let in').waitFor()
    await settle(page)
  }),
  shot('first-run-withdrawn', 'waiting', async (page, node) => {
    await press(page, 'Ask no more')
    await page.getByRole('radio').first().waitFor()
    if (node.router('waiting').scenario.status.awaitingApproval) throw new Error('It still asks.')
    await press(page, 'Back')
    await page.getByRole('button', { name: 'Begin' }).waitFor()
    await settle(page)
  }),
  shot('first-run-turned-away', 'waiting', async (page, node) => {
    const { scenario, emit } = node.router('waiting')
    const refused = { code: 'TURNED_AWAY', message: SAYS.turnedAway }
    const { awaitingApproval } = scenario.status
    if (awaitingApproval) scenario.status.awaitingApproval = { ...awaitingApproval, refused }
    emit('network.changed', {})
    await page.getByText('did not let you in').waitFor()
    await settle(page)
  }),
  shot('first-run-left-data', 'new', async (page, node) => {
    node.router('new').scenario.leftVolumes = makeScenario('busy').leftVolumes
    await openAt(page, node.link('new'))
    await page.getByText('Data of networks that this computer has left').waitFor()
    await settle(page)
  }),
  shot('first-run-left-data-shown', 'new', async (page, node) => {
    node.router('new').scenario.leftVolumes = makeScenario('busy').leftVolumes
    await openAt(page, node.link('new'))
    await press(page, 'Show it')
    await page.getByRole('row', { name: /Maple Street/ }).waitFor()
    await settle(page)
  }),
  shot('locked', 'busy', async (page, node) => {
    // The tab was opened by a link, and keeps its key over a reload once it has it.
    await page.getByText('nodes healthy').waitFor()
    await page.reload()
    await page.getByText('nodes healthy').waitFor()
    await page.evaluate('sessionStorage.clear()')
    await openAt(page, node.origin)
    await page.getByLabel('Token').waitFor()
    await settle(page)
  }),
]
