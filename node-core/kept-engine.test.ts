import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSimDisk, type SimDisk } from './base/disk/index.ts'
import { createMemoryLogger } from './base/log/index.ts'
import { engineAddressOfHome, KEPT_ENGINE, keepEngine } from './kept-engine.ts'
import { endAfterwards, newHome, startNode } from './node.fixture.ts'

let disk: SimDisk
beforeEach(() => {
  vi.stubEnv('DOCKER_HOST', 'unix:///of-this-shell.sock')
  disk = createSimDisk()
})
afterEach(() => vi.unstubAllEnvs())

const keep = (address: string) => keepEngine({ disk, logger: createMemoryLogger() }, address)

it('is the one that the node used last, whatever this shell names', async () => {
  await keep('unix:///run/user/1000/docker.sock')
  await keep('tcp://[::1]:2375')
  expect(await engineAddressOfHome(disk)).toBe('tcp://[::1]:2375')
})

it.each(['', '{', '{"version":2,"address":"unix:///x"}', '{"version":1,"address":"ssh://x"}'])(
  'is the one of this shell where none is kept: %s',
  async (text) => {
    expect(await engineAddressOfHome(disk)).toBe('unix:///of-this-shell.sock')
    await disk.writeAtomic(KEPT_ENGINE, new TextEncoder().encode(text))
    expect(await engineAddressOfHome(disk)).toBe('unix:///of-this-shell.sock')
  },
)

it('does not stop the node where it cannot be written', async () => {
  const logger = createMemoryLogger()
  const full = { ...disk, writeAtomic: () => Promise.reject(new Error('full')) }
  await keepEngine({ disk: full, logger }, 'unix:///x')
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn'])
})

it('is kept by a node whose engine answers, before anything is made there', async () => {
  const config = newHome()
  const socket = path.join(config.home, 'engine.sock')
  // Answers, and tells no events; all else it lacks.
  const server = createServer(({ url = '' }, response) => {
    if (url.includes('/_ping')) return void response.end('OK')
    if (url.includes('/events')) return response.flushHeaders()
    response.statusCode = 500
    response.end('{"message":"not here"}')
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  endAfterwards(async () => void server.closeAllConnections())
  endAfterwards(async () => void server.close())
  const { call } = await startNode({ ...config, engineSocket: socket })
  await call.network.found({ networkName: 'Garden' })
  const kept = await readFile(path.join(config.home, KEPT_ENGINE), 'utf8')
  expect(JSON.parse(kept)).toEqual({ version: 1, address: `unix://${socket}` })
})
