/** What a program that takes all it can get comes to, seen from inside and from outside. */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesUntil, until } from '../runner.suite.ts'
import type { ProcessRunner } from './index.ts'
import { PIDS_MAX } from './limits.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'

const root = process.platform === 'linux' && process.getuid?.() === 0
const UNIFIED = existsSync('/sys/fs/cgroup/cgroup.controllers')
/** How far from its bound anything may come. */
const ROOM = 0.05
const MEBIBYTE = 2 ** 20
const DISK_BYTES = 64 * MEBIBYTE

describe.skipIf(!root)("a program's bounds [root only]", () => {
  let bench: Bench
  let runner: ProcessRunner
  beforeAll(async () => {
    bench = await openBench()
    runner = bench.runner()
    await runner.start()
  })
  afterAll(() => bench.close(), 30_000)

  async function greedy(script: string, more: { cpuMillis?: number; mebibytes?: number } = {}) {
    const resources = {
      cpuMillis: more.cpuMillis ?? 1_000,
      memoryBytes: (more.mebibytes ?? 64) * MEBIBYTE,
      diskBytes: DISK_BYTES,
    }
    const workload = await bench.bundles.workload('greedy', `#!/bin/sh\n${script}`, { resources })
    const request = requestFor(workload)
    await runner.run(request)
    return request.id
  }

  it('hold its processes under a fork bomb', async () => {
    const wait = 'mkfifo never; i=0; while [ $i -lt 600 ]; do (read x <never) & i=$((i+1)); done'
    const bomb = `(${wait}; echo all) 2>&1 | head -n 1; echo done; sleep 100`
    const id = await greedy(bomb, { mebibytes: 512 })
    expect(await linesUntil(runner, id, 'done')).toEqual([expect.stringMatching(/fork/i), 'done'])
    const { cgroups } = await bench.recordOf(id)
    const counts = await Promise.all(
      cgroups.map((group) => readFile(join(group, 'pids.max'), 'utf8').catch(() => '')),
    )
    expect(counts.map((text) => text.trim())).toContain(String(PIDS_MAX))
    await runner.end(id, { graceMs: 0 })
  }, 30_000)

  it('end a program that takes more memory than it may, and tell of it', async () => {
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    const hog = `exec node -e '
      const held = []
      setInterval(() => held.push(Buffer.alloc(8 * 1024 * 1024, 1)), 10)'`
    const id = await greedy(hog, { mebibytes: 100 })
    await until(() => exits.includes(id))
    const listed = (await runner.list()).find((one) => one.id === id)
    expect(listed).toMatchObject({ state: 'exited', exitCode: 137 })
    await runner.end(id)
  }, 30_000)

  it('hold its processor time', async () => {
    const spin = 'while :; do :; done'
    const id = await greedy(`(${spin}) & (${spin}) & ${spin}`, { cpuMillis: 300 })
    const used = async () => (await runner.usage()).find((one) => one.id === id)?.cpuSeconds ?? 0
    // From before the first reading to after the second: whichever comes late, the time holds both.
    const [beganMs, before] = [performance.now(), await used()]
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const share = ((await used()) - before) / ((performance.now() - beganMs) / 1_000)
    expect(share).toBeGreaterThan(0)
    // A period of the kernel's that had begun may count whole.
    expect(share).toBeLessThanOrEqual(0.3 * (1 + ROOM) + 0.02)
    await runner.end(id, { graceMs: 0 })
  }, 30_000)

  // Version 2 of control groups ends the whole program, as above.
  it.skipIf(UNIFIED)(
    'end what takes more memory than it has, and count files in memory',
    async () => {
      const hog = 'dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null; echo "hog: $?"'
      const files = 'dd if=/dev/zero of=/dev/shm/x bs=1M count=200 2>/dev/null; echo "files: $?"'
      const id = await greedy(`${hog}; ${files}; echo done; sleep 100`)
      const seen = await linesUntil(runner, id, 'done')
      expect(seen[0]).toBe('hog: 137')
      expect(seen[1]).not.toBe('files: 0')
      await runner.end(id, { graceMs: 0 })
    },
    30_000,
  )

  it('hold what it writes: the disk is full for it and for nobody else', async () => {
    const fill = 'dd if=/dev/zero of=big bs=1M count=200 2>&1 | grep -o "No space left on device"'
    const size = 'echo "size: $(stat -c %b big)"; df -k --output=used "$TMPDIR" | tail -1'
    const id = await greedy(`${fill}; ${size}; echo done; sleep 100`)
    const seen = await linesUntil(runner, id, 'done')
    expect(seen[0]).toBe('No space left on device')
    const bytes = Number(/^size: (\d+)$/.exec(seen[1] ?? '')?.[1]) * 512
    expect(bytes).toBeLessThanOrEqual(DISK_BYTES)
    expect(bytes).toBeGreaterThan(DISK_BYTES * (1 - ROOM))
    const { size: image } = await stat(join(bench.folder, id, 'disk'))
    expect(image).toBe(DISK_BYTES)
    await runner.end(id, { graceMs: 0 })
  }, 30_000)

  it('are watched where they are not held: an overuser is ended, and why is said', async () => {
    const watched = bench.runner(bench.foreignNode, { fixedDisks: false })
    await watched.start()
    const exits: string[] = []
    watched.onExit((id) => exits.push(id))
    const script = `#!/bin/sh\ndd if=/dev/zero of=x bs=1M count=${(2 * DISK_BYTES) / MEBIBYTE}; sleep 100`
    const resources = { cpuMillis: 1_000, memoryBytes: 256 * MEBIBYTE, diskBytes: DISK_BYTES }
    const request = requestFor(await bench.bundles.workload('filler', script, { resources }))
    await watched.run(request)
    await until(() => exits.includes(request.id))
    const listed = (await watched.list()).find(({ id }) => id === request.id)
    expect(listed).toMatchObject({ state: 'exited', endedFor: { code: 'DISK_EXCEEDED' } })
    await watched.end(request.id)
  }, 30_000)
})
