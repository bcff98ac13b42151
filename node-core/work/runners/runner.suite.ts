/**
 * What every runner must do, whatever it runs. Each implementation hands in how to make it and three
 * workloads: `serves` answers HTTP on its declared port, `leaves` ends by itself with code 3 soon
 * after its start, `talks` writes the lines `one`, `two`, `three` to its standard output and stays.
 */
import { connect, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { portsOf, type Workload } from '../spec/index.ts'
import { changePart } from '../spec/testing/flat.ts'
import type { LogLineOut, Runner, Running, StartProgress, StartRequest } from './index.ts'

export interface RunnerHarness {
  /** A runner of this node; a second one stands for the same node started again. */
  runner(): Runner
  /** A runner of another node of the same network on the same machine. */
  foreignRunner(): Runner
  workload(behaviour: 'serves' | 'leaves' | 'talks'): Workload
  /** Ends what is left and frees everything. */
  close(): Promise<void>
}

/** Longer than anything takes that comes to pass, on a machine with much else to do. */
const PATIENCE_MS = 30_000

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

    it('has at hand what a start needs, as often as it is asked', async () => {
      for (let times = 0; times < 2; times++)
        await runner.obtain(request(harness.workload('serves')))
      expect(await runner.list()).toEqual([])
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

    it('gives what an instance writes, each line with its time, and goes on behind a point', async () => {
      const asked = request(harness.workload('talks'))
      await runner.run(asked)
      const [all, points] = await written(runner, asked.id, {
        enough: (lines) => lines.length === 3,
      })
      expect(all.map(({ line }) => line)).toEqual(['one', 'two', 'three'])
      for (const { at, stream } of all) {
        expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
        expect(stream).toBe('stdout')
      }
      const more = written(runner, asked.id, { after: points })
      let behind: LogLineOut[] | undefined
      await runner.end(asked.id, {
        graceMs: 0,
        drained: async () => {
          behind = (await more)[0]
        },
      })
      expect(behind).toEqual([])
    })

    it('tells the lines that may not be taken apart', async () => {
      const asked = request(harness.workload('talks'))
      await runner.run(asked)
      let taken = 0
      const stop = AbortSignal.timeout(10_000)
      const over: string[] = []
      for await (const output of runner.output(asked.id, {
        ...{ after: {}, signal: stop },
        takes: () => ++taken === 1,
      })) {
        over.push(...output.over.map((each) => each.read().line))
        if (over.length === 2) break
      }
      expect(over).toHaveLength(2)
    })

    it('gives all that an instance wrote before it exited, and comes to an end', async () => {
      const exits: string[] = []
      runner.onExit((id) => exits.push(id))
      const asked = request(harness.workload('leaves'))
      await runner.run(asked)
      await until(() => exits.includes(asked.id))
      const [all, points] = await written(runner, asked.id)
      expect(all.map(({ line }) => line)).toContain('leaving')
      expect((await written(runner, asked.id, { after: points }))[0]).toEqual([])
    })

    it('lets what is written be read to its end before it removes it', async () => {
      const asked = request(harness.workload('talks'))
      await runner.run(asked)
      // Where it is sheltered, a start goes on for a while before the program has its first word.
      await written(runner, asked.id, { enough: (lines) => lines.length === 3 })
      const reading = written(runner, asked.id, { withinMs: 20_000 })
      const ended: string[] = []
      await runner.end(asked.id, {
        graceMs: 200,
        drained: async () => {
          ended.push(...(await reading)[0].map(({ line }) => line))
        },
      })
      expect(ended).toEqual(['one', 'two', 'three'])
      expect(await runner.list()).toEqual([])
    })

    it('tells what runs here uses', async () => {
      const asked = request(harness.workload('serves'))
      await runner.run(asked)
      const foreign = await started(harness.foreignRunner())
      await until(async () => ((await runner.usage())[0]?.memoryBytes ?? 0) > 0)
      const [one, ...others] = await runner.usage()
      expect(others).toEqual([])
      expect(one).toMatchObject({ id: asked.id })
      expect(one?.cpuSeconds).toBeGreaterThanOrEqual(0)
      expect(one?.cpuSeconds).toBeLessThan(60)
      expect(one?.memoryBytes).toBeLessThan(512 * 2 ** 20)
      expect(await foreign.usage()).toEqual([])
      await runner.end(asked.id, { graceMs: 0 })
      expect(await runner.usage()).toEqual([])
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

/** What an instance writes until that is enough, it has ended, or the time is over. */
export async function written(
  runner: Runner,
  id: Running['id'],
  options: {
    enough?: (lines: LogLineOut[]) => boolean
    after?: Record<string, string>
    withinMs?: number
  } = {},
): Promise<[lines: LogLineOut[], points: Record<string, string>]> {
  const { enough = () => false, after = {}, withinMs = PATIENCE_MS } = options
  const lines: LogLineOut[] = []
  const points = { ...after }
  const reading = { after, takes: () => true, signal: AbortSignal.timeout(withinMs) }
  for await (const output of runner.output(id, reading)) {
    lines.push(...output.lines)
    Object.assign(points, output.points)
    if (enough(lines)) break
  }
  return [lines, points]
}

/** What it writes until a line says `last`, or it has ended. */
export async function linesUntil(runner: Runner, id: string, last?: string): Promise<string[]> {
  const [lines] = await written(runner, id, {
    enough: (soFar) => last !== undefined && soFar.some(({ line }) => line === last),
  })
  return lines.map(({ line }) => line)
}

/** Waits for a condition, half a minute at most unless told otherwise. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
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
