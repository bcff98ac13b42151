/** What a container that takes all it can get comes to, seen from inside and from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changePart } from '../../spec/testing/flat.ts'
import { linesUntil, until } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import { PIDS_MAX } from './limits.ts'
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
/** How far above its bound anything may come. */
const ROOM = 1.05

describe.skipIf(missing)(`a container's bounds${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner

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

  async function greedy(name: string, script: string, mebibytes = 64): Promise<string> {
    const id = `${name}-0-b${process.pid.toString(36)}`
    const workload = shell(name, script, {
      resources: { cpuMillis: 500, memoryBytes: mebibytes * 2 ** 20 },
    })
    const request = { id, workload, index: 0, generation: 1, signal: AbortSignal.timeout(30_000) }
    await runner.run({ ...request, onProgress: () => {} })
    return id
  }
  const statsOf = (id: string) => docker.getContainer(id).stats({ stream: false })

  it('hold its processes under a fork bomb', async () => {
    const more = PIDS_MAX + 200
    const bomb = `i=0; while [ $i -lt ${more} ]; do ${B} sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done; echo all`
    const script = `${B} sh -c '${bomb}' 2>&1 | ${B} head -n 3; echo done; exec ${B} sleep 1000`
    const id = await greedy('bomb', script, 512)
    const said = await linesUntil(runner, id, 'done')
    expect(said.join(' ')).toMatch(/fork/)
    expect(said).not.toContain('all')
    const current = (await statsOf(id)).pids_stats?.current ?? 0
    expect(current).toBeGreaterThan(PIDS_MAX / 2)
    expect(current).toBeLessThanOrEqual(PIDS_MAX)
    await runner.end(id, { graceMs: 0 })
  }, 60_000)

  it('end what takes more memory than it has', async () => {
    const hog = `${B} dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null`
    const id = await greedy('hog', `${hog}; echo "ended: $?"; exec ${B} sleep 1000`)
    expect(await linesUntil(runner, id, 'ended: 137')).toContain('ended: 137')
    const { usage, limit } = (await statsOf(id)).memory_stats
    expect(limit).toBe(64 * 2 ** 20)
    expect(usage).toBeLessThanOrEqual(limit)
    await runner.end(id, { graceMs: 0 })
  }, 60_000)

  it('say of what ended because it took all of its memory that it did', async () => {
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    const id = await greedy(
      'eater',
      `${B} sleep 1; exec ${B} dd if=/dev/zero of=/dev/null bs=200M count=1`,
    )
    await until(() => exits.includes(id), 30_000)
    const listed = (await runner.list()).find((one) => one.id === id)
    expect(listed).toMatchObject({ exitCode: 137, endedFor: { code: 'MEMORY_EXCEEDED' } })
    expect(listed?.endedFor?.message).toContain('resources.memory')
    await runner.end(id, { graceMs: 0 })
  }, 60_000)

  it('hold its processor time within five in a hundred', async () => {
    const spin = 'while :; do :; done'
    const id = await greedy('spin', `(${spin}) & (${spin}) & ${spin}`)
    const [before, beganMs] = [await statsOf(id), performance.now()]
    const used = (stats: Awaited<ReturnType<typeof statsOf>>) =>
      stats.cpu_stats.cpu_usage.total_usage
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    const after = await statsOf(id)
    // By the engine's own time of both readings: a busy machine may be late with either.
    const spanMs = Date.parse(after.read) - Date.parse(before.read)
    expect(spanMs).toBeGreaterThan(Math.min(2_000, performance.now() - beganMs))
    expect((used(after) - used(before)) / 1e6 / spanMs).toBeLessThanOrEqual(0.5 * ROOM)
    await runner.end(id, { graceMs: 0 })
  }, 60_000)

  it('end what writes more to disk than it may, and say why', async () => {
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    const id = `filler-0-b${process.pid.toString(36)}`
    const fill = `${B} dd if=/dev/zero of=/big bs=1M count=48 2>/dev/null; echo written`
    const workload = shell('filler', `${fill}; exec ${B} sleep 1000`, {
      resources: { cpuMillis: 500, memoryBytes: 64 * 2 ** 20, diskBytes: 32 * 2 ** 20 },
    })
    const request = { id, workload, index: 0, generation: 1, signal: AbortSignal.timeout(30_000) }
    await runner.run({ ...request, onProgress: () => {} })
    await until(() => exits.includes(id), 30_000)
    const listed = (await runner.list()).find((one) => one.id === id)
    expect(listed).toMatchObject({ state: 'exited', endedFor: { code: 'DISK_EXCEEDED' } })
    expect(listed?.endedFor?.message).toMatch(/^It wrote \d+Mi where it may have 32Mi/)
    await runner.end(id, { graceMs: 0 })
  }, 60_000)

  it('keep its root as it was where that is asked for, and folders in memory to their size', async () => {
    const id = `strict-0-b${process.pid.toString(36)}`
    const script = [
      `(: >/x) 2>/dev/null && echo "root: written" || echo "root: refused"`,
      `${B} dd if=/dev/zero of=/scratch/big bs=1M count=20 2>&1 | ${B} grep -o "No space left"`,
      `echo "held: $(${B} stat -c %s /scratch/big)"; ${B} rm /scratch/big; ${B} touch /tmp/x && echo "tmp: written"`,
      `${B} dd if=/dev/zero of=/tmp/big bs=1M count=100 2>/dev/null; echo "beyond: $?"`,
      `echo done; exec ${B} sleep 1000`,
    ].join('\n')
    const workload = changePart(shell('strict', script), {
      readOnlyRoot: true,
      scratch: [
        { path: '/tmp', sizeBytes: 2 ** 30 },
        { path: '/scratch', sizeBytes: 8 * 2 ** 20 },
      ],
    })
    const request = { id, workload, index: 0, generation: 1, signal: AbortSignal.timeout(30_000) }
    await runner.run({ ...request, onProgress: () => {} })
    const said = await linesUntil(runner, id, 'done')
    expect(said.slice(0, 4)).toEqual([
      ...['root: refused', 'No space left', `held: ${8 * 2 ** 20}`, 'tmp: written'],
    ])
    // It is memory, and counts as the container's, whatever size it was given.
    expect(said[4]).not.toBe('beyond: 0')
    await runner.end(id, { graceMs: 0 })
  }, 60_000)
})
