/** A quit of the desktop app while something runs on its node: asked about, handed over, or at once. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { before, type TestContext, test } from 'node:test'
import type { ElectronApplication } from 'playwright'
import { ensureBuilt } from './electron-build.ts'
import {
  answerWith,
  askedBy,
  CONFIG,
  type Desktop,
  isAlive,
  openDesktop,
} from './electron-desktop.ts'
import { LISTEN, type WorkloadDocument } from './harness/cluster.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
// Programs of bundles need no engine; others' are run where a node can bound them, which takes root.
const skip = process.getuid?.() !== 0 && 'programs are bounded as root'
const OPTIONS = { timeout: 180_000, skip }

before(ensureBuilt)

/** The app on a home that has founded a network, and the command line of that home. */
async function openFounded(t: TestContext): Promise<{ desktop: Desktop; attic: TestNode }> {
  const attic = createTestNode('attic')
  t.after(() => attic.remove())
  await attic.json('init', '--network-name', 'Orchard', '--name', 'attic')
  await writeFile(path.join(attic.home, 'config.toml'), CONFIG)
  const desktop = await openDesktop(t, { home: attic.home })
  await desktop.page.getByRole('navigation').waitFor({ timeout: 60_000 })
  return { desktop, attic }
}

async function deploy(attic: TestNode, replicas: number): Promise<void> {
  const { file } = await attic.json<{ file: string }>(
    ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
    ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', attic.home],
  )
  const { digest } = await attic.json<{ digest: string }>('bundle', 'publish', file)
  await attic.json('deploy', '--bundle', digest, '--name', 'web', '--replicas', `${replicas}`)
}

/** By the command line, which finds the node that the app hosts as it finds any other. */
async function nodeIdOf(node: TestNode): Promise<string> {
  const { nodes } = await node.json<{ nodes: { id: string; self: boolean }[] }>('nodes')
  return nodes.find(({ self }) => self)?.id ?? ''
}

async function runningOn(asked: TestNode, id: string): Promise<number> {
  const { workloads } = await asked.json<{ workloads: WorkloadDocument[] }>('ps')
  const instances = workloads.flatMap((one) => one.instances)
  return instances.filter(({ node, status }) => node === id && status === 'Running').length
}

/** As the tray and the menu do, after this turn, so that the answer still gets out. */
async function quit(app: ElectronApplication): Promise<void> {
  await app.evaluate((electron) => void setTimeout(() => electron.app.quit(), 0))
}

test('a quit that hands over ends once others have what ran here', OPTIONS, async (t) => {
  const { desktop, attic } = await openFounded(t)
  const { app } = desktop
  const barn = createTestNode('barn')
  t.after(() => barn.remove())
  const { invite } = await attic.json<{ invite: string }>('invite')
  await barn.json('join', invite, '--name', 'barn')
  await barn.up(...LISTEN, '--no-mdns')
  await deploy(attic, 2)
  const [atticId, barnId] = [await nodeIdOf(attic), await nodeIdOf(barn)]
  await until('a copy on each', 60_000, async () => {
    return (await runningOn(attic, atticId)) === 1 && (await runningOn(attic, barnId)) === 1
  })

  await answerWith(app, 'Cancel')
  await quit(app)
  await until('the question', 10_000, async () => (await askedBy(app)).length > 0)
  assert.deepEqual(await askedBy(app), ['Quit: 1 copy runs here'])
  assert.equal(await runningOn(attic, atticId), 1, 'who cancels goes on')

  await answerWith(app, 'Hand work over and quit')
  const { pid } = app.process()
  const said = desktop.page.getByText('hands its work over').waitFor({ timeout: 60_000 })
  await quit(app)
  await said
  await until('the process to end', 90_000, () => !isAlive(pid))
  assert.equal(await runningOn(barn, barnId), 2, 'nothing was missing when the app ended')
  assert.equal(existsSync(path.join(attic.home, 'run/node.json')), false)
})

test('who ends the process from outside is asked nothing', OPTIONS, async (t) => {
  const { desktop, attic } = await openFounded(t)
  await deploy(attic, 1)
  const id = await nodeIdOf(attic)
  await until('a copy', 60_000, async () => (await runningOn(attic, id)) === 1)
  // A question that nobody answers would hold it up.
  await answerWith(desktop.app, 'Cancel')
  const { pid } = desktop.app.process()
  desktop.app.process().kill('SIGTERM')
  await until('the process to end', 30_000, () => !isAlive(pid))
  assert.equal(existsSync(path.join(attic.home, 'run/node.json')), false)
})
