import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createGpuLeases, type Gpu } from '../gpus/index.ts'
import { linesUntil } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import { GPU_LABEL } from './labels.ts'
import { leasedIn } from './leased-gpus.ts'
import { ADA, BEN, createBench, engineMissing, importImage, shell } from './testing/test-engine.ts'

describe('which are leased', () => {
  const container = (name: string, gpus: string, state: 'running' | 'exited' = 'running') => {
    const rest = { engineId: name, name, ports: {}, startedAtMs: 0, state }
    return { ...rest, labels: { [GPU_LABEL]: gpus } }
  }

  it('is told by the labels of what has not ended, and as it was while the engine is away', async () => {
    const told = [container('a', 'g1,g2'), container('b', 'g3', 'exited')]
    let list = async () => told
    const leased = leasedIn({ list: () => list() })
    expect(await leased()).toEqual(['g1', 'g2'])
    list = () => Promise.reject(new MyceliumError('ENGINE_UNAVAILABLE', 'away'))
    expect(await leased()).toEqual(['g1', 'g2'])
    list = () => Promise.reject(new Error('broken'))
    await expect(leased()).rejects.toThrow('broken')
  })
})

const missing = await engineMissing()
const B = '/bin/busybox'

/** A device of the kernel that does no harm stands in: there is no graphics processor here. */
const STAND_IN: Gpu = { name: 'standIn', devices: ['/dev/fuse'], groups: [4_711] }

describe.skipIf(missing)(
  `a device that is leased${missing ? ` [skipped: ${missing}]` : ''}`,
  () => {
    let bench: Awaited<ReturnType<typeof createBench>>
    const runners: ContainerRunner[] = []

    beforeAll(async () => {
      await importImage()
      bench = await createBench()
      for (const node of [ADA, BEN]) {
        const runner = bench.runner(node, undefined, { gpus: createGpuLeases([STAND_IN]) })
        await runner.start()
        runners.push(runner)
      }
    }, 60_000)
    afterAll(async () => {
      for (const runner of runners) await runner.stop()
      await bench?.close()
    }, 60_000)

    function start(runner: ContainerRunner | undefined, name: string, gpus: number) {
      const script = [
        `echo "devices: $(${B} ls /dev | ${B} grep -E 'fuse|kvm|vda|loop|mem' | ${B} tr '\\n' ' ')"`,
        `(exec 3</dev/fuse) 2>/dev/null && echo "opened: yes" || echo "opened: no"`,
        `echo "groups: $(${B} id -G)"`,
        `echo done; exec ${B} sleep 1000`,
      ].join('\n')
      const resources = { cpuMillis: 500, memoryBytes: 64 * 2 ** 20, ...(gpus > 0 && { gpus }) }
      const request = { id: `${name}-0-g${process.pid.toString(36)}`, index: 0, generation: 1 }
      const workload = shell(name, script, { resources })
      const signal = AbortSignal.timeout(30_000)
      return runner?.run({ ...request, workload, signal, onProgress: () => {} })
    }

    it('is in one container and in no other, whichever node starts it', async () => {
      const [ada, ben] = runners
      const leased = await start(ada, 'leased', 1)
      const said = await linesUntil(ada!, leased!.id, 'done')
      expect(said.slice(0, 2)).toEqual(['devices: fuse ', 'opened: yes'])
      expect(said[2]?.split(' ')).toContain('4711')
      expect((await ada!.usage()).find(({ id }) => id === leased!.id)?.gpuSeconds).toBeGreaterThan(
        0,
      )

      for (const runner of [ada, ben]) {
        await expect(start(runner, 'late', 1)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
      }
      const plain = await start(ada, 'plain', 0)
      expect((await linesUntil(ada!, plain!.id, 'done')).slice(0, 2)).toEqual([
        ...['devices: ', 'opened: no'],
      ])

      await ada!.end(leased!.id, { graceMs: 0 })
      const next = await start(ben, 'next', 1)
      expect(await linesUntil(ben!, next!.id, 'done')).toContain('opened: yes')
      await ada!.end(plain!.id, { graceMs: 0 })
      await ben!.end(next!.id, { graceMs: 0 })
    }, 60_000)
  },
)
