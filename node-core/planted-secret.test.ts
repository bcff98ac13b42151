/** A secret planted in a real node is looked for in everything that the node says, keeps and serves. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, expect, it, vi } from 'vitest'
import { createMemoryLogger } from './base/log/index.ts'
import { createNode, type MyceliumNode } from './node.ts'

const PLANTED = 'planted-correct-horse-battery-staple'
/** As it is, and as the contract carries it. */
const FORMS = [
  PLANTED,
  Buffer.from(PLANTED).toString('base64'),
  Buffer.from(PLANTED).toString('hex'),
]
const ROUTES = [
  ...['/api/secrets', '/debug/state', '/metrics', '/api/status', '/api/cluster/nodes'],
  ...['/api/kv', '/api/workloads', '/api/network/spore', '/api/network/seeds', '/api/openapi.json'],
]

const home = mkdtempSync(path.join(tmpdir(), 'mycelium-planted-'))
let node: MyceliumNode | undefined
afterEach(async () => {
  await node?.stop()
  rmSync(home, { recursive: true, force: true })
})

function holdsPlanted(text: string): boolean {
  return FORMS.some((form) => text.includes(form))
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name))
}

it('is in no answer, no log line and no file of its node', async () => {
  const logger = createMemoryLogger()
  const config = {
    ...{ home, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, apiPort: 0, edgePort: 0 },
    engineSocket: path.join(home, 'no-engine.sock'),
  }
  node = createNode(config, { logger })
  await node.start()
  const { api } = node
  const call = createRouterClient(node.router, { context: {} })
  await call.network.found({ networkName: 'Garden', nodeName: 'ada' })
  const value = Buffer.from(PLANTED).toString('base64')
  await vi.waitFor(() => call.secrets.set({ name: 'shop/password', value }), {
    timeout: 10_000,
    interval: 50,
  })
  expect(await call.secrets.list({})).toMatchObject({
    secrets: [{ name: 'shop/password', version: 1, readers: [{ name: 'ada', state: 'ready' }] }],
  })
  // Refusals speak of what was sent, too.
  await expect(call.secrets.set({ name: 'shop/password', value, version: 9 })).rejects.toThrow()
  await expect(call.secrets.set({ name: 'no name', value })).rejects.toThrow()

  const token = readFileSync(path.join(home, 'api-token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}` }
  const badly = await fetch(`${api}/api/secrets/shop/password`, {
    ...{ method: 'PUT', headers: { ...headers, 'content-type': 'application/json' } },
    body: JSON.stringify({ value: PLANTED, version: -1 }),
  })
  expect(badly.status).toBe(400)
  expect(holdsPlanted(await badly.text())).toBe(false)
  for (const route of ROUTES) {
    const answer = await fetch(`${api}${route}`, { headers })
    const text = await answer.text()
    expect([route, holdsPlanted(text)]).toEqual([route, false])
  }
  await node.stop()
  expect(holdsPlanted(JSON.stringify(logger.lines))).toBe(false)
  const files = filesOf(home)
  expect(files.some((file) => file.includes('registry'))).toBe(true)
  for (const file of files) {
    expect([file, holdsPlanted(readFileSync(file).toString('latin1'))]).toEqual([file, false])
  }
}, 30_000)
