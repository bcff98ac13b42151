import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('a workload that is paused', () => {
  let home: RunningHome
  beforeEach(async () => {
    home = await createRunningHome()
    await home.json('deploy', '--image', 'hello:1', '--name', 'web', '--replicas', '2')
  })
  afterEach(() => home.remove())

  it('says how it goes on, and goes on', async () => {
    const paused = await home.run('pause', 'web')
    expect(paused.out).toBe('web is paused. For 2 copies again: mycelium resume web')
    const { out } = await home.run('ps', 'web')
    expect(out).toMatch(/^web: Paused, since \S+Z by ada; 2 wanted then$/m)
    expect((await home.run('resume', 'web')).out).toBe('web goes on.')
    expect((await home.run('resume', 'web')).err).toContain('web is not paused.')
  })
})
