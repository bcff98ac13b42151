import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import type { ContainerRunner } from './index.ts'
import { createNodeContainers } from './index.ts'
import {
  ADA,
  BEN,
  createBench,
  docker,
  engineMissing,
  importImage,
  OWNER,
  shell,
  socketPath,
} from './testing/test-engine.ts'

const missing = await engineMissing()
const skipped = missing ? ` [skipped: ${missing}]` : ''

describe.skipIf(missing)(`what a node has at its engine${skipped}`, () => {
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

  const store = createNodeContainers(ADA, createSystemClock(), { socketPath })
  // Other files of tests have nodes of the same name on this engine.
  const ofTheBench = async () =>
    (await store.list()).filter(({ network }) => network === bench.network)
  const start = async (id: string) => {
    const workload = shell('left', `trap 'exit 0' TERM; while :; do /bin/busybox sleep 0.1; done`)
    const request = { id, workload, index: 0, generation: 1, owner: OWNER }
    const signal = AbortSignal.timeout(30_000)
    await runner.run({ ...request, signal, onProgress: () => {} })
  }

  it('is listed and ended without the network that it was started for, and no other node’s', async () => {
    const id = `left-0-${process.pid.toString(36)}`
    await start(id)
    const found = await ofTheBench()
    expect(found).toMatchObject([{ name: id, workload: 'left', index: 0, isRunning: true }])
    const other = createNodeContainers(BEN, createSystemClock(), { socketPath })
    expect((await other.list()).some(({ name }) => name === id)).toBe(false)
    for (const one of found) await store.end(one)
    for (const one of found) await store.end(one)
    expect(await ofTheBench()).toEqual([])
  })

  it('goes with its networks, of which none is removed that something is in', async () => {
    const linked = async () =>
      (await store.networks()).filter((network) => network === bench.network).length
    // Only where there is a shield has it networks of its own.
    if ((await linked()) === 0) return
    await start(`left-0-${process.pid.toString(36)}n`)
    await store.dropNetworks(bench.network)
    expect(await linked()).toBe(1)
    for (const one of await ofTheBench()) await store.end(one)
    await store.dropNetworks(bench.network)
    expect(await linked()).toBe(0)
    const label = [`org.mycelium.network=${bench.network}`]
    expect(await docker.listNetworks({ filters: { label } })).toEqual([])
  })
})
