/** The desktop app's edge when another program has its port: it moves, says so, and comes back. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { ensureBuilt } from './electron-build.ts'
import { CONFIG, type Desktop, found, openDesktop } from './electron-desktop.ts'
import { makeFolder } from './electron-launch.ts'
import { freePort } from './harness/ports.ts'

before(ensureBuilt)

/** A home whose edge has been at that port, and whose config names none. */
async function makeUsedHome(t: TestContext, own: number): Promise<string> {
  const home = await makeFolder(t, 'desktop')
  await writeFile(path.join(home, 'config.toml'), CONFIG.replace('[edge]\nport = 0\n', ''))
  await writeFile(path.join(home, 'edge-port.json'), JSON.stringify({ own }))
  return home
}

async function moved({ get }: Desktop): Promise<string | undefined> {
  const { degraded } = (await get('/api/status')) as unknown as {
    degraded: { code: string; message: string }[]
  }
  return degraded.find(({ code }) => code === 'EDGE_PORT_MOVED')?.message
}

function edgePortOf(home: string): number {
  const { edge } = JSON.parse(readFileSync(path.join(home, 'run/node.json'), 'utf8'))
  return Number(new URL(edge).port)
}

test('an edge whose port is taken says where it is, until it has it again', {
  timeout: 180_000,
}, async (t) => {
  const own = await freePort()
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(own, '127.0.0.1', resolve))
  t.after(() => other.close())
  const home = await makeUsedHome(t, own)

  const first = await openDesktop(t, { home })
  await found(first.page, 'Elm Street')
  const meanwhile = edgePortOf(home)
  assert.notEqual(meanwhile, own)
  const message = (await moved(first)) ?? ''
  assert.match(message, new RegExp(`port ${own} .* port ${meanwhile} `))
  await first.page.getByRole('button', { name: 'Look around first' }).click()
  await first.page.getByText(message).waitFor({ timeout: 20_000 })
  await first.app.close()

  const second = await openDesktop(t, { home })
  await second.page.getByText(message).waitFor({ timeout: 60_000 })
  assert.equal(edgePortOf(home), meanwhile, 'the same other port')
  await second.app.close()

  await new Promise((resolve) => other.close(resolve))
  const third = await openDesktop(t, { home })
  await third.page.getByRole('navigation').waitFor({ timeout: 60_000 })
  assert.equal(await moved(third), undefined)
  assert.equal(edgePortOf(home), own)
  await third.app.close()
})
