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

it('says of a member who is no admin that the network keeps it as it was, and who may change that', async () => {
  const parts = home.node.deps.network()
  const view = parts?.primary.view()
  if (!parts || !view) throw new Error('It is in a network with a registry.')
  const row = { role: 'rhizomorph' } as NonNullable<ReturnType<typeof view.node>>
  parts.primary.view = () => ({ ...view, node: () => row })
  home.node.deps.node.role = () => 'sclerotia'
  const asAdmin = await home.run('contribute', '--role', 'sclerotia')
  expect(asAdmin.out).toContain('until the network has taken that up')
  parts.permissions = () => new Set(['deploy', 'use'])
  for (const args of [['--role', 'sclerotia'], []]) {
    const { out } = await home.run('contribute', ...args)
    expect(out).toContain('Asked for: sclerotia. The network keeps it as rhizomorph')
    expect(out).toContain('mycelium promote ada')
    expect(out).not.toContain('until the network')
  }
  expect((await home.run('status')).out).toContain('rhizomorph (asked for: sclerotia)')
})

it('refuses a part that there is not', async () => {
  expect((await home.run('contribute', '--role', 'leader')).exit).toBe(2)
  expect(home.node.world.calls).toEqual([])
})
