import type { FakeNode } from '../fake-node.ts'
import { SAYS } from '../fake-router/says.ts'
import { openAt } from '../looking/opening.ts'
import { makeScenario } from '../scenarios/index.ts'
import { go, press, type Shot, settle, shot } from './shot.ts'

/** An image that nobody has, as it is where its name was mistyped. */
function failStarts(node: FakeNode): void {
  const reason = { code: 'IMAGE_NOT_FOUND', message: SAYS.registryHasNone }
  node.router('busy').scenario.workloads = makeScenario('busy').workloads.map((one) => {
    if (one.name !== 'notes') return one
    const instances = one.instances.map(({ endpoint: _, startedAt: __, ...each }) => {
      return { ...each, status: 'Failed' as const, health: 'unknown' as const, reason }
    })
    const failed = { status: 'Failed' as const, running_instances: 0, conditions: [reason] }
    return { ...one, ...failed, image: 'notez:1.3', instances }
  })
}

/** The page of one workload. */
export const WORKLOAD: Shot[] = [
  shot('workload-instances', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await settle(page)
  }),
  shot('workload-failed', 'busy', async (page, node) => {
    failStarts(node)
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await press(page, 'What the computer says')
    await page.getByText('pull access denied').waitFor()
    await settle(page)
  }),
  shot('workload-failed-change', 'busy', async (page, node) => {
    failStarts(node)
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await press(page, 'Change the image')
    await page.getByRole('button', { name: 'Change it' }).waitFor({ state: 'detached' })
    await page.getByLabel('Image', { exact: true }).waitFor()
    await settle(page)
  }),
  shot('workload-namesakes', 'namesakes', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page
      .getByText(/^ben-workshop \(.+\)$/)
      .first()
      .scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-not-assigned', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page.getByText('Not assigned').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-logs', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/logs', 'notes')
    await page.getByText('listening on').first().waitFor()
    // The stream is told by a word too, never by colour alone.
    await page.getByText('err', { exact: true }).first().waitFor()
    await page.locator('.log-note').waitFor({ state: 'detached' })
    await settle(page)
  }),
  shot('workload-log-search', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/logs', 'notes')
    await page.getByText('listening on').first().waitFor()
    await page.getByRole('searchbox', { name: 'Search in the log' }).fill('listening')
    await page.getByText('GET /health').first().waitFor({ state: 'detached' })
    await settle(page)
  }),
  shot('workload-rules', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await page.getByText('by the requests there are').waitFor()
    await page.getByText('the secret weather/api-key').waitFor()
    await page.getByText('Time to end').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-rules-top', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await page.getByText('finds the volume archive at /var/lib/weather').waitFor()
    await page.getByText('disk=ssd').waitFor()
    await settle(page)
  }),
  shot('workload-change', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await press(page, 'Change it')
    await page.getByText('What each copy should handle').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-change-files', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await press(page, 'Change it')
    await press(page, 'Files it finds')
    await press(page, 'Replace them all')
    await page.getByLabel('Path', { exact: true }).fill('etc/units.conf')
    await page.getByLabel('Content', { exact: true }).fill('unit = celsius\n')
    await page.getByText('Path', { exact: true }).scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-files', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await press(page, 'Change it')
    await press(page, 'Files it finds')
    await page.getByRole('button', { name: 'Replace them all' }).scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-runs', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/backup/runs', 'backup')
    await page.getByText('Run 5').waitFor()
    await settle(page)
  }),
  shot('workload-copies', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page.getByText('/s').first().waitFor()
    await settle(page)
  }),
  shot('workload-requests', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/requests', 'notes')
    await page.getByText('GET /export').waitFor()
    await settle(page)
  }),
  shot('workload-versions', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/versions', 'notes')
    await page.getByText('notes:1.0', { exact: true }).first().waitFor()
    await settle(page)
  }),
  shot('workload-secrets', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/secrets', 'notes')
    await page.getByText('database-password').waitFor()
    await settle(page)
  }),
  shot('workload-secret-add', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/secrets', 'notes')
    await press(page, 'Add a secret')
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('api-token')
    await page.getByLabel('Value', { exact: true }).fill('not to be seen')
    await settle(page)
  }),
  shot('workload-trust', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await press(page, 'Trust this network')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('workload-secret-replace', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/secrets', 'notes')
    const row = page.getByRole('row', { name: 'database-password' })
    await row.getByRole('button', { name: 'Replace' }).click()
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('Value', { exact: true }).fill('not to be seen')
    await settle(page)
  }),
  shot('workload-secret-delete', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/secrets', 'notes')
    const row = page.getByRole('row', { name: 'database-password' })
    await row.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('workload-loading', 'busy', async (page, node) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await settle(page)
    node.setSilent(true)
    await go(page, '#/workload/notes/versions', 'notes')
    await page.locator('.waiting').waitFor()
  }),
  shot('workload-restart', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await press(page, 'Restart')
    await page.getByText('Each copy is replaced').waitFor()
    await settle(page)
  }),
  shot('workload-held', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.workloads = makeScenario('busy').workloads.map((one) => {
      const rollout = { ...one.rollout, paused: true }
      return one.name === 'notes' ? { ...one, rollout, conditions: [] } : one
    })
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await page.getByRole('button', { name: 'Let changes through' }).waitFor()
    await settle(page)
  }),
  shot('workload-why', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/placement', 'notes')
    await page.getByText('Not there').waitFor()
    await settle(page)
  }),
]
