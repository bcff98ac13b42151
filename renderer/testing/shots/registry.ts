import { hold, press, type Shot, settle, shot } from './shot.ts'

/** Who keeps the registry. */
export const REGISTRY: Shot[] = [
  shot('network-registry', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await page.getByRole('button', { name: 'Let it lead' }).first().waitFor()
    await settle(page)
  }),
  shot('network-registry-community', 'community', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await page.getByText('Was caught lying').waitFor()
    await page.getByText('view 1,204').waitFor()
    await settle(page)
  }),
  shot('network-registry-alone', 'alone', async (page) => {
    await page.getByText('You are the first thread').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await page.getByText('With three computers').waitFor()
    await settle(page)
  }),
  shot('network-registry-waits', 'broken', async (page) => {
    await page.getByText('Changes wait').first().waitFor()
    await press(page, 'Show which')
    await page.getByRole('table').waitFor()
    await settle(page)
  }),
  shot('network-registry-demote-last', 'alone', async (page) => {
    await page.getByText('You are the first thread').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await press(page, 'Take its vote')
    await page.getByText('the only computer that votes').waitFor()
    await settle(page)
  }),
  shot(
    'network-registry-promoted',
    'busy',
    async (page) => {
      await page.getByText('nodes healthy').waitFor()
      await page.getByRole('radio', { name: 'Registry' }).click()
      const row = page.getByRole('row', { name: /kitchen-laptop/ })
      await row.getByRole('button', { name: 'Give a vote' }).click()
      await hold(page, 'kitchen-laptop votes, and keeps its vote.')
      await settle(page)
    },
    { notice: true },
  ),
  shot(
    'network-registry-transferred',
    'busy',
    async (page) => {
      await page.getByText('nodes healthy').waitFor()
      await page.getByRole('radio', { name: 'Registry' }).click()
      const row = page.getByRole('row', { name: /ben-workshop/ })
      await row.getByRole('button', { name: 'Let it lead' }).click()
      await hold(page, 'ben-workshop leads.')
      await settle(page)
    },
    { notice: true },
  ),
  shot('network-registry-demote', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await press(page, 'Take its vote')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
]
