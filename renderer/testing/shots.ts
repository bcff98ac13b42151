/** What there is to see: each screen, the state it is shown in, and how to get there. Long for being every screen once. */
import type { Page } from 'playwright'
import type { FakeNode } from './fake-node.ts'
import { makeScenario, type ScenarioName } from './scenarios.ts'

export interface Size {
  name: 'usual' | 'small' | 'zoomed'
  width: number
  height: number
  scale: number
}

/** `zoomed` is 1280 × 800 at 200 %: half the room, twice the pixels. */
export const SIZES: Size[] = [
  { name: 'usual', width: 1_280, height: 800, scale: 1 },
  { name: 'small', width: 900, height: 600, scale: 1 },
  { name: 'zoomed', width: 640, height: 400, scale: 2 },
]

export interface Shot {
  name: string
  scenario: ScenarioName
  sizes: Size['name'][]
  themes: ('light' | 'dark')[]
  /** Shown with motion; the others are still, so that pictures are alike. */
  motion?: boolean
  /** In a language of long, strange words: what is not in it escaped translation. */
  pseudo?: boolean
  prepare(page: Page, node: FakeNode): Promise<void>
}

const ALL: Size['name'][] = ['usual', 'small', 'zoomed']

function shot(
  name: string,
  scenario: ScenarioName,
  prepare: Shot['prepare'],
  sizes: Size['name'][] = ALL,
): Shot {
  return { name, scenario, sizes, themes: ['light'], prepare }
}

async function go(page: Page, place: string, heading: string): Promise<void> {
  await page.evaluate(`window.location.hash = '${place}'`)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name }).first().click()

const settle = (page: Page): Promise<void> => page.waitForTimeout(450)

const NOTES_AND_DATABASE = JSON.stringify(
  [
    {
      name: 'notes',
      containers: [{ image: 'notes:2', ports: [{ containerPort: 80 }] }],
      uses: ['notes-db'],
    },
    {
      name: 'notes-db',
      containers: [
        { image: 'postgres:17', mounts: [{ volume: 'data', path: '/var/lib/postgresql/data' }] },
      ],
      volumes: [{ name: 'data', size: '2Gi' }],
      secrets: [{ name: 'notes-db/password', env: 'POSTGRES_PASSWORD' }],
    },
  ],
  undefined,
  2,
)

