import { createServer } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mustHavePorts } from './taken-ports.ts'

const HOST = '127.0.0.1'
const others: { port: number; end: () => void }[] = []
beforeEach(async () => {
  for (let at = 0; at < 3; at++) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
    const { port } = server.address() as { port: number }
    others.push({ port, end: () => server.close() })
  }
})
afterEach(() => {
  for (const { end } of others.splice(0)) end()
})

const configOf = (api?: number, edge?: number, mesh?: number) => ({
  apiPort: api ?? 0,
  edgePort: edge ?? 0,
  listen: [`/ip4/${HOST}/tcp/${mesh ?? 0}`, `/ip4/${HOST}/udp/${mesh ?? 0}/quic-v1`],
})

it('names all ports that others have at once, with what chooses another', async () => {
  const [api = 0, edge = 0, mesh = 0] = others.map(({ port }) => port)
  await expect(mustHavePorts(configOf(api, edge, mesh), true)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(
      `Ports ${api} (API), ${edge} (edge), ${mesh} (mesh) are taken by another program.`,
    ),
    details: { ports: [api, edge, mesh] },
  })
  await expect(mustHavePorts(configOf(undefined, edge), true)).rejects.toThrow(
    /^Port \d+ \(edge\) is taken .* it, .*: --edge-port; in config.toml: port under \[edge\]\.$/,
  )
})

it('needs the API’s alone without a network, and none that is picked at each start', async () => {
  const [api = 0, edge = 0, mesh = 0] = others.map(({ port }) => port)
  await mustHavePorts(configOf(undefined, edge, mesh), false)
  await expect(mustHavePorts(configOf(api, edge), false)).rejects.toThrow(`${edge} (edge)`)
  await mustHavePorts(configOf(), true)
})
