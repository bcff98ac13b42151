/** The canvas of the Deploy screen: empty, drawn, asked, refused. */
import type { Page } from 'playwright'
import type { FakeNode } from '../fake-node.ts'
import { REFUSAL } from '../fake-router/index.ts'
import { go, press, type Shot, settle, shot } from './shot.ts'

const WORDPRESS = [
  {
    name: 'wordpress',
    replicas: 2,
    containers: [
      {
        image: 'wordpress:6.8-apache',
        env: { WORDPRESS_DB_HOST: 'db', WORDPRESS_DB_USER: 'wordpress' },
        ports: [{ containerPort: 80 }],
        mounts: [{ volume: 'html', path: '/var/www/html' }],
      },
    ],
    volumes: [{ name: 'html', size: '5Gi' }],
    uses: ['db'],
  },
  {
    name: 'db',
    containers: [
      {
        image: 'mariadb:11',
        env: { MARIADB_USER: 'wordpress' },
        mounts: [{ volume: 'data', path: '/var/lib/mysql' }],
      },
    ],
    volumes: [{ name: 'data', size: '2Gi' }],
  },
]

const SHOP = [
  {
    ...{ name: 'shop', replicas: 3, uses: ['orders', 'search', 'weather'] },
    containers: [
      {
        image: 'registry.local/team/shop:2026.11',
        env: {
          ORDERS_URL: 'http://orders:8080',
          SEARCH_HOST: 'search',
          CACHE_URL: 'redis://cache',
        },
        ports: [{ containerPort: 8080 }],
      },
      { image: 'sidecar:3' },
    ],
    edge: { access: 'members', tcp: [{ port: 18443, containerPort: 8443 }] },
  },
  {
    ...{ name: 'orders', replicas: 2, uses: [{ name: 'ledger', as: 'db' }] },
    containers: [{ image: 'orders:7', env: { DB_HOST: 'db' }, ports: [{ containerPort: 8080 }] }],
  },
  { name: 'search', autoscale: { min: 1, max: 6 }, containers: [{ image: 'search:1' }] },
  {
    name: 'ledger',
    containers: [
      {
        image: 'postgres:17',
        mounts: [
          { volume: 'data', path: '/var/lib/postgresql/data' },
          { volume: 'archive', path: '/archive' },
        ],
      },
    ],
    volumes: [{ name: 'data' }, { name: 'archive', size: '50Gi' }],
  },
  { name: 'cache', containers: [{ image: 'redis:8', ports: [{ containerPort: 6379 }] }] },
]

const BY_MOUSE = ['web', 'web:1', 'postgres', 'postgres:17', 'POSTGRES_HOST', 'data', '/data']

/** By the node, of this draft, and an example in a field. */
const SAID = [REFUSAL, 'Cannot run containers.', 'Takes no new work.', '/var/lib/app']

async function draw(page: Page, node: FakeNode, workloads: unknown): Promise<void> {
  // What somebody typed is no more to be translated than what the node says.
  Object.assign(node.router('busy').scenario, { typed: [workloads, SAID] })
  await page.locator('.rail').waitFor()
  await go(page, '#/deploy/manifest', 'Deploy')
  const text = JSON.stringify(workloads, undefined, 2)
  await page.getByLabel('Manifest', { exact: true }).fill(text)
  await page.getByRole('link', { name: 'Canvas' }).click()
  await page.getByRole('img', { name: /^Canvas of/ }).waitFor()
}

const choose = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('option', { name }).click()

interface Point {
  x: number
  y: number
}

async function middleOf(page: Page, what: string): Promise<Point> {
  const box = await page.locator(what).first().boundingBox()
  if (!box) throw new Error(`Not in sight: ${what}`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

async function drag(page: Page, what: string, to: Point): Promise<void> {
  const from = await middleOf(page, what)
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 6 })
  await page.mouse.up()
}

/** Two services dropped, a thread drawn from one to the other, and a volume dropped on the second. */
async function drawByMouse(page: Page): Promise<void> {
  const { x, y } = await middleOf(page, '.canvas-stage')
  const dialog = page.getByRole('dialog')
  for (const [image, at] of [
    ['web:1', x - 200],
    ['postgres:17', x + 100],
  ] as const) {
    await drag(page, '.canvas-piece >> nth=0', { x: at, y })
    await dialog.getByLabel('Image', { exact: true }).fill(image)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  }
  await drag(page, '.canvas-service >> nth=1', { x: x + 170, y: y - 50 })
  await drag(page, '.canvas-handle >> nth=0', await middleOf(page, '.canvas-service >> nth=1'))
  await dialog.getByRole('button', { name: 'Link', exact: true }).click()
  await drag(page, '.canvas-piece >> nth=1', await middleOf(page, '.canvas-service >> nth=1'))
  await dialog.getByLabel('Where it is seen').fill('/data')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('img', { name: /2 services, 1 volume, 0 routes and 1 link\b/ }).waitFor()
}

