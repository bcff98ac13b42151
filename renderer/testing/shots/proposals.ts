import type { Page } from 'playwright'
import { hold, press, type Shot, settle, shot } from './shot.ts'

async function open(page: Page): Promise<void> {
  await page.getByText('nodes healthy').waitFor()
  await page.getByRole('radio', { name: 'Proposals' }).click()
}

/** What the members vote on. */
export const PROPOSALS: Shot[] = [
  shot('proposals', 'community', async (page) => {
    await open(page)
    await page.getByText('Shall Ben’s shop move in').waitFor()
    await settle(page)
  }),
  shot('proposals-waiting', 'community', async (page) => {
    await page.getByText('Waits for your vote').waitFor()
    await settle(page)
  }),
  shot('proposals-none', 'busy', async (page) => {
    await open(page)
    await page.getByText('Nothing to decide yet').waitFor()
    await settle(page)
  }),
  shot('proposals-kept', 'broken', async (page) => {
    await open(page)
    await page.getByText('nothing new can be proposed').waitFor()
    await settle(page)
  }),
  shot('proposals-make', 'community', async (page) => {
    await open(page)
    await press(page, 'Make a proposal')
    await page.getByLabel('What to vote on').fill('Shall the library’s file decide who goes on?')
    await press(page, 'It changes a setting')
    await page.getByRole('textbox', { name: 'Setting' }).fill('recovery/witness')
    await settle(page)
  }),
  shot(
    'proposals-voted',
    'community',
    async (page) => {
      await open(page)
      await press(page, /^Vote yes/)
      await hold(page, 'Your vote is in. Nobody sees it until the voting closes.')
      await settle(page)
    },
    { notice: true },
  ),
]
