import { openAt } from '../looking/opening.ts'
import { go, press, type Shot, settle, shot } from './shot.ts'

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

/** Both are to hold one password. */
const SHOP_AND_DATABASE = JSON.stringify([
  {
    name: 'shop',
    containers: [{ image: 'shop:2' }],
    secrets: [{ name: 'shop/password', env: 'DB_PASSWORD' }],
  },
  {
    name: 'shop-db',
    containers: [{ image: 'mariadb:11' }],
    secrets: [{ name: 'shop-db/password', env: 'MARIADB_PASSWORD' }],
  },
])

const COMPOSE = `services:
  wiki:
    image: wiki:2
    restart: unless-stopped
    privileged: true
`

/** Saying what to run. */
export const DEPLOY: Shot[] = [
  shot('deploy-empty', 'alone', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await settle(page)
  }),
  shot('deploy-catalogue', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/catalogue', 'Deploy')
    await page.getByText('WordPress').waitFor()
    await settle(page)
  }),
  shot('deploy-catalogue-search', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/catalogue', 'Deploy')
    await page.getByRole('searchbox', { name: 'Search the catalogue' }).fill('password')
    await settle(page)
  }),
  shot('deploy-entry', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/catalogue', 'Deploy')
    await press(page, /^Nextcloud/)
    await page.getByText('It is reached by cloud').waitFor()
    await settle(page)
  }),
  shot('deploy-entry-questions', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/catalogue', 'Deploy')
    await press(page, /^Nextcloud/)
    await page.getByText('It is reached by cloud').waitFor()
    await page.getByText('More choices').click()
    await page.getByLabel('Name', { exact: true }).fill('Our Cloud')
    await page.getByText('Lower case letters').waitFor()
    await settle(page)
  }),
  shot('deploy-out-of-step', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/catalogue', 'Deploy')
    await press(page, /^A page of your own/)
    await page.getByText('page.localhost').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    const text = page.getByLabel('Manifest', { exact: true })
    await text.fill((await text.inputValue()).replace('"replicas": 2', '"replicas": 3'))
    await page.getByRole('link', { name: 'Catalogue' }).click()
    await page.getByText('What this form gave was changed since').waitFor()
    await settle(page)
  }),
  shot('deploy-filled', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
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
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('backup:2')
    await press(page, /What it does/)
    await page.getByRole('option', { name: /by a schedule/ }).click()
    await page.getByLabel('When it is due').fill('30 3 * * *')
    await page.getByLabel('Time zone').fill('Europe/Berlin')
    await page.getByText('Changes, moves and trouble').click()
    await press(page, /Where there is not room/)
    await page.getByRole('option', { name: /before others of yours/ }).click()
    await page.getByText('The same in text').click()
    await page.getByText('in place of').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-needed', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
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
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('wiki:2')
    await page.getByText('Changes, moves and trouble').click()
    await press(page, /When it is changed/)
    await page.getByRole('option', { name: /Share by share/ }).click()
    await page.getByText('What it may reach and write').click()
    await press(page, /connect to outside/)
    await page.getByRole('option', { name: 'What I list' }).click()
    await page.getByLabel('Hosts and addresses').fill('192.168.1.5:80')
    await page.getByText('home network').first().waitFor()
    await page.getByText('Folders in memory', { exact: true }).scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-files', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('wiki:2')
    await press(page, 'Files it finds')
    await press(page, 'Add a file')
    await page.getByLabel('Path', { exact: true }).fill('/etc/wiki/wiki.conf')
    await page.getByLabel('Content', { exact: true }).fill('title = Our wiki\n')
    await page.getByText('File 1').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-import', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('What you have').fill(COMPOSE)
    await press(page, 'Read it')
    await page.getByText('What becomes of it').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-bundle', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByText('Signed program', { exact: true }).click()
    await page.getByText('Drop a .spore file').waitFor()
    await settle(page)
  }),
  shot('deploy-untrusted', 'busy', async (page, node) => {
    const { scenario } = node.router('busy')
    scenario.bundles = scenario.bundles.map((each) => ({ ...each, trusted: false }))
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByText('Signed program', { exact: true }).click()
    await press(page, /^Choose a published program/)
    await page.getByRole('option', { name: /photo-index/ }).click()
    await press(page, 'Trust who signed it')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('deploy-refused', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('nowhere')
    await press(page, /^Deploy 1/)
    await page.getByRole('alert').waitFor()
    await settle(page)
  }),
  shot('deploy-half-there', 'busy', async (page, node) => {
    node.router('busy').scenario.secrets = [{ name: 'shop/password', version: 1, readers: [] }]
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(SHOP_AND_DATABASE)
    for (const field of await page.getByLabel(/password/).all()) await field.fill('one for both')
    await press(page, /^Deploy 2/)
    await page.getByRole('alert').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-not-allowed', 'busy', async (page, node) => {
    node.router('busy').scenario.status.node.permissions = ['use']
    await openAt(page, node.link('busy'))
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'You may not deploy here')
    await settle(page)
  }),
  shot('deploy-forbidden', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('forbidden')
    await press(page, /^Deploy 1/)
    await page.getByRole('alert').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-import-unread', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('What you have').fill('hello')
    await press(page, 'Read it')
    await page.getByRole('alert').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('deploy-text', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(NOTES_AND_DATABASE)
    await page.getByText('It is reached by notes').waitFor()
    await settle(page)
  }),
  shot('deploy-text-foreign', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(COMPOSE)
    await page.getByText('This is no manifest').waitFor()
    await settle(page)
  }),
  shot('deploy-text-brought', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/manifest', 'Deploy')
    await page.getByLabel('Manifest', { exact: true }).fill(COMPOSE)
    await press(page, 'Read it as that')
    await page.getByText('What becomes of it').waitFor()
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
    // The button moves down as it is told where they would run.
    await settle(page)
    await press(page, /^Deploy 2/)
    await page.getByText('Deploying notes-db').waitFor()
    await settle(page)
  }),
  shot('deploy-stuck', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('no-program')
    await press(page, /^Deploy/)
    await page.getByRole('button', { name: 'Change what I entered' }).waitFor()
    await settle(page)
  }),
  shot('deploy-progress', 'busy', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy', 'Deploy')
    await press(page, /^Something of your own/)
    await page.getByLabel('Image', { exact: true }).fill('wiki:2')
    await page.getByRole('textbox', { name: 'Copies' }).fill('3')
    await press(page, /^Deploy/)
    await page.getByText('Pulling image').first().waitFor()
    await settle(page)
  }),
]
