/**
 * What every runner must do, whatever it runs. Each implementation hands in how to make it and three
 * workloads: `serves` answers HTTP on its declared port, `leaves` ends by itself with code 3 soon
 * after its start, `talks` writes the lines `one`, `two`, `three` to its standard output and stays.
 */
import { connect, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { portsOf, type Workload } from '../spec/index.ts'
import { changePart } from '../spec/testing/flat.ts'
import type { Runner, Running, StartProgress, StartRequest } from './index.ts'

export interface RunnerHarness {
  /** A runner of this node; a second one stands for the same node started again. */
  runner(): Runner
  /** A runner of another node of the same network on the same machine. */
  foreignRunner(): Runner
  workload(behaviour: 'serves' | 'leaves' | 'talks'): Workload
  /** Ends what is left and frees everything. */
  close(): Promise<void>
}

export function describeRunner(name: string, open: () => Promise<RunnerHarness>): void {
  describe(`${name}, as every runner`, () => {
    let harness: RunnerHarness
    let runner: Runner
    let serial = 0
    const runners: Runner[] = []

    const started = async (made: Runner): Promise<Runner> => {
      runners.push(made)
      await made.start()
      return made
    }
    const request = (workload: Workload, more: Partial<StartRequest> = {}): StartRequest => ({
      id: `${workload.name}-0-s${process.pid.toString(36)}${serial++}`,
      workload,
      index: 0,
      generation: 1,
      signal: AbortSignal.timeout(30_000),
      onProgress: () => {},
      ...more,
    })

    beforeEach(async () => {
      harness = await open()
      runner = await started(harness.runner())
    }, 60_000)
    afterEach(async () => {
      for (const each of runners.splice(0)) await each.stop()
      await harness.close()
    }, 60_000)

    it('says that it can run work', async () => {
      expect(await runner.available()).toMatchObject({ ok: true })
    })

    it('runs an instance that answers on the loopback port it names', async () => {
      const workload = harness.workload('serves')
      const [port] = portsOf(workload)
      const steps: StartProgress[] = []
      const running = await runner.run(
        request(workload, { onProgress: (progress) => steps.push(progress) }),
      )
      expect(running).toMatchObject({ workload: workload.name, index: 0, state: 'running' })
      expect(steps.at(-1)?.step).toBe('starting')
      const hostPort = running.ports[String(port?.containerPort)]
      expect(hostPort).toBeGreaterThan(0)
      await until(() => answers(hostPort ?? 0))
    })

    it('lists what runs with the labels it was given', async () => {
      const asked = request(harness.workload('serves'), { index: 4, generation: 7 })
      const running = await runner.run(asked)
      expect(await runner.list()).toEqual([
        expect.objectContaining({
          id: asked.id,
          workload: asked.workload.name,
          index: 4,
          generation: 7,
          state: 'running',
          ports: running.ports,
        }),
      ])
    })

    it('ends an instance, and has no quarrel with ending it again', async () => {
      const asked = request(harness.workload('serves'))
      const running = await runner.run(asked)
      await runner.end(asked.id, { graceMs: 200 })
      expect(await runner.list()).toEqual([])
      for (const hostPort of Object.values(running.ports)) {
        expect(await accepts(hostPort)).toBe(false)
      }
      await runner.end(asked.id)
    })

    it('tells of an instance that exits by itself, and lists it until it is removed', async () => {
      const exits: string[] = []
      runner.onExit((id) => exits.push(id))
      const asked = request(harness.workload('leaves'))
      await runner.run(asked)
      await until(() => exits.includes(asked.id))
      expect(await runner.list()).toEqual([
        expect.objectContaining({ id: asked.id, state: 'exited', exitCode: 3 }),
      ])
      await runner.end(asked.id)
      expect(await runner.list()).toEqual([])
      expect(exits).toEqual([asked.id])
    })

    it('starts an ended instance again under its id, and tells of its exit as of the first', async () => {
      const exits: string[] = []
      runner.onExit((id) => exits.push(id))
      const asked = request(harness.workload('leaves'))
      await runner.run(asked)
      await runner.end(asked.id, { graceMs: 0 })
      await runner.run(asked)
      await until(() => exits.length > 0)
      expect(await runner.list()).toEqual([expect.objectContaining({ state: 'exited' })])
      expect(exits).toEqual([asked.id])
    })

    it('does not call an end an exit', async () => {
      const exits: string[] = []
      runner.onExit((id) => exits.push(id))
      const asked = request(harness.workload('serves'))
      await runner.run(asked)
      await runner.end(asked.id, { graceMs: 200 })
      expect(exits).toEqual([])
    })

    it('reads the log, all of it or its tail, each line with its time', async () => {
      const asked = request(harness.workload('talks'))
      await runner.run(asked)
      await until(async () => (await lines(runner, asked.id)).length === 3)
      expect(await lines(runner, asked.id)).toEqual(['one', 'two', 'three'])
      expect(await lines(runner, asked.id, { tail: 2 })).toEqual(['two', 'three'])
      for await (const line of runner.logs(asked.id, { tail: 1 })) {
        expect(Math.abs(Date.now() - Date.parse(line.at))).toBeLessThan(60_000)
        expect(line.stream).toBe('stdout')
      }
    })

    it('follows the log until it is told to stop', async () => {
      const asked = request(harness.workload('talks'))
      await runner.run(asked)
      const stop = new AbortController()
      const seen: string[] = []
      for await (const { line } of runner.logs(asked.id, { follow: true, signal: stop.signal })) {
        seen.push(line)
        if (seen.length === 3) stop.abort()
      }
      expect(seen).toEqual(['one', 'two', 'three'])
    })

    it('keeps the log of an instance that has exited', async () => {
      const exits: string[] = []
      runner.onExit((id) => exits.push(id))
      const asked = request(harness.workload('leaves'))
      await runner.run(asked)
      await until(() => exits.includes(asked.id))
      expect(await lines(runner, asked.id)).toContain('leaving')
    })

    it('leaves work running when it stops, and finds it when the node starts again', async () => {
      const asked = request(harness.workload('serves'), { index: 2, generation: 3 })
      const running = await runner.run(asked)
      await runner.stop()
      const again = await started(harness.runner())
      const [found] = await again.list()
      const { startedAtMs: _, ...rest } = running
      expect(found).toMatchObject(rest)
      const exits: string[] = []
      again.onExit((id) => exits.push(id))
      await again.end(asked.id, { graceMs: 200 })
      expect(await again.list()).toEqual([])
      expect(exits).toEqual([])
    })

    it('neither lists nor ends what another node runs', async () => {
      const foreign = await started(harness.foreignRunner())
      const asked = request(harness.workload('serves'))
      await foreign.run(asked)
      expect(await runner.list()).toEqual([])
      await runner.end(asked.id)
      expect(await foreign.list()).toEqual([expect.objectContaining({ state: 'running' })])
      await foreign.end(asked.id, { graceMs: 200 })
    })

    it('refuses a host port that is taken, and leaves nothing behind', async () => {
      const taken = await listen()
      const workload = harness.workload('serves')
      const ports = portsOf(workload).map((port) => ({ ...port, hostPort: taken.port }))
      const attempt = runner.run(request(changePart(workload, { ports })))
      await expect(attempt).rejects.toMatchObject({ code: 'PORT_TAKEN' })
      expect(await runner.list()).toEqual([])
      taken.close()
    })

    it('starts nothing for a request that was given up', async () => {
      const gone = AbortSignal.abort(new Error('given up'))
      const attempt = runner.run(request(harness.workload('serves'), { signal: gone }))
      await expect(attempt).rejects.toThrow()
      expect(await runner.list()).toEqual([])
    })

    it('may be started and stopped twice', async () => {
      await runner.start()
      await runner.stop()
      await runner.stop()
    })
  })
}

/** The text of every line an instance has written so far. */
export async function lines(
  runner: Runner,
  id: Running['id'],
  options: { tail?: number } = {},
): Promise<string[]> {
  const found: string[] = []
  for await (const { line } of runner.logs(id, options)) found.push(line)
  return found
}

/** Waits for a condition, ten seconds at most. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('the condition did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`)).ok
  } catch {
    return false
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function listen(): Promise<{ port: number; close(): void }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return { port: address.port, close: () => server.close() }
}
