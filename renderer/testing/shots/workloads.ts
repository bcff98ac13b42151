import { openAt } from '../looking/opening.ts'
import { makeScenario } from '../scenarios/index.ts'
import { go, press, type Shot, settle, shot } from './shot.ts'

/** What runs, what is kept, and what is gone. */
export const WORKLOADS: Shot[] = [
  shot('workloads-empty', 'alone', async (page) => {
    await page.getByText('You are the first thread').waitFor()
    await go(page, '#/workloads', 'Workloads')
    await page.getByText('Nothing runs yet').waitFor()
    await settle(page)
  }),
  shot('workloads-busy', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await go(page, '#/workloads', 'Workloads')
    await page.getByRole('table').waitFor()
    await settle(page)
  }),
  shot('workload-due', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      return one.name === 'backup' ? { ...one, instances: [] } : one
    })
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/backup/instances', 'backup')
    await page.getByText(/^Next run: /).waitFor()
    await settle(page)
  }),
  shot('workload-why-due', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      return one.name === 'backup' ? { ...one, instances: [] } : one
    })
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/backup/placement', 'backup')
    await page.getByText(/^Next run: /).waitFor()
    await settle(page)
  }),
  shot('workloads-asleep', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      const asleep = { status: 'Asleep', running_instances: 0 } as const
      return one.url !== undefined && !one.job ? { ...one, ...asleep, instances: [] } : one
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workloads', 'Workloads')
    await page
      .getByRole('link', { name: /^Open / })
      .first()
      .waitFor()
    await settle(page)
  }),
  shot('workload-asleep', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      const asleep = { status: 'Asleep', running_instances: 0 } as const
      return one.name === 'notes' ? { ...one, ...asleep, instances: [] } : one
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page.getByText('nothing runs until something asks for it').waitFor()
    await settle(page)
  }),
  shot(
    'workload-paused',
    'busy',
    async (page) => {
      await page.locator('.rail').waitFor()
      await go(page, '#/workload/notes/instances', 'notes')
      await press(page, 'Pause')
      await page.getByText('nothing of it runs').waitFor()
      await settle(page)
    },
    { notice: true },
  ),
  shot('workload-warming', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      if (one.name !== 'notes') return one
      const message = '0 of 3 run the new version, 1 more warms up; the others serve the old one.'
      const conditions = [{ code: 'ROLLING_OUT', message }]
      const [first, ...rest] = one.instances
      const old = one.instances.map((each) => ({ ...each, earlier: true as const }))
      const fresh = first && { ...first, id: `${first.id}-new`, warmsUntil: '2099-01-01T00:00:00Z' }
      const instances = fresh ? [fresh, ...old] : rest
      return { ...one, status: 'Progressing' as const, conditions, instances }
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page.getByText(/^Warming up until /).waitFor()
    await settle(page)
  }),
  shot('workload-changing', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      if (one.name !== 'notes') return one
      const message = '1 of 3 run the new version; the old one serves.'
      const conditions = [{ code: 'ROLLING_OUT', message }]
      const old = one.instances.map((each) => ({ ...each, earlier: true as const }))
      const states = ['Running', 'Starting', 'Pending'] as const
      const fresh = one.instances.map((each, at) => {
        return { ...each, id: `${each.id}-new`, status: states[at] ?? 'Pending' }
      })
      const rollout = { ...one.rollout, kind: 'blueGreen' as const }
      const instances = [...old, ...fresh]
      return { ...one, status: 'Progressing' as const, conditions, rollout, instances }
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page.getByText('New version').last().scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workloads-broken', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workloads', 'Workloads')
    await page.getByRole('table').waitFor()
    await settle(page)
  }),
  shot('workload-gone', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/nothing/instances', 'No workload is called “nothing”')
    await settle(page)
  }),
  shot('workload-can-come-back', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = scenario.workloads.filter(({ name }) => name !== 'notes')
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'No workload is called “notes”')
    await page.getByRole('button', { name: 'Bring it back' }).waitFor()
    await settle(page)
  }),
  shot('workload-gone-secrets', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = scenario.workloads.filter(({ name }) => name !== 'notes')
    scenario.volumes = []
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/secrets', 'No workload is called “notes”')
    await page.getByText('mail.key').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-data', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/data', 'notes')
    await page.getByText('Kept, no copy has it').waitFor()
    await settle(page)
  }),
  shot('workload-data-empty', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/data', 'weather')
    await page.getByText('Nothing is kept').waitFor()
    await settle(page)
  }),
  shot('workload-data-for-good', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/data', 'notes')
    await press(page, 'Delete for good')
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('Type “data” to confirm').fill('data')
    await settle(page)
  }),
  shot('workload-data-give-up', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/data', 'notes')
    await press(page, 'Stop waiting for it')
    await page.getByText('Nothing is deleted').waitFor()
    await settle(page)
  }),
  shot(
    'workload-data-given-up',
    'busy',
    async (page, node) => {
      node.router('busy').scenario.volumes = makeScenario('busy').volumes
      await page.locator('.rail').waitFor()
      await go(page, '#/workload/notes/data', 'notes')
      const away = page.getByRole('row', { name: /library-1/ })
      await away.getByRole('button').press('Enter')
      await page.getByRole('dialog').getByRole('button', { name: 'Stop waiting for it' }).click()
      await page.getByText('Nobody waits for data any more').waitFor()
      await away.waitFor({ state: 'detached' })
      await settle(page)
    },
    { sizes: ['usual'] },
  ),
  shot('workload-data-gone', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await page.evaluate(`window.location.hash = '#/workload/wiki/data'`)
    await page.getByText('pages').waitFor()
    await settle(page)
  }),
  shot(
    'workload-deleted',
    'busy',
    async (page, node) => {
      // The window before this one sent its delete when it was closed.
      node.router('busy').scenario.workloads = makeScenario('busy').workloads
      await page.locator('.rail').waitFor()
      await go(page, '#/workload/weather/instances', 'weather')
      await press(page, 'Delete')
      await page.getByRole('button', { name: 'Undo' }).waitFor()
      await settle(page)
    },
    { sizes: ['usual'] },
  ),
  shot('workload-leaving', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/instances', 'weather')
    await press(page, 'Delete')
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await go(page, '#/workload/weather/instances', 'weather will be deleted')
    await settle(page)
  }),
]
