import { describe, expect, it } from 'vitest'
import { engineBounds, engineFacts } from './engine-bounds.ts'

/** As an engine says it that keeps everything. */
const WHOLE = {
  ...{ DockerRootDir: '/var/lib/docker', MemoryLimit: true, SwapLimit: true },
  ...{ CpuCfsPeriod: true, CpuCfsQuota: true, PidsLimit: true },
  SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
}
const boundsOf = (more: object) => engineBounds(engineFacts.parse({ ...WHOLE, ...more }))

describe('what an engine does not keep containers to', () => {
  it.each([
    ['nothing, where it says that it keeps all', {}, []],
    ['memory', { MemoryLimit: false, SwapLimit: false }, ['memory']],
    ['processor time, by either word', { CpuCfsQuota: false }, ['cpu']],
    ['processor time, by the other', { CpuCfsPeriod: false }, ['cpu']],
    ['processes', { PidsLimit: false }, ['pids']],
    [
      'calls of the kernel',
      { SecurityOptions: ['name=seccomp,profile=unconfined'] },
      ['privileges'],
    ],
    ['calls of a kernel without a filter', { SecurityOptions: ['name=apparmor'] }, ['privileges']],
    ['the same where nothing is left to list', { SecurityOptions: null }, ['privileges']],
    ['all but a filter of its owner’s', { SecurityOptions: ['name=seccomp,profile=/s.json'] }, []],
  ])('is %s', (_, more, lacks) => {
    const found = boundsOf(more)
    expect(found.lacks).toEqual(lacks)
    expect(found.notes).toHaveLength(lacks.length)
  })

  it('is told of swap, for which nobody is refused', () => {
    expect(boundsOf({ SwapLimit: false })).toEqual({
      lacks: [],
      notes: [expect.stringContaining('swap')],
    })
  })

  it('is nothing that it does not speak of', () => {
    expect(engineBounds(engineFacts.parse({}))).toEqual({ lacks: [], notes: [] })
    expect(
      engineBounds(engineFacts.parse({ MemoryLimit: 'yes', SecurityOptions: 'x' })).lacks,
    ).toEqual([])
  })
})
