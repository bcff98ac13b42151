import { afterAll, assert, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import { volumeIdOf, type Workload } from '../../spec/index.ts'
import { changePart } from '../../spec/testing/flat.ts'
import type { StartRequest } from '../index.ts'
import { linesUntil } from '../runner.suite.ts'
import { type ContainerRunner, createNodeVolumes } from './index.ts'
import {
  ADA,
  BEN,
  createBench,
  docker,
  engineMissing,
  importImage,
  shell,
} from './testing/test-engine.ts'

const missing = await engineMissing()
const B = '/bin/busybox'
const OWNER = '1'.repeat(64) as OwnerId
const OTHER = '2'.repeat(64) as OwnerId
const STAYS = `echo done; exec ${B} sleep 1000`

describe.skipIf(missing)(`volumes of containers${missing ? ` [skipped: ${missing}]` : ''}`, () => {
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

  const workload = (
    script: string,
    mount: { path?: string; readOnly?: boolean } = {},
  ): Workload => {
    const sized = { name: 'data', sizeBytes: 2 ** 30, ifLost: 'wait' as const }
    const mounts = [{ volume: 'data', path: '/data', readOnly: false, ...mount }]
    return changePart({ ...shell('keeper', script), volumes: [sized] }, { mounts })
  }
  const start = async (
    made: Workload,
    more: Partial<StartRequest> = {},
    by = runner,
  ): Promise<{ id: string; said: string[] }> => {
    const id = `keeper-0-v${process.pid.toString(36)}${serial++}`
    const request = { id, workload: made, index: 0, generation: 1, owner: OWNER, ...more }
    await by.run({ ...request, signal: AbortSignal.timeout(30_000), onProgress: () => {} })
    return { id, said: await linesUntil(by, id, 'done') }
  }
  const once = async (...args: Parameters<typeof start>): Promise<string[]> => {
    const { id, said } = await start(...args)
    await (args[2] ?? runner).end(id, { graceMs: 0 })
    return said
  }
  const READS = `${B} cat /data/file || echo nothing; ${STAYS}`

  it('outlive the instance, also one of another version', async () => {
    await once(workload(`echo mine >/data/file; ${STAYS}`))
    expect(await once(workload(READS), { generation: 2 })).toContain('mine')
  })

  it('are of one slot, one owner and one node', async () => {
    expect(await once(workload(READS), { index: 1 })).toContain('nothing')
    expect(await once(workload(READS), { owner: OTHER })).toContain('nothing')
    const foreign = bench.runner(BEN)
    await foreign.start()
    expect(await once(workload(READS), {}, foreign)).toContain('nothing')
    expect(await foreign.volumes.list()).toHaveLength(1)
    await foreign.stop()
    expect(await once(workload(READS))).toContain('mine')
  })

  it('begin with what the image has there, and its owners of files', async () => {
    const said = await once(workload(`${B} ls /bin; ${STAYS}`, { path: '/bin' }), { index: 2 })
    expect(said).toContain('busybox')
  })

  it('are not written where they are mounted to be read', async () => {
    const script = `${B} touch /data/x 2>/dev/null && echo written || echo refused; ${STAYS}`
    expect(await once(workload(script, { readOnly: true }))).toContain('refused')
  })

  it('have one writer', async () => {
    const { id } = await start(workload(STAYS))
    await expect(start(workload(STAYS))).rejects.toMatchObject({ code: 'VOLUME_IN_USE' })
    const held = volumeIdOf({ owner: OWNER, workload: 'keeper', index: 0, volume: 'data' })
    await expect(runner.volumes.remove(held)).rejects.toMatchObject({
      code: 'VOLUME_IN_USE',
    })
    await runner.end(id, { graceMs: 0 })
  })

  it('are listed, counted and removed', async () => {
    const kept = (await runner.volumes.list()).find((one) => one.index === 0 && one.owner === OWNER)
    expect(kept).toMatchObject({ workload: 'keeper', volume: 'data', sizeBytes: 2 ** 30 })
    expect(kept?.createdAtMs).toBeGreaterThan(Date.now() - 600_000)
    expect((await runner.volumes.usage()).get(kept?.id ?? '')).toBe('mine\n'.length)
    await runner.volumes.remove(kept?.id ?? '')
    await runner.volumes.remove(kept?.id ?? '')
    expect((await runner.volumes.list()).map(({ id }) => id)).not.toContain(kept?.id)
    expect(await once(workload(READS))).toContain('nothing')
  })

  it('are found by their node in whichever network, and no other’s', async () => {
    await once(workload(`echo left >/data/file; ${STAYS}`), { index: 3 })
    const whole = createNodeVolumes(ADA, createSystemClock(), { environment: process.env })
    const mine = await whole.list()
    const left = mine.find(({ index, owner }) => index === 3 && owner === OWNER)
    assert(left)
    const other = createNodeVolumes(BEN, createSystemClock(), { environment: process.env })
    expect((await other.list()).some(({ index }) => index === 3)).toBe(false)
    await whole.remove(left)
    expect((await runner.volumes.list()).map(({ id }) => id)).not.toContain(left.id)
  })

  it('are nobody’s whose owner is not said', async () => {
    const { owner: _, ...rest } = { owner: OWNER, index: 0 }
    const request = { id: 'keeper-0-nobody', workload: workload(STAYS), generation: 1, ...rest }
    const signal = AbortSignal.timeout(30_000)
    await expect(runner.run({ ...request, signal, onProgress: () => {} })).rejects.toMatchObject({
      code: 'START_FAILED',
    })
    expect(await docker.listContainers({ all: true, filters: { name: [request.id] } })).toEqual([])
  })
})
