import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnerId } from '../../../identity/index.ts'
import type { Part, Workload } from '../../spec/index.ts'
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
const SERVES = `${B} mkdir /www && echo from-db >/www/index.html && exec ${B} httpd -f -p 8081 -h /www`
/** Asks its neighbour on localhost until it answers. */
const ASKS = `until ${B} wget -q -O - http://127.0.0.1:8081/; do ${B} sleep 0.1; done; exec ${B} sleep 1000`

describe.skipIf(missing)(`an instance of parts${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner
  let serial = 0

  beforeAll(async () => {
    await importImage()
    bench = await createBench()
    runner = bench.runner(ADA)
    await runner.start()
  }, 60_000)
  afterAll(async () => {
    await runner?.stop()
    await bench?.close()
  }, 60_000)

  const part = (name: string, script: string, change: Partial<Part> = {}): Part => {
    return { ...shell('pair', script).parts[0], name, ...change }
  }
  const requestOf = (...parts: [Part, ...Part[]]): StartRequest => {
    const workload: Workload = { ...shell('pair', ''), parts }
    const id = `pair-0-p${process.pid.toString(36)}${serial++}`
    const signal = AbortSignal.timeout(30_000)
    return { id, workload, index: 0, generation: 1, signal, onProgress: () => {} }
  }
  const web = part('web', ASKS)
  const db = part('db', SERVES, { ports: [{ containerPort: 8_081, protocol: 'tcp' }] })
  const containersOf = async (id: string): Promise<string[]> => {
    const found = await docker.listContainers({ all: true, filters: { name: [id] } })
    return found.map(({ Names }) => Names[0] ?? '').sort()
  }

  it('shares one network, publishes every port, and tells who wrote what', async () => {
    const request = requestOf(web, db)
    const running = await runner.run(request)
    const [told] = await written(runner, request.id, {
      enough: (lines) => lines.some(({ line }) => line === 'from-db'),
    })
    expect(told.at(-1)).toMatchObject({ line: 'from-db', part: 'web' })
    const answer = await fetch(`http://127.0.0.1:${running.ports['8081']}/`)
    expect(await answer.text()).toBe('from-db\n')
    const [listed] = (await runner.list()).filter(({ id }) => id === request.id)
    expect(listed).toMatchObject({ state: 'running', ports: running.ports })
    await runner.end(request.id, { graceMs: 0 })
    expect(await containersOf(request.id)).toEqual([])
  })

  it('shares a volume of its own, and starts where each says', async () => {
    const mounts = (path: string) => [{ volume: 'pages', path, readOnly: path === '/srv' }]
    const writes = `${B} pwd; echo shared >/out/page; exec ${B} sleep 1000`
    const reads = `${B} pwd; until ${B} grep shared /srv/page 2>/dev/null; do ${B} sleep 0.05; done; exec ${B} sleep 1000`
    const request = requestOf(
      part('reads', reads, { mounts: mounts('/srv'), workingDir: '/srv/app' }),
      part('writes', writes, { mounts: mounts('/out') }),
    )
    const volumes = [{ name: 'pages', sizeBytes: 2 ** 20, ifLost: 'empty' as const }]
    const owner = '1'.repeat(64) as OwnerId
    await runner.run({ ...request, owner, workload: { ...request.workload, volumes } })
    const [told] = await written(runner, request.id, {
      enough: (lines) => lines.length >= 3,
    })
    const said = told.map(({ part, line }) => `${part}: ${line}`)
    expect(said).toEqual(expect.arrayContaining(['reads: /srv/app', 'writes: /', 'reads: shared']))
    await runner.end(request.id, { graceMs: 0 })
  })

  it('knows whether they listen, whatever the port proxy accepts', async () => {
    const late = part('db', `while ! [ -e /go ]; do ${B} sleep 0.05; done; ${SERVES}`, {
      ports: [{ containerPort: 8_081, protocol: 'tcp' }],
    })
    const request = requestOf(web, late)
    await runner.run(request)
    expect(await runner.listens(request.id, 8_081)).toBe(false)
    await runner.exec(request.id, { part: 'db', command: [B, 'touch', '/go'] })
    await until(async () => (await runner.listens(request.id, 8_081)) === true)
    await runner.end(request.id, { graceMs: 0 })
    expect(await runner.listens(request.id, 8_081)).toBe(undefined)
  })

  it('has ended when one of them has, and says which', async () => {
    const request = requestOf(web, part('job', 'exit 3'))
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    await runner.run(request)
    await until(() => exits.includes(request.id))
    const [listed] = (await runner.list()).filter(({ id }) => id === request.id)
    expect(listed).toMatchObject({ state: 'exited', exitCode: 3, exitedPart: 'job' })
    await runner.end(request.id, { graceMs: 0 })
  })

  it('has ended when one of them is gone', async () => {
    const request = requestOf(web, db)
    await runner.run(request)
    await docker.getContainer(`${request.id}.db`).remove({ force: true })
    const [listed] = (await runner.list()).filter(({ id }) => id === request.id)
    expect(listed?.state).toBe('exited')
    await runner.end(request.id, { graceMs: 0 })
  })

  it('starts whole or not at all', async () => {
    const source = { image: 'mycelium-nowhere:1', imageId: `sha256:${'0'.repeat(64)}` }
    const request = requestOf(web, part('lost', '', { source }))
    await expect(runner.run(request)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    expect(await containersOf(request.id)).toEqual([])
  })

  it('bounds each of them by its own limits', async () => {
    const requests = { cpuMillis: 100, memoryBytes: 2 ** 25 }
    const limits = { cpuMillis: 300, memoryBytes: 2 ** 26 }
    const request = requestOf(web, { ...db, resources: { requests, limits } })
    await runner.run(request)
    const { HostConfig } = await docker.getContainer(`${request.id}.db`).inspect()
    expect(HostConfig).toMatchObject({ Memory: 2 ** 26, NanoCpus: 300e6, Privileged: false })
    await runner.end(request.id, { graceMs: 0 })
  })

  it('runs a command that somebody watches: input, both streams, terminal, exit code', async () => {
    const request = requestOf(web, db)
    await runner.run(request)
    const say = `read line; echo "got $line"; echo bad >&2; exit 5`
    const command = [B, 'sh', '-c', say]
    const one = await runner.command(request.id, { part: 'db', command, input: true })
    await one.write(Buffer.from('hello\n'))
    const told = { stdout: '', stderr: '' }
    for await (const { stream, bytes } of one.output) told[stream] += Buffer.from(bytes).toString()
    expect(told).toEqual({ stdout: 'got hello\n', stderr: 'bad\n' })
    expect(await one.exitCode()).toBe(5)
    const terminal = { columns: 91, rows: 17 }
    const sized = await runner.command(request.id, {
      ...{ command: [B, 'sh', '-c', `read line; ${B} stty size`], terminal, input: true },
    })
    await sized.resize({ columns: 101, rows: 19 })
    await sized.write(Buffer.from('\n'))
    let text = ''
    for await (const { bytes } of sized.output) text += Buffer.from(bytes).toString()
    expect(text).toContain('19 101')
    const counted = await runner.command(request.id, { command: [B, 'wc', '-c'], input: true })
    await counted.write(Buffer.alloc(300_000, 'x'))
    counted.endInput()
    let count = ''
    for await (const { bytes } of counted.output) count += Buffer.from(bytes).toString()
    expect(count.trim()).toBe('300000')
    await runner.end(request.id, { graceMs: 0 })
  })

  it('says of a program that it cannot start what a shell would', async () => {
    const request = requestOf(web, db)
    await runner.run(request)
    const inDb = { part: 'db', input: false }
    const all = async (command: string[], more = {}): Promise<string> => {
      const running = await runner.command(request.id, { ...inDb, command, ...more })
      let text = ''
      for await (const { bytes } of running.output) text += Buffer.from(bytes).toString()
      return `${text}${await running.exitCode()}`
    }
    const terminal = { columns: 80, rows: 24 }
    for (const how of [{}, { terminal, input: true }]) {
      await expect(all(['absent'], how)).rejects.toMatchObject({
        ...{ code: 'NOT_RUNNABLE', details: { exitCode: 127 } },
        message: expect.stringContaining(`“absent” in the container ${request.id}.db`),
      })
      await expect(all(['/etc'], how)).rejects.toMatchObject({ details: { exitCode: 126 } })
    }
    // Which a program may say of another one.
    const words = 'OCI runtime exec failed: no'
    expect(await all([B, 'sh', '-c', `echo '${words}'; exit 126`])).toBe(`${words}\n126`)
    await runner.end(request.id, { graceMs: 0 })
  })

  it('leaves nothing behind of a command that nobody waits for any more', async () => {
    const request = requestOf(web, db)
    await runner.run(request)
    const command = [B, 'sh', '-c', `${B} sleep 987654 & ${B} sleep 987654`]
    const left = await runner.command(request.id, { part: 'db', command, input: false })
    const count = async (): Promise<number> => {
      const [processes] = (await docker.getContainer(`${request.id}.db`).top()).Processes.map(
        (_: unknown, __: number, all: string[][]) => all.flat().join(' '),
      )
      return (processes ?? '').split('sleep 987654').length - 1
    }
    await until(async () => (await count()) >= 2)
    expect(await left.kill()).toBe(true)
    await until(async () => (await count()) === 0)
    await runner.end(request.id, { graceMs: 0 })
  })

  it('runs commands inside one of them, with nothing more than it has', async () => {
    const request = requestOf(web, db)
    await runner.run(request)
    const exec = (name: string, script: string): Promise<number> =>
      runner.exec(request.id, { part: name, command: [B, 'sh', '-c', script] })
    expect(await exec('db', `${B} test -d /www`)).toBe(0)
    expect(await exec('web', `${B} test -d /www`)).toBe(1)
    expect(await exec('db', 'exit 7')).toBe(7)
    expect(await exec('db', `${B} grep -q '^CapEff:.*00000000000004fb$' /proc/self/status`)).toBe(0)
    expect(await runner.exec(request.id, { part: 'db', command: ['/nothing'] })).not.toBe(0)
    const nobody = runner.exec(request.id, { part: 'cache', command: [B] })
    await expect(nobody).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' })
    await runner.end(request.id, { graceMs: 0 })
  })
})
