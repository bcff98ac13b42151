import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DeviceListing, deviceListing, findGpus, grantedGpus } from './gpus.ts'

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
