import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

const isPaused = async (name: string): Promise<boolean | undefined> => {
  const { job } = (await home.json('ps', name)) as { job?: { schedule?: { paused?: boolean } } }
  return job?.schedule?.paused
}

it('holds a schedule, and lets it go on', async () => {
  await home.json('deploy', '--image', 'hello:1', '--name', 'backup', '--schedule', '@daily')
  const { exit, out } = await home.run('schedule', 'pause', 'backup')
  expect([exit, out]).toEqual([0, 'No run of backup begins until: mycelium schedule resume backup'])
  expect(await isPaused('backup')).toBe(true)
  expect((await home.run('schedule', 'resume', 'backup')).out).toMatch(
    /^The schedule of backup goes on/,
  )
  expect(await isPaused('backup')).not.toBe(true)
})

it('says so where there is no schedule, no workload, or nothing that can be meant', async () => {
  await home.json('deploy', '--image', 'hello:1', '--name', 'web')
  const { exit, err } = await home.run('schedule', 'pause', 'web')
  expect([exit, err]).toEqual([4, 'Error (CONFLICT): “web” has no schedule.'])
  expect((await home.run('schedule', 'pause', 'nowhere')).exit).toBe(5)
  expect((await home.run('schedule', 'stop', 'web')).exit).toBe(2)
})
