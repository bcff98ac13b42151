import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

it('says which part this computer plays, and changes nothing', async () => {
  expect((await home.run('contribute')).out).toContain('ada is rhizomorph now.')
  expect(home.node.world.calls).toEqual([])
})

it('has it play another one, and says what it is until the network has taken that up', async () => {
  const { out } = await home.run('contribute', '--role', 'hypha')
  expect(out).toContain(
    'Chosen for ada: hypha. It is rhizomorph until the network has taken that up.',
  )
  expect(home.node.world.calls).toEqual([{ what: 'change', with: { role: 'hypha' } }])
  const same = await home.run('contribute', '--role', 'rhizomorph')
  expect(same.out.trim()).toBe('Chosen for ada: rhizomorph.')
})

it('refuses a part that there is not', async () => {
  expect((await home.run('contribute', '--role', 'leader')).exit).toBe(2)
  expect(home.node.world.calls).toEqual([])
})
