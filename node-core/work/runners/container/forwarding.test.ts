import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Flat } from '../../spec/testing/flat.ts'
import type { StartRequest } from '../index.ts'
import { until, written } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  createBench,
  docker,
  engineMissing,
  importImage,
  shell,
} from './testing/test-engine.ts'

const missing = await engineMissing()
const B = '/bin/busybox'

/** A door that leads every name to one that says which it was asked for. */
function createDoor(): Server {
  const server = createServer((_, response) => {
    const leads = [
      { as: 'store', address: '127.64.0.1', ports: [80, 9_000] },
      { as: 'api.example.org', address: '127.64.1.1', ports: [443], outside: true },
    ]
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: message\ndata: ${JSON.stringify(leads)}\n\n`)
  })
  server.on('connect', ({ url, headers }, client) => {
    const known = headers['proxy-authorization'] === 'Bearer secret'
    client.end(known ? `HTTP/1.1 200 OK\r\n\r\nthis is ${url}\n` : 'HTTP/1.1 401 No\r\n\r\n')
  })
  return server
}

describe.skipIf(missing)(`names in a container${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner
  let folder: string
  let door: Server
  let serial = 0

  beforeAll(async () => {
    await importImage()
    bench = await createBench()
    runner = bench.runner(ADA)
    await runner.start()
    folder = await mkdtemp(join(tmpdir(), 'mycelium-names-'))
    door = createDoor()
    await new Promise<void>((resolve) => door.listen(join(folder, 'api.sock'), resolve))
    // As the node's own doors are: whoever the instance is gets to the socket.
    const { chmod } = await import('node:fs/promises')
    await chmod(folder, 0o711)
    await chmod(join(folder, 'api.sock'), 0o666)
  }, 60_000)
  afterAll(async () => {
    await runner?.stop()
    door?.close()
    door?.closeAllConnections()
    await bench?.close()
    if (folder) await rm(folder, { recursive: true, force: true })
  }, 60_000)

  const requestOf = (script: string, more: Partial<Flat> = {}): StartRequest => {
    const uses = [{ name: 'shelf', as: 'store' }]
    const egress = [{ host: 'api.example.org', ports: [443] }]
    const id = `front-0-n${process.pid.toString(36)}${serial++}`
    const request = {
      id,
      workload: shell('front', script, { uses, egress, ...more }),
      index: 0,
      generation: 1,
    }
    const access = { folder, token: 'secret', secrets: {} }
    return { ...request, access, signal: AbortSignal.timeout(60_000), onProgress: () => {} }
  }
  const inside = (id: string) => docker.getContainer(id).inspect()

  it('are open from before it starts, at every port, and the instance is one', async () => {
    const script = `${B} nc store 80; ${B} nc store 9000; ${B} nc api.example.org 443; exec ${B} sleep 1000`
    const request = requestOf(script)
    await runner.run(request)
    const enough = (told: unknown[]): boolean => told.length === 3
    const [said] = await written(runner, request.id, { enough })
    expect(said.map(({ line }) => line)).toEqual([
      ...['this is store:80', 'this is store:9000', 'this is api.example.org:443'],
    ])
    const listed = (await runner.list()).filter(({ id }) => id === request.id)
    expect(listed).toMatchObject([{ state: 'running' }])
    await runner.end(request.id, { graceMs: 0 })
    expect(await docker.listContainers({ all: true, filters: { name: [request.id] } })).toEqual([])
  })

  it('are held by a container that may nothing and writes nowhere', async () => {
    const request = requestOf(`exec ${B} sleep 1000`)
    await runner.run(request)
    const { HostConfig, Config, Mounts } = await inside(request.id)
    expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], CapAdd: null, ReadonlyRootfs: true })
    expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges:true'])
    expect(Config.User).toBe('65534:65534')
    expect(Mounts.filter(({ RW }) => RW)).toEqual([])
    const { Mounts: ofThePart } = await inside(`${request.id}.main`)
    expect(ofThePart.map(({ Destination }) => Destination)).toEqual(['/run/mycelium'])
    await runner.end(request.id, { graceMs: 0 })
  })

  it('are open at the very ports at which the instance listens at every address', async () => {
    const listens = `${B} nc -l -p 80 -e ${B} echo own &`
    const asks = ['store 80', 'store 9000', 'api.example.org 443', '127.0.0.1 80']
    const script = `${listens} ${B} sleep 1; ${asks.map((one) => `${B} nc ${one};`).join(' ')} exec ${B} sleep 1000`
    const ports = [80, 443].map((containerPort) => ({ containerPort, protocol: 'tcp' as const }))
    const request = requestOf(script, { ports })
    await runner.run(request)
    const enough = (told: unknown[]): boolean => told.length === asks.length
    const [said] = await written(runner, request.id, { enough })
    expect(said.map(({ line }) => line)).toEqual([
      ...['this is store:80', 'this is store:9000', 'this is api.example.org:443', 'own'],
    ])
    // It wrote a rule, and may no more.
    const { State, HostConfig } = await inside(request.id)
    expect(HostConfig.ReadonlyRootfs).toBe(true)
    const status = await readFile(`/proc/${State.Pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\s+65534\s+65534/m)
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    expect(status).toMatch(/^CapBnd:\s+0+$/m)
    await runner.end(request.id, { graceMs: 0 })
  })

  it('are not what a command is run in', async () => {
    const request = requestOf(`exec ${B} sleep 1000`)
    await runner.run(request)
    const command = await runner.command(request.id, { command: [B, 'true'], input: false })
    for await (const _ of command.output) void _
    expect(await command.exitCode()).toBe(0)
    await runner.end(request.id, { graceMs: 0 })
  })

  it('end the instance when they end', async () => {
    const request = requestOf(`exec ${B} sleep 1000`)
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    await runner.run(request)
    await docker.getContainer(request.id).kill()
    await until(() => exits.includes(request.id))
    const [listed] = (await runner.list()).filter(({ id }) => id === request.id)
    expect(listed?.state).toBe('exited')
    await runner.end(request.id, { graceMs: 0 })
  })

  it('come back when the image that holds nothing was taken away', async () => {
    await docker.getImage('mycelium-empty:1').remove({ force: true })
    const request = requestOf(`exec ${B} sleep 1000`)
    await expect(runner.run(request)).resolves.toMatchObject({ state: 'running' })
    await runner.end(request.id, { graceMs: 0 })
  })

  it('are refused by name where this computer cannot have them', async () => {
    const { access: _, ...request } = requestOf('')
    const refusal = { code: 'NOT_SUPPORTED', details: { reason: 'NO_NAMES' } }
    await expect(runner.run(request)).rejects.toMatchObject(refusal)
    const bare = bench.runner(ADA, '/nowhere/node')
    const noNode = { code: 'NOT_SUPPORTED', details: { reason: 'NO_NODE_RUNTIME' } }
    await expect(bare.run(requestOf(''))).rejects.toMatchObject(noNode)
  })
})
