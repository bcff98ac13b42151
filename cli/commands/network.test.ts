import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, createTestHome, type TestHome } from '../testing/cli-run.ts'

it('says of what it joined what it is, and what this computer is called there', async () => {
  const home = await createRunningHome()
  home.node.world.inNetwork = false
  const { out } = await home.run('join', 'mycelium://join?x')
  expect(out).toMatch(/^Joined “Garden” as ada\.\n\nNetwork +/)
  await home.remove()
})

it('founds under the name of a person, with a node and without one', async () => {
  const [still, running] = [createTestHome(), await createRunningHome()]
  running.node.world.inNetwork = false
  for (const home of [still, running]) {
    const said = await home.run('init', '--network-name', 'Garden', '--owner-name', ' Ada ')
    expect(said).toMatchObject({ exit: 0 })
  }
  const settings = JSON.parse(readFileSync(path.join(still.home, 'settings.json'), 'utf8'))
  expect(settings.ownerName).toBe('Ada')
  expect(running.node.world.calls).toMatchObject([{ what: 'found', with: { ownerName: 'Ada' } }])
  await still.remove()
  await running.remove()
})

it('refuses names that a home could not read again, by the flag', async () => {
  const home = createTestHome()
  for (const flag of ['--name', '--owner-name']) {
    const { exit, err } = await home.run('init', '--network-name', 'Garden', flag, 'x'.repeat(64))
    expect([exit, err]).toEqual([2, expect.stringContaining(`${flag}: from one letter to 63.`)])
  }
  await home.remove()
})

it('refuses a name for a network that is none, by the flag', async () => {
  const home = createTestHome()
  for (const name of ['', ' ', 'x'.repeat(64)]) {
    const { exit, err } = await home.run('init', '--network-name', name)
    expect([exit, err]).toEqual([2, expect.stringContaining('--network-name: from one letter')])
  }
  await home.remove()
})

it('refuses a second network by one code, whether a node runs or not', async () => {
  const [still, running] = [createTestHome(), await createRunningHome()]
  await still.json('init', '--network-name', 'Garden', '--name', 'ada')
  for (const home of [still, running]) {
    const { exit, err } = await home.run('init', '--network-name', 'Meadow')
    expect([exit, err]).toEqual([4, expect.stringMatching(/^Error \(IN_A_NETWORK\): .*eave it/)])
    await home.remove()
  }
})

it('refuses an invite that is good for too short or too long, by the flag', async () => {
  const home = await createRunningHome()
  for (const duration of ['1s', '91d']) {
    const { exit, err } = await home.run('invite', '--expires', duration)
    expect([exit, err]).toEqual([2, expect.stringContaining('--expires: from 60s to 90d.')])
  }
  await home.remove()
})

describe('mycelium leave where no node runs', () => {
  let home: TestHome
  beforeEach(() => {
    home = createTestHome()
  })
  afterEach(() => home.remove())

  it('says how to leave all the same, and does so once it is told that it knows what that means', async () => {
    await home.json('init', '--network-name', 'Garden', '--name', 'ada')
    const engine = { version: 1, address: 'unix:///of-its-node.sock' }
    writeFileSync(path.join(home.home, 'engine.json'), JSON.stringify(engine))
    // Which is a reason for its node not to start.
    writeFileSync(path.join(home.home, 'state.db'), 'damaged')
    const plain = await home.run('leave')
    expect([plain.exit, plain.err]).toEqual([3, expect.stringContaining('leave --offline')])
    const asked = await home.run('leave', '--offline')
    expect([asked.exit, asked.err]).toEqual([4, expect.stringContaining('NOT_HEARD')])
    expect(existsSync(path.join(home.home, 'genesis.cbor'))).toBe(true)

    expect(await home.json('leave', '--offline', '--yes')).toMatchObject({
      stays: { code: 'NOT_HEARD' },
      engineAddress: 'unix:///of-its-node.sock',
      unended: { copies: [], message: expect.stringMatching(/go on\..*mycelium up.*uninstall/) },
    })
    const left = ['genesis.cbor', 'state.db', 'left-data.cbor', 'identity']
    const there = left.map((name) => existsSync(path.join(home.home, name)))
    expect(there).toEqual([false, false, true, true])
    // Another network takes its place.
    await home.json('init', '--network-name', 'Meadow')
  })

  it('says nothing of another way where there is no network to leave', async () => {
    const { exit, err } = await home.run('leave')
    expect([exit, err]).toEqual([3, expect.not.stringContaining('--offline')])
    const offline = await home.run('leave', '--offline', '--yes')
    expect([offline.exit, offline.err]).toEqual([4, expect.stringContaining('in no network')])
    expect(existsSync(path.join(home.home, 'identity'))).toBe(false)
  })
})

it('leaves by the node where one runs, which can tell the others', async () => {
  const home = await createRunningHome()
  const { exit, err } = await home.run('leave', '--offline', '--yes')
  expect([exit, err]).toEqual([4, expect.stringContaining('without --offline')])
  await home.remove()
})
