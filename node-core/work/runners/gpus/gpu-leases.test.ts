import { describe, expect, it } from 'vitest'
import { createGpuLeases } from './gpu-leases.ts'
import type { Gpu } from './gpus.ts'

const gpu = (name: string): Gpu => ({ name, devices: [`/dev/${name}`], groups: [] })

describe('leases', () => {
  it('are of what nobody has who tells, and of none twice while starts go on side by side', async () => {
    const leases = createGpuLeases(['g1', 'g2', 'g3', 'g4'].map(gpu))
    leases.toldBy(async () => ['g1'])
    leases.toldBy(async (granted) => granted.map(({ name }) => name).slice(3))
    const taken = await Promise.all([leases.take(1), leases.take(1)])
    expect(taken.flatMap(({ gpus }) => gpus.map(({ name }) => name))).toEqual(['g2', 'g3'])
    await expect(leases.take(1)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
    taken[0]?.release()
    expect((await leases.take(1)).gpus).toEqual([gpu('g2')])
  })

  it('are whole or not at all, and nobody is asked where none is wanted', async () => {
    const leases = createGpuLeases([gpu('g1'), gpu('g2')])
    await expect(leases.take(3)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
    expect((await leases.take(2)).gpus).toHaveLength(2)
    leases.toldBy(() => Promise.reject(new Error('nobody answers')))
    expect((await leases.take(0)).gpus).toEqual([])
    await expect(leases.take(1)).rejects.toThrow('nobody answers')
  })

  it('are not given by a look that ended after what it did not see was released', async () => {
    const leases = createGpuLeases([gpu('g1')])
    const first = await leases.take(1)
    leases.toldBy(async () => {
      first.release()
      return []
    })
    await expect(leases.take(1)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
  })
})