/** What was put elsewhere stands where it stood once that is taken back, and there again after all. */
async function takeBackAMove(page: Page): Promise<void> {
  const place = () => page.locator('.canvas-service >> nth=1').getAttribute('style')
  const moved = async (from: string | null): Promise<boolean> => {
    await settle(page)
    return (await place()) !== from
  }
  const before = await place()
  await choose(page, /^postgres/)
  await page.locator('.canvas-stage').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  const after = await place()
  if (after === before) throw new Error('Keys moved nothing.')
  await page.keyboard.press('Control+z')
  if (await moved(before)) throw new Error('A move was not taken back as one step.')
  await page.keyboard.press('Control+y')
  if (await moved(after)) throw new Error('A move that was taken back did not come again.')
}

/** What was removed stands where it stood once that is taken back. */
async function takeBackAGoing(page: Page): Promise<void> {
  const place = () => page.locator('.canvas-service >> nth=1').getAttribute('style')
  const before = await place()
  await choose(page, /^postgres/)
  await page.locator('.canvas-panel').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('img', { name: /1 service,/ }).waitFor()
  await page.keyboard.press('Control+z')
  await page.getByRole('img', { name: /2 services,/ }).waitFor()
  if ((await place()) !== before) throw new Error('It came back to another place.')
}

export const CANVAS: Shot[] = [
  shot('canvas-empty', 'alone', async (page) => {
    await page.locator('.rail').waitFor()
    await go(page, '#/deploy/canvas', 'Deploy')
    await page.getByText('Nothing here yet').waitFor()
    await settle(page)
  }),
  shot('canvas-wordpress', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await page.getByText('kitchen-laptop').first().waitFor()
    await settle(page)
  }),
  shot('canvas-service', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await choose(page, /^wordpress wordpress:6/)
    await settle(page)
  }),
  shot('canvas-probes', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    Object.assign(node.router('busy').scenario, { typed: [WORDPRESS, SAID, '500m', '/up'] })
    await choose(page, /^wordpress wordpress:6/)
    await page.getByLabel('Processor').fill('500m')
    await page.getByRole('button', { name: 'How to tell that it is well' }).press('Enter')
    await page.getByRole('button', { name: /Is it ready/ }).press('Enter')
    await page.getByRole('option', { name: 'It answers HTTP' }).press('Enter')
    await page.getByLabel('Path to ask for').fill('/up')
    await page.getByRole('link', { name: 'Manifest' }).click()
    const text = await page.getByLabel('Manifest', { exact: true }).inputValue()
    const [{ containers }] = JSON.parse(text)
    const { resources, probes } = containers[0]
    const said = JSON.stringify([resources, probes])
    const meant = [{ cpu: '500m' }, { live: { kind: 'tcp' }, ready: { kind: 'http', path: '/up' } }]
    if (said !== JSON.stringify(meant)) throw new Error(`The text says ${said}.`)
    await page.getByRole('link', { name: 'Canvas' }).click()
    await choose(page, /^wordpress wordpress:6/)
    await page.getByRole('button', { name: 'How to tell that it is well' }).press('Enter')
    await page.getByText('Is it ready?').scrollIntoViewIfNeeded()
    await settle(page)
  }),
  shot('canvas-link', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await choose(page, /^wordpress uses db/)
    await settle(page)
  }),
  shot('canvas-error', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await choose(page, /^data, kept by db/)
    await page.getByLabel('Size').fill('a lot')
    await page.getByText(REFUSAL).waitFor()
    await settle(page)
  }),
  shot('canvas-shop', 'busy', async (page, node) => {
    await draw(page, node, SHOP)
    await choose(page, /^shop uses cache/)
    await settle(page)
  }),
  shot('canvas-add-service', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await press(page, 'Service')
    await page.getByLabel('Image', { exact: true }).fill('redis:8')
    await settle(page)
  }),
  shot('canvas-add-link', 'busy', async (page, node) => {
    await draw(page, node, SHOP)
    await choose(page, /^orders orders:7/)
    await press(page, 'Link it to another')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('canvas-add-volume', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await press(page, 'Volume')
    await page.getByLabel('Where it is seen').fill('data')
    await settle(page)
  }),
  shot('canvas-add-route', 'busy', async (page, node) => {
    await draw(page, node, WORDPRESS)
    await press(page, 'Route')
    await page.getByRole('dialog').waitFor()
    await settle(page)
  }),
  shot('canvas-route', 'busy', async (page, node) => {
    await draw(page, node, SHOP)
    await choose(page, /18443/)
    await settle(page)
  }),
  shot('canvas-elsewhere', 'busy', async (page, node) => {
    await draw(page, node, SHOP)
    await choose(page, /^weather/)
    await settle(page)
  }),
  shot(
    'canvas-by-mouse',
    'busy',
    async (page, node) => {
      await draw(page, node, [])
      Object.assign(node.router('busy').scenario, { typed: [BY_MOUSE, SAID] })
      await drawByMouse(page)
      await takeBackAGoing(page)
      await takeBackAMove(page)
      await settle(page)
    },
    { sizes: ['usual'] },
  ),
  shot(
    'canvas-growing',
    'busy',
    async (page, node) => {
      await draw(page, node, WORDPRESS)
      await page.waitForTimeout(320)
    },
    { sizes: ['usual'], motion: true },
  ),
]
