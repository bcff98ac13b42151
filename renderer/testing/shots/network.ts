import type { Page } from 'playwright'
import { hold, press, type Shot, settle, shot } from './shot.ts'

/** The network, its nodes and people. */
export const NETWORK: Shot[] = [
  shot('network-alone', 'alone', async (page) => {
    await page.getByText('You are the first thread').waitFor()
    await settle(page)
  }),
  shot('network-busy', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await settle(page)
  }),
  {
    ...shot(
      'network-moving',
      'busy',
      async (page, node) => {
        await page.getByText('nodes healthy').waitFor()
        await settle(page)
        for (const { id } of node.router('busy').scenario.nodes) {
          node.router('busy').emit('instance.changed', { node: id })
        }
        await page.waitForTimeout(330)
      },
      { sizes: ['usual'] },
    ),
    motion: true,
  },
  shot('network-legend', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await press(page, 'What the shapes mean')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-broken', 'broken', async (page) => {
    await page.getByText('waits to be let in').waitFor()
    await settle(page)
  }),
  shot('network-node', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    const id = await nodeId(page, 'ben-workshop')
    await page.evaluate(`window.location.hash = '#/network/map/${id}'`)
    await page.getByRole('heading', { name: 'ben-workshop' }).waitFor()
    await settle(page)
  }),
  shot('network-drain', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    const id = await nodeId(page, 'lab-server')
    await page.evaluate(`window.location.hash = '#/network/list/${id}'`)
    await press(page, 'Move work away')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-drained', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    const id = await nodeId(page, 'ben-workshop')
    await page.evaluate(`window.location.hash = '#/network/map/${id}'`)
    await page.getByRole('heading', { name: 'ben-workshop' }).waitFor()
    // One node stands behind all pictures of a screen: the first one has drained it.
    if ((await page.getByRole('button', { name: 'Move work away' }).count()) > 0) {
      await press(page, 'Move work away')
      await page.getByRole('dialog').getByRole('button', { name: 'Move work away' }).click()
    }
    await page.getByText('Emptied but for data').first().waitFor()
    await settle(page)
  }),
  shot('network-list', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'List' }).click()
    await page.getByRole('table').waitFor()
    await settle(page)
  }),
  shot('network-people', 'broken', async (page) => {
    await page.getByText('waits to be let in').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await page.getByRole('button', { name: 'Let in', exact: true }).waitFor()
    await settle(page)
  }),
  shot('network-approve', 'broken', async (page) => {
    await page.getByText('waits to be let in').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await press(page, 'Let in')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-permissions', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await press(page, 'Permissions')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-turn-away', 'broken', async (page) => {
    await page.getByText('waits to be let in').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await press(page, 'Do not let in')
    await page.getByText('They may ask again').waitFor()
    await settle(page)
  }),
  shot(
    'network-turned-away',
    'broken',
    async (page) => {
      await page.getByText('waits to be let in').waitFor()
      await page.getByRole('radio', { name: 'People' }).click()
      await press(page, 'Do not let in')
      await page.getByRole('dialog').getByRole('button', { name: 'Do not let in' }).press('Enter')
      await hold(page, 'Cleo was not let in.')
      await page.getByRole('button', { name: 'Let in', exact: true }).waitFor({ state: 'detached' })
      await settle(page)
    },
    { notice: true },
  ),
  shot('network-remove', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await press(page, 'Remove')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-namesakes', 'namesakes', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await settle(page)
  }),
  shot('network-namesakes-list', 'namesakes', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'List' }).click()
    await page.getByRole('link', { name: 'ben-workshop' }).first().click()
    await page.getByRole('heading', { name: 'ben-workshop' }).waitFor()
    await settle(page)
  }),
  shot('network-namesakes-people', 'namesakes', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await page.getByRole('button', { name: 'Remove' }).first().waitFor()
    await settle(page)
  }),
  shot('network-namesakes-remove', 'namesakes', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await press(page, 'Remove')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-namesakes-registry', 'namesakes', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await page.getByRole('button', { name: 'Let it lead' }).first().waitFor()
    await settle(page)
  }),
  shot('network-search', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('school')
    await settle(page)
  }),
  shot(
    'network-large',
    'large',
    async (page) => {
      await page.getByText('nodes healthy').waitFor()
      await settle(page)
    },
    { sizes: ['usual'] },
  ),
  shot('invite-form', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await press(page, 'Invite')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('invite-ready', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await press(page, 'Invite')
    await press(page, 'Make the link')
    await page.getByRole('img', { name: /QR/ }).waitFor()
    await settle(page)
  }),
]

/** The id of a node by its name, as the list shows it. */
async function nodeId(page: Page, name: string): Promise<string> {
  await page.getByRole('radio', { name: 'List' }).click()
  const link = page.getByRole('link', { name })
  const href = (await link.getAttribute('href')) ?? ''
  return href.split('/').at(-1) ?? ''
}