export const SHOTS: Shot[] = [
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
  shot('first-run-4-name', 'new', async (page) => {
    await press(page, 'Begin')
    await press(page, 'Continue')
    await page.getByLabel('Name of the network').fill('Elm Street')
    await settle(page)
  }),
  shot('first-run-5-done', 'new', async (page, node) => {
    delete node.router('new').scenario.status.network
    await page.reload()
    await page.goto('about:blank')
    await page.goto(node.link('new'))
    await press(page, 'Begin')
    await press(page, 'Continue')
    await page.getByLabel('Name of the network').fill('Elm Street')
    await press(page, 'Start the network')
    await page.getByText('Two good next steps').waitFor()
    await settle(page)
  }),
  shot('first-run-waiting', 'waiting', async (page) => {
    await page.getByText('Waiting to be let in').waitFor()
    await settle(page)
  }),
  shot('locked', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await page.reload()
    await page.getByLabel('Token').waitFor()
    await settle(page)
  }),
  shot('network-alone', 'alone', async (page) => {
    await page.getByText('You are the first thread').waitFor()
    await settle(page)
  }),
  shot('network-busy', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.waitForTimeout(900)
  }),
  {
    ...shot(
      'network-moving',
      'busy',
      async (page, node) => {
        await page.getByText('nodes healthy').waitFor()
        await page.waitForTimeout(3_500)
        for (const { id } of node.router('busy').scenario.nodes) {
          node.router('busy').emit('instance.changed', { node: id })
        }
        await page.waitForTimeout(330)
      },
      ['usual'],
    ),
    motion: true,
  },
  shot('network-broken', 'broken', async (page) => {
    await page.getByText('waits to be let in').waitFor()
    await page.waitForTimeout(900)
  }),
  shot('network-node', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    const id = await nodeId(page, 'ben-workshop')
    await page.evaluate(`window.location.hash = '#/network/map/${id}'`)
    await page.getByRole('heading', { name: 'ben-workshop' }).waitFor()
    await page.waitForTimeout(900)
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
    await page.waitForTimeout(900)
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
    await page.getByRole('button', { name: 'Let in' }).waitFor()
    await settle(page)
  }),
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
  shot('network-registry-demote', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'Registry' }).click()
    await press(page, 'Take its vote')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-remove', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.getByRole('radio', { name: 'People' }).click()
    await press(page, 'Remove')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('network-search', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('school')
    await page.waitForTimeout(900)
  }),
  shot(
    'network-large',
    'large',
    async (page) => {
      await page.getByText('nodes healthy').waitFor()
      await page.waitForTimeout(4_000)
    },
    ['usual'],
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
  shot('workloads-broken', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workloads', 'Workloads')
    await page.getByRole('table').waitFor()
    await settle(page)
  }),
  shot('workload-instances', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/instances', 'notes')
    await settle(page)
  }),
  shot('workload-logs', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/logs', 'notes')
    await page.getByText('listening on').first().waitFor()
    await settle(page)
  }),
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
  shot('workload-shell-program', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/photo-index/shell', 'photo-index')
    await settle(page)
  }),
  shot('workload-rules', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await page.getByText('by the requests there are').waitFor()
    await page.getByText('In trouble').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-change', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/weather/rules', 'weather')
    await press(page, 'Change it')
    await page.getByText('What each copy should bear').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('workload-gone', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/nothing/instances', 'No workload is called nothing')
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
    await page.getByLabel('Type data to confirm').fill('data')
    await settle(page)
  }),
  shot('workload-data-gone', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await page.evaluate(`window.location.hash = '#/workload/wiki/data'`)
    await page.getByText('pages').waitFor()
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
  shot('workload-versions', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/versions', 'notes')
    await page.getByText('notes:1.0').waitFor()
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
  shot('workload-why', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/workload/notes/placement', 'notes')
    await page.getByText('Not there').waitFor()
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
    ['usual'],
  ),
  shot('deploy-empty', 'alone', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await settle(page)
  }),
  shot('deploy-filled', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /weather:latest/)
    await page.getByRole('textbox', { name: 'Copies' }).fill('7')
    await page.getByLabel('Port it listens on').fill('8080')
    await page.getByText('The same in text').click()
    await page.getByText('kitchen-laptop').first().waitFor()
    await settle(page)
  }),
  shot('deploy-job', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await page.getByLabel('Image', { exact: true }).fill('backup:2')
    await press(page, /What it does/)
    await page.getByRole('option', { name: /by a schedule/ }).click()
    await page.getByLabel('When it is due').fill('30 3 * * *')
    await page.getByLabel('Time zone').fill('Europe/Berlin')
    await page.getByText('Changes, moves and trouble').click()
    await press(page, /Where there is not room/)
    await page.getByRole('option', { name: /before others of yours/ }).click()
    await page.getByText('The same in text').click()
    await page.getByText('in the room of').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-needed', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await page.getByLabel('Image', { exact: true }).fill('wiki:2')
    await press(page, /How many/)
    await page.getByRole('option', { name: /as are needed/ }).click()
    await page.getByRole('textbox', { name: 'Requests a second' }).fill('50')
    await page.getByText('How soon, and how much').click()
    await page.getByRole('textbox', { name: 'At least' }).scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-bounds', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await page.getByText('Changes, moves and trouble').click()
    await press(page, /When it is changed/)
    await page.getByRole('option', { name: /Share by share/ }).click()
    await page.getByText('What it may reach and write').click()
    await page.getByText('Folders in memory', { exact: true }).scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-bundle', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await page.getByText('Signed program', { exact: true }).click()
    await page.getByText('Drop a .spore file').waitFor()
    await settle(page)
  }),
  shot('deploy-refused', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await page.getByLabel('Image', { exact: true }).fill('nowhere')
    await press(page, /^Deploy 1/)
    await page.getByRole('alert').waitFor()
    await settle(page)
  }),
  shot('deploy-text', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(NOTES_AND_DATABASE)
    await page.getByText('It is reached by notes').waitFor()
    await settle(page)
  }),
  shot('deploy-text-mistake', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page
      .getByLabel('Manifest', { exact: true })
      .fill('{\n  "name": "wiki",\n  "replica": 2\n}')
    await page.getByText('Something in it').waitFor()
    await settle(page)
  }),
  shot('deploy-text-unread', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill('{ "name": "wiki"')
    await page.getByRole('link', { name: 'Catalogue' }).click()
    await page.getByRole('alert').waitFor()
    await settle(page)
  }),
  shot('deploy-several-progress', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(NOTES_AND_DATABASE)
    await press(page, /^Deploy 2/)
    await page.getByText('Deploying notes-db').waitFor()
    await settle(page)
  }),
  shot('deploy-progress', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await page.getByLabel('Image', { exact: true }).fill('wiki:2')
    await page.getByRole('textbox', { name: 'Copies' }).fill('3')
    await press(page, /^Deploy/)
    await page.getByText('Pulling image').first().waitFor()
    await settle(page)
  }),
  shot('computer', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await settle(page)
  }),
  shot('computer-broken', 'broken', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/computer', 'attic')
    await settle(page)
  }),
  shot('palette', 'busy', async (page) => {
    await page.getByText('nodes healthy').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('l')
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
  shot('lost', 'busy', async (page, node) => {
    await page.getByText('nodes healthy').waitFor()
    await page.waitForTimeout(800)
    node.setDown(true)
    node.cut()
    await page.getByText('does not answer').waitFor()
    await settle(page)
    node.setDown(false)
  }),
  ...[
    '#/network/list',
    '#/network/people',
    '#/network/registry',
    '#/workloads',
    '#/workload/notes/instances',
    '#/workload/weather/rules',
    '#/deploy',
    '#/deploy/manifest',
    '#/computer',
  ].map(
    (place): Shot => ({
      ...shot(
        `pseudo-${place.split('/').slice(1).join('-')}`,
        'busy',
        async (page) => {
          await page.locator('.rail').waitFor()
          await page.evaluate(`window.location.hash = '${place}'`)
          await page.locator('#content').waitFor()
          await settle(page)
        },
        ['usual', 'zoomed'],
      ),
      pseudo: true,
    }),
  ),
]

/** The id of a node by its name, as the list shows it. */
async function nodeId(page: Page, name: string): Promise<string> {
  await page.getByRole('radio', { name: 'List' }).click()
  const link = page.getByRole('link', { name })
  const href = (await link.getAttribute('href')) ?? ''
  return href.split('/').at(-1) ?? ''
}
