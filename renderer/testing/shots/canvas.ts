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
