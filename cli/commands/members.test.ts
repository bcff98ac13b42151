/** `mycelium members` and `leave`, against a node in memory. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ADA, instanceFacts } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

const granted = () =>
  home.node.world.calls.flatMap(({ what, with: given }) => (what === 'grant' ? [given] : []))

it('gives an owner more, less, or exactly what is named', async () => {
  await home.json('members', 'grant', 'ben', 'invite')
  await home.json('members', 'revoke', 'ben', 'deploy')
  await home.json('members', 'grant', 'ben', 'use', '--set')
  const ben = expect.any(String)
  expect(granted()).toEqual([
    { owner: ben, permissions: ['deploy', 'use', 'invite'] },
    { owner: ben, permissions: ['use', 'invite'] },
    { owner: ben, permissions: ['use'] },
  ])
  const nothing = await home.run('members', 'revoke', 'ben', 'deploy', 'use')
  expect([nothing.exit, nothing.err]).toEqual([
    4,
    expect.stringContaining('no permission any more'),
  ])
  expect((await home.run('members', 'grant', 'ben', 'everything')).exit).toBe(2)
})

it('tells whom it does not let in from whom it removes', async () => {
  expect((await home.run('members', 'remove', 'ben')).out).toBe('ben is removed.')
  home.node.world.owners = home.node.world.owners.map((one) => {
    return one.name === 'ben' ? { ...one, state: 'waiting' } : one
  })
  const { out } = await home.run('members', 'remove', 'ben')
  expect(out).toBe('ben was not let in, and may ask again.')
  expect(home.node.world.calls.map(({ what }) => what)).toEqual(['remove', 'remove'])
  expect((await home.run('members', 'remove', 'nobody')).exit).toBe(5)
})

it('does not leave without being told to where nobody would decide about members any more', async () => {
  const asked = await home.run('--json', 'leave')
  expect([asked.exit, JSON.parse(asked.err)]).toMatchObject([4, { code: 'LAST_ADMIN' }])
  expect(asked.err).toContain('Nobody who stays can let others in')
  expect(asked.err).not.toContain('keeps the data')
  const { owner, node } = ADA
  const name = { owner, workload: 'db', index: 0, volume: 'data', id: 'db.0.data.a0a0' }
  const createdAt = '2026-11-20T00:00:00.000Z'
  home.node.world.volumes.push({ ...name, node, sizeBytes: 1_000, createdAt })
  expect((await home.run('leave')).err).toMatch(/keeps the data of db-0 \(ada\)/)
  expect(home.node.world.inNetwork).toBe(true)
  expect(await home.run('leave', '--yes')).toMatchObject({ exit: 0, out: 'Left the network.' })
  expect(home.node.world.inNetwork).toBe(false)
})

it('leaves a network of which nothing runs here, where nobody can be asked what goes', async () => {
  home.node.world.inNetwork = false
  expect(await home.run('leave')).toMatchObject({ exit: 0, out: 'Left the network.' })
  home.node.deps.lifecycle.awaitingApproval = () => ({
    ...{ network: 'n', name: 'Garden', since: '2026-11-20T00:00:00.000Z' },
  })
  expect((await home.run('leave')).out).toBe('This computer no longer asks to be let into Garden.')
})

it('says what ended here when it left, without a hand-over, and what stays', async () => {
  await home.json('deploy', '--image', 'nginx', '--name', 'web')
  home.node.world.instances = [instanceFacts({ node: ADA.node })]
  const { err } = await home.run('leave', '--yes')
  expect(err).toContain('What ran here has ended: web-0.')
  expect(err).toContain('mycelium drain ada --wait')
  expect(err).toContain('The keys of this computer and of its owner stay')
})

it('does not say that something has ended which could not be', async () => {
  await home.json('deploy', '--image', 'nginx', '--name', 'web')
  home.node.world.instances = [instanceFacts({ node: ADA.node })]
  home.node.world.left = { unended: { copies: ['web-0'], message: 'Not ended yet: web-0.' } }
  const { err } = await home.run('leave', '--yes')
  expect(err).toContain('Not ended yet: web-0.')
  expect(err).not.toContain('has ended')
})

it('says what the others could not be told of its leaving', async () => {
  const stays = { code: 'NOT_HEARD', message: 'None knows that this one has left.' }
  home.node.world.left = { stays }
  expect(await home.run('leave', '--yes')).toMatchObject({
    out: 'Left the network.',
    err: expect.stringContaining('None knows that this one has left.'),
  })
})
