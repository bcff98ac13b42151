import { expect, it } from 'vitest'
import { createRunningHome, createTestHome } from '../testing/cli-run.ts'

it('refuses a name for a network that is none, by the flag', async () => {
  const home = createTestHome()
  for (const name of ['', ' ', 'x'.repeat(64)]) {
    const { exit, err } = await home.run('init', '--network-name', name)
    expect([exit, err]).toEqual([2, expect.stringContaining('--network-name: from one letter')])
  }
  await home.remove()
})

it('refuses an invite that is good for too short or too long, by the flag', async () => {
  const home = await createRunningHome()
  for (const duration of ['1s', '91d']) {
    const { exit, err } = await home.run('invite', '--expires', duration)
    expect([exit, err]).toEqual([2, expect.stringContaining('--expires: from 60s to 90d.')])
  }
  await home.remove()
})
