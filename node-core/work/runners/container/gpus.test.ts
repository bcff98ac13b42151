import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesUntil } from '../runner.suite.ts'
import { createGpuLeases } from './gpu-leases.ts'
import { type DeviceListing, deviceListing, findGpus, type Gpu, grantedGpus } from './gpus.ts'
import type { ContainerRunner } from './index.ts'
import { GPU_LABEL } from './labels.ts'
import { ADA, BEN, createBench, engineMissing, importImage, shell } from './testing/test-engine.ts'

function listing(more: Partial<DeviceListing> = {}): DeviceListing {
  return { devices: [], dri: [], vendorOf: () => undefined, groupOf: () => 0, ...more }
}

describe('graphics processors', () => {
  it('are found by their render nodes, without the nodes by which screens are set', () => {
    const found = findGpus(
      listing({
        devices: ['null', 'sda', 'dri', 'kfd'],
        dri: ['by-path', 'card0', 'card1', 'renderD128', 'renderD129'],
        vendorOf: (name) => (name === 'renderD129' ? '0x1002' : '0x8086'),
        groupOf: (file) => (file.includes('render') ? 104 : 0),
      }),
    )
    expect(found).toEqual([
      { name: 'renderD128', devices: ['/dev/dri/renderD128'], groups: [104] },
      { name: 'renderD129', devices: ['/dev/dri/renderD129', '/dev/kfd'], groups: [104] },
    ])
  })

  it("are each counted once where their maker's own driver has them", () => {
    const devices = ['nvidia10', 'nvidia2', 'nvidiactl', 'nvidia-uvm', 'nvidia-modeset']
    const dri = ['renderD128', 'renderD129', 'renderD130']
    const vendorOf = (name: string) => (name === 'renderD130' ? '0x8086' : '0x10de')
    const found = findGpus(listing({ devices, dri, vendorOf }))
    expect(found.map(({ name }) => name)).toEqual(['nvidia2', 'nvidia10', 'renderD130'])
    expect(found[0]?.devices).toEqual(['/dev/nvidia2', '/dev/nvidiactl', '/dev/nvidia-uvm'])
  })

  it('are granted by nobody unless said, all of them, or by name', () => {
    const two = listing({ dri: ['renderD128', 'renderD129'] })
    const names = (granted: Parameters<typeof grantedGpus>[0]) => {
      return grantedGpus(granted, two).map(({ name }) => name)
    }
    expect([names(undefined), names([])]).toEqual([[], []])
    expect(names('all')).toEqual(['renderD128', 'renderD129'])
    expect(names(['renderD129', 'renderD200', 'card0'])).toEqual(['renderD129'])
  })

  it('are read from the folders of a computer, which may have none', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'mycelium-gpus-'))
    try {
      expect(findGpus(deviceListing(root))).toEqual([])
      const device = path.join(root, 'sys/class/drm/renderD128/device')
      for (const folder of [path.join(root, 'dev/dri'), device])
        mkdirSync(folder, { recursive: true })
      for (const name of ['dri/renderD128', 'kfd']) writeFileSync(path.join(root, 'dev', name), '')
      writeFileSync(path.join(device, 'vendor'), '0x1002\n')
      const [gpu] = findGpus(deviceListing(root))
      expect(gpu?.devices).toEqual(['/dev/dri/renderD128', '/dev/kfd'])
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})

describe('leases', () => {
  const gpu = (name: string): Gpu => ({ name, devices: [`/dev/${name}`], groups: [] })
  const container = (name: string, gpus: string, state: 'running' | 'exited' = 'running') => {
    const rest = { engineId: name, name, ports: {}, startedAtMs: 0, state }
    return { ...rest, labels: { [GPU_LABEL]: gpus } }
  }

  it('are of what no container has, and of none twice while starts go on side by side', async () => {
    const containers = [container('a', 'g1'), container('b', 'g2', 'exited')]
    const leases = createGpuLeases({ list: async () => containers }, ['g1', 'g2', 'g3'].map(gpu))
    const taken = await Promise.all([leases.take(1), leases.take(1)])
    expect(taken.flatMap(({ gpus }) => gpus.map(({ name }) => name))).toEqual(['g2', 'g3'])
    await expect(leases.take(1)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
    taken[0]?.release()
    expect((await leases.take(1)).gpus).toEqual([gpu('g2')])
  })

  it('are whole or not at all', async () => {
    const leases = createGpuLeases({ list: async () => [] }, [gpu('g1'), gpu('g2')])
    await expect(leases.take(3)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
    expect((await leases.take(2)).gpus).toHaveLength(2)
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
        const runner = bench.runner(node, undefined, { gpus: [STAND_IN] })
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
