import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ADA } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, createTestHome, type TestHome } from '../testing/cli-run.ts'

let home: TestHome
beforeEach(() => {
  vi.stubEnv('DOCKER_HOST', 'unix:///nowhere.sock')
  home = createTestHome()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await home.remove()
})

/** An engine that has nothing. */
async function listenAsEmptyEngine(socket: string) {
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(url.includes('/volumes') ? '{"Volumes":[],"Warnings":[]}' : '[]')
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return { socket, close: () => server.close() }
}

const found = () => home.run('init', '--network-name', 'Garden', '--name', 'ada')

describe('mycelium uninstall where no node runs', () => {
  it('says what goes and what stays, and does nothing before it is told to', async () => {
    await found()
    const { exit, out } = await home.run('uninstall', '--dry-run')
    expect([exit, out]).toEqual([0, expect.stringMatching(/network Garden.*tells nobody/)])
    expect(out).toContain('with the keys of this computer and of its owner')
    expect(out).toContain('Docker does not answer')
    expect((await home.run('uninstall', '--dry-run', '--keep')).out).toMatch(/keeps:\n +the keys/)
    expect(await home.run('uninstall')).toMatchObject({
      exit: 4,
      err: expect.stringContaining('To uninstall all the same: --yes.'),
    })
    expect(existsSync(path.join(home.home, 'genesis.cbor'))).toBe(true)
  })

  it('knows whose it was where Docker was away, and takes it up again without keys', async () => {
    await found()
    const first = await home.run('uninstall', '--yes')
    expect([first.exit, first.out]).toEqual([7, expect.stringContaining('Docker does not answer')])
    expect(readdirSync(home.home)).toEqual(['left-data.cbor', 'uninstalled.json'])
    const again = await home.run('uninstall', '--dry-run')
    expect([again.exit, again.out]).toEqual([0, expect.stringContaining('This removes:')])
  })

  it('keeps the config that says where the rest is, and takes it up there', async () => {
    const data = path.join(home.home, 'data')
    const config = path.join(home.home, 'config.toml')
    writeFileSync(config, '[node]\ndata_dir = "data"\n')
    await found()
    const first = await home.run('uninstall', '--yes')
    expect([first.exit, first.out]).toEqual([7, expect.stringContaining(`${config} stays`)])
    expect(readdirSync(home.home)).toEqual(['config.toml', 'data'])
    const again = await home.run('uninstall', '--yes')
    expect([again.exit, readdirSync(data)]).toEqual([7, ['left-data.cbor', 'uninstalled.json']])
  })

  it('keeps such a config with the keys', async () => {
    writeFileSync(path.join(home.home, 'config.toml'), '[node]\ndata_dir = "data"\n')
    await found()
    await home.run('uninstall', '--yes', '--keep')
    expect(readdirSync(home.home)).toEqual(['config.toml', 'data'])
  })

  it('asks the engine that its node used: the one of this shell has nothing, and does answer', async () => {
    await found()
    const address = 'unix:///of-its-node.sock'
    writeFileSync(path.join(home.home, 'engine.json'), JSON.stringify({ version: 1, address }))
    const other = await listenAsEmptyEngine(path.join(home.home, 'other.sock'))
    vi.stubEnv('DOCKER_HOST', `unix://${other.socket}`)
    const { exit, out, err } = await home.run('uninstall', '--yes')
    other.close()
    expect([exit, out]).toEqual([7, expect.stringContaining(`does not answer at ${address}`)])
    expect(err).toContain(`Docker is asked at ${address}.`)
    expect(readdirSync(home.home)).toEqual(
      expect.arrayContaining(['engine.json', 'uninstalled.json']),
    )
  })

  it('leaves what it did not make, and keys that are to stay', async () => {
    await found()
    writeFileSync(path.join(home.home, 'letter.txt'), 'mine')
    const { out } = await home.run('uninstall', '--yes', '--keep')
    expect(out).toContain('letter.txt')
    expect(readdirSync(path.join(home.home, 'identity'))).toContain('owner.key')
  })

  it('speaks of other computers only where one can know of this one', async () => {
    await found()
    expect((await home.run('uninstall', '--yes', '--keep')).err).not.toContain('no other computer')
    await found()
    writeFileSync(path.join(home.home, 'state.db'), '')
    expect((await home.run('uninstall', '--yes')).err).toContain('no other computer')
  })

  it('finds nothing on a home that is none', async () => {
    expect(await home.json('uninstall', '--yes')).toEqual({ found: false })
  })

  it('touches nothing in a folder that was never a home, whatever the names in it', async () => {
    const names = ['audit', 'config.toml', 'identity', 'images', 'logs', 'run']
    for (const name of names) {
      const inside = path.join(home.home, name)
      if (name === 'config.toml') writeFileSync(inside, '')
      else {
        mkdirSync(inside)
        writeFileSync(path.join(inside, 'mine'), '1')
      }
    }
    chmodSync(home.home, 0o755)
    expect(await home.json('uninstall', '--yes')).toEqual({ found: false })
    expect(readdirSync(home.home)).toEqual(names)
    expect(readdirSync(path.join(home.home, 'run'))).toEqual(['mine'])
    expect(statSync(home.home).mode & 0o777).toBe(0o755)
  })
})

it('says what the others lose with the computer whose node runs', async () => {
  const running = await createRunningHome()
  try {
    writeFileSync(path.join(running.home, 'run/lock.db'), '')
    const { exit, out } = await running.run('uninstall', '--dry-run')
    expect([exit, out]).toEqual([0, expect.stringContaining('it is stopped')])
    expect(out).toMatch(/No other computer/)
  } finally {
    await running.remove()
  }
})

it('says of data only what becomes of it by what was asked for', async () => {
  const running = await createRunningHome()
  try {
    writeFileSync(path.join(running.home, 'run/lock.db'), '')
    const { owner, node } = ADA
    const name = { owner, workload: 'db', index: 0, volume: 'data', id: 'db.0.data.a0a0' }
    const createdAt = '2026-11-20T00:00:00.000Z'
    running.node.world.volumes.push({ ...name, node, sizeBytes: 1_000, createdAt })
    const said = async (...flags: string[]) =>
      (await running.run('uninstall', '--dry-run', ...flags)).out
    expect(await said('--keep')).toMatch(/keeps the data of db-0.*waits until this computer joins/)
    const plain = await said()
    expect(plain).toMatch(/keeps the data of db-0.*never has it again/)
    for (const text of [plain, await said('--for-good'), await said('--for-good', '--keep')]) {
      expect(text).not.toContain('waits until')
    }
    expect(await said('--for-good')).not.toContain('keeps the data')
  } finally {
    await running.remove()
  }
})

it('stops at once where the node that runs may not leave, and has changed nothing', async () => {
  const running = await createRunningHome()
  try {
    writeFileSync(path.join(running.home, 'run/lock.db'), '')
    running.node.deps.lifecycle.leave = async () => {
      throw new Error('The others would wait for its vote.')
    }
    const { exit } = await running.run('uninstall', '--yes')
    expect([exit, running.node.world.stopped]).toEqual([1, false])
    expect(existsSync(path.join(running.home, 'run/lock.db'))).toBe(true)
  } finally {
    await running.remove()
  }
})
