/** WordPress by way of its entry in the catalogue, with images of ours in place of the published ones. */
import assert from 'node:assert/strict'
import { type Cluster, running } from '../harness/cluster.ts'
import { until } from '../harness/waiting.ts'
import { WORDPRESS } from './application.ts'
import { bring } from './images.ts'
import { ask } from './traffic.ts'

const PATIENCE_MS = 420_000

export async function deployFromCatalogue(
  cluster: Cluster,
  say: (line: string) => void,
): Promise<void> {
  const [ada] = cluster.nodes
  const [engine] = cluster.engines
  assert.ok(ada && engine)
  bring(engine, 'mariadb', 'entry-database:1')
  bring(engine, 'wordpress', 'entry-wordpress:1')
  say('images are with the first node')

  const images = ['--set', 'image=entry-wordpress:1', '--set', 'dbImage=entry-database:1']
  const { workloads } = await ada.json<{ workloads: { name: string }[] }>(
    ...['deploy', '--from', 'wordpress', '--set', 'name=blog', ...images],
  )
  assert.deepEqual(
    workloads.map(({ name }) => name),
    ['blog-db', 'blog'],
  )
  for (const name of ['blog-db', 'blog']) {
    await running(ada, name, { replicas: 1, timeoutMs: PATIENCE_MS })
  }
  say('database and front run')

  const visit = (to: string, form?: Record<string, string>) =>
    ask(ada.edge, 'blog.localhost', to, form)
  await until('the site to be set up', PATIENCE_MS, async () => {
    await WORDPRESS.install(visit, async () => '')
    return true
  })
  const { status, body } = await visit('/')
  assert.equal(status, 200)
  assert.match(body, WORDPRESS.shows)
  say('a page is made from the database, over passwords that nobody has seen')

  const { secrets } = await ada.json<{ secrets: { name: string }[] }>('secret', 'list')
  assert.deepEqual(secrets.map(({ name }) => name).sort(), [
    ...['blog-db/password', 'blog-db/root-password', 'blog/db-password'],
  ])
  const again = await ada.cli('deploy', '--from', 'wordpress', '--set', 'name=blog', ...images)
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stderr, /were kept: blog-db\/password/)
  assert.match((await visit('/')).body, WORDPRESS.shows)
  say('the same again changes nothing')
}
