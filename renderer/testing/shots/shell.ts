import { go, press, type Shot, settle, shot } from './shot.ts'

/** A shell inside a copy. */
export const SHELL: Shot[] = [
  shot('workload-shell', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/shell', 'notes')
    await settle(page)
  }),
  shot('workload-shell-open', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/shell', 'notes')
    await press(page, 'Open the shell')
    await page.getByText('It runs.').waitFor()
    await page.keyboard.type('ls\ncolors\n')
    await settle(page)
  }),
  shot('workload-shell-ended', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/shell', 'notes')
    await page.getByRole('button', { name: 'Open the shell' }).press('Enter')
    await page.getByText('It runs.').waitFor()
    await page.keyboard.type('exit 3\n')
    await page.getByText('exit code 3').waitFor()
    await settle(page)
  }),
]
