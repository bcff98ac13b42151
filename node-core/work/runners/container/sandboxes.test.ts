import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  createBench,
  docker,
  engineMissing,
  IMAGE,
  importImage,
  inside,
  OWNER,
  STRANGER,
  shell,
} from './testing/test-engine.ts'

const missing = await engineMissing()
const B = '/bin/busybox'
const SETTLED_MS = 200
const SERVES = `${B} mkdir /www; echo hello >/www/index.html; exec ${B} httpd -f -p 8080 -h /www`

describe.skipIf(missing)(`networks made ahead${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner
  const idOf = (name: string): string => `${name}-0-s${process.pid.toString(36)}`

  const another = (): ContainerRunner =>
    bench.runner(ADA, process.execPath, { sandboxesReadyMax: 2 })
  beforeAll(async () => {
    await importImage()
    bench = await createBench()
    runner = another()
    await runner.start()
    // The first finds none ready; after it there is one.
    await run('first')
    await holders(1)
  }, 60_000)
  afterAll(async () => {
    await runner?.stop()
    await bench?.close()
  }, 60_000)

  const run = (name: string, { owner = OWNER, hostPort = 0 } = {}) => {
    const port = { containerPort: 8_080, protocol: 'tcp' as const, ...(hostPort && { hostPort }) }
    const workload = { ...shell('ready', SERVES, { ports: [port] }), graceMs: 0 }
    const request = { id: idOf(name), workload, index: 0, generation: 1, owner }
    return runner.run({ ...request, signal: AbortSignal.timeout(60_000), onProgress: () => {} })
  }
  const end = (name: string, options = {}): Promise<void> =>
    runner.end(idOf(name), { graceMs: 0, ...options })
  const listed = async (name: string) => (await runner.list()).find(({ id }) => id === idOf(name))
  const mine = async () => {
    const label = [`org.mycelium.network=${bench.network}`]
    return docker.listContainers({ all: true, filters: { label } })
  }
  const holding = async (): Promise<string[]> =>
    (await mine()).flatMap(({ Labels }) => Labels['org.mycelium.holds'] ?? []).sort()
  const engineIdOf = async (name: string) => (await docker.getContainer(name).inspect()).Id
  /** So many, all of them running, and the same a moment later: none is just being made or removed. */
  const holders = (count: number) =>
    until(async () => {
      const before = await holding()
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
      const states = (await mine()).filter(({ Labels }) => Labels['org.mycelium.holds'])
      const same = (await holding()).join() === before.join()
      return same && before.length === count && states.every(({ State }) => State === 'running')
    })
  /** The container that holds its network, if that was made ahead. */
  const holderOf = async (name: string): Promise<string | undefined> => {
    const { Config } = await docker.getContainer(idOf(name)).inspect()
    return Config.Labels['org.mycelium.sandbox'] || undefined
  }
  const answers = ({ address = '127.0.0.1', ports }: { address?: string; ports: object }) =>
    fetch(`http://${address}:${Reflect.get(ports, '8080')}/`).then(
      (answer) => answer.text(),
      () => '',
    )

  it('are joined by what starts next, which answers at their address and publishes nothing', async () => {
    const running = await run('next')
    expect(running).toMatchObject({
      ports: { 8080: 8_080 },
      address: expect.stringMatching(/^198\.19\./),
    })
    await until(async () => (await answers(running)) === 'hello\n')
    expect(await listed('next')).toMatchObject({
      ...{ state: 'running', ports: running.ports, address: running.address },
    })
    expect(await runner.listens(idOf('next'), 8_080)).toBe(true)
    expect(await runner.listens(idOf('next'), 8_081)).toBe(false)
    // Two starts by now: so many are kept ready, beside the one that is in use.
    await holders(3)
    await end('next')
    await holders(2)
  }, 30_000)

  it('stay for the next run of an instance, which has files of its own', async () => {
    const running = await run('again')
    const [holder, part] = [await holderOf('again'), await engineIdOf(idOf('again'))]
    await docker.getContainer(idOf('again')).kill()
    await until(async () => (await listed('again'))?.state === 'exited')
    await end('again', { again: true })
    expect(await listed('again')).toBeUndefined()
    expect(await holding()).toContain(holder)
    const second = await run('again')
    expect(second.address).toBe(running.address)
    expect(await holderOf('again')).toBe(holder)
    expect(await engineIdOf(idOf('again'))).not.toBe(part)
    await until(async () => (await answers(second)) === 'hello\n')
    await end('again')
    expect(await holding()).not.toContain(holder)
  }, 30_000)

  it('are those of instances that have ended, once their holder has; another start is well', async () => {
    await holders(2)
    await run('lost')
    const holder = (await holderOf('lost')) ?? ''
    const exits: string[] = []
    const stop = runner.onExit((id) => exits.push(id))
    await docker.getContainer(holder).kill()
    await until(() => exits.includes(idOf('lost')))
    stop()
    expect(await listed('lost')).toMatchObject({ state: 'exited' })
    await end('lost', { again: true })
    expect(await holding()).not.toContain(holder)
    const running = await run('lost')
    await until(async () => (await answers(running)) === 'hello\n')
    await end('lost')
  }, 30_000)

  it('keep those in them from this computer and from each other, as any network does', async () => {
    await holders(2)
    const host = createServer((_, response) => response.end('from the host'))
    await new Promise<void>((resolve) => host.listen(0, '0.0.0.0', resolve))
    const { port } = host.address() as AddressInfo
    const [one] = [await run('one'), await run('other')]
    try {
      expect([await holderOf('one'), await holderOf('other')].every(Boolean)).toBe(true)
      const gateway = one.address?.replace(/\d+$/, '1')
      const asks = (at: string): string => `${B} timeout 2 ${B} wget -q -O - http://${at}/`
      const beside = [`${gateway}:${port}`, `172.17.0.1:${port}`, `${one.address}:8080`]
      const script = beside.map(asks).join('; ')
      expect(await inside(idOf('other'), script)).not.toMatch(/^hello|from the host/m)
      expect(await inside(idOf('one'), asks('127.0.0.1:8080'))).toBe('hello')
      expect(await inside(idOf('one'), `${B} ls /proc | ${B} grep -c '^[0-9]*$'`)).toMatch(
        /^[1-5]$/,
      )
    } finally {
      host.close()
      await Promise.all([end('one'), end('other')])
    }
  }, 30_000)

  it('are held by what may less than any instance', async () => {
    await holders(2)
    await run('held')
    const name = (await holderOf('held')) ?? ''
    const { HostConfig, Config, NetworkSettings } = await docker.getContainer(name).inspect()
    expect(Config.User).toBe('65534:65534')
    expect(Config.Labels).not.toHaveProperty(['org.mycelium.instance'])
    expect(HostConfig.Privileged).toBe(false)
    expect(HostConfig.CapDrop).toEqual(['ALL'])
    expect(HostConfig.CapAdd ?? []).toEqual([])
    expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges:true'])
    expect(HostConfig.ReadonlyRootfs).toBe(true)
    expect([HostConfig.PidsLimit, HostConfig.Memory]).toEqual([16, 16 * 2 ** 20])
    expect(HostConfig.NetworkMode).toMatch(/^mycelium-/)
    expect(NetworkSettings.Ports ?? {}).toEqual({})
    expect(HostConfig.Mounts?.map(({ Target, ReadOnly }) => [Target, ReadOnly])).toEqual([
      ['/sandbox', true],
    ])
    await end('held')
  }, 30_000)

  it('are not for what publishes a port of this computer, nor for other owners', async () => {
    await holders(2)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: hostPort } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const running = await run('fixed', { hostPort })
    expect(running.address).toBeUndefined()
    expect(running.ports).toEqual({ 8080: hostPort })
    await until(async () => (await answers(running)) === 'hello\n')
    await run('stranger', { owner: STRANGER })
    for (const name of ['fixed', 'stranger']) {
      expect(await holderOf(name)).toBeUndefined()
      await end(name)
    }
  }, 30_000)

  it('go where a node left them, and stay while an instance is in them', async () => {
    await holders(2)
    await run('adopted')
    const holder = await holderOf('adopted')
    expect(holder).toBeDefined()
    await runner.stop()
    expect(await holding()).toEqual([holder])
    // As one that was killed leaves it.
    const { Config } = await docker.getContainer(holder ?? '').inspect()
    const Labels = { ...Config.Labels, 'org.mycelium.holds': 'orphan' }
    const orphan = await docker.createContainer({ Image: IMAGE, Cmd: [B, 'sleep', '99'], Labels })
    await orphan.start()
    runner = another()
    await runner.start()
    expect(await holding()).not.toContain('orphan')
    // One more, for the first start of this life of the node.
    await holders(2)
    expect(await holding()).toContain(holder)
    const found = await listed('adopted')
    expect(found).toMatchObject({ state: 'running' })
    await until(async () => (await answers(found ?? { ports: {} })) === 'hello\n')
    expect(await runner.listens(idOf('adopted'), 8_080)).toBe(true)
    await end('adopted')
    expect(await holding()).not.toContain(holder)
    await run('fresh')
    expect(await holderOf('fresh')).toBeDefined()
    await end('fresh')
  }, 30_000)
})
