/** Volumes on the command line, against a node in memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADA, BEN, memberOf } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
  const { owner, node } = ADA
  const name = { owner, workload: 'db', index: 0, volume: 'data' }
  const createdAt = '2026-11-20T00:00:00.000Z'
  const kept = { ...name, node, id: 'db.0.data.a0a0', sizeBytes: 1_000, createdAt }
  const deletedAt = '2026-11-21T00:00:00.000Z'
  home.node.world.volumes.push(
    { ...kept, usedBytes: 2_000 },
    { ...kept, id: 'db.1.data.a0a0', index: 1, deletedAt },
  )
})
afterEach(() => home.remove())

describe('mycelium volume', () => {
  it('says where data lies, how much it is, and until when it can be had back', async () => {
    const { out } = await home.run('volume', 'list')
    expect(out).toMatch(/db\.0\.data\.a0a0 +ada +.* kept, more than it may/)
    expect(out).toMatch(/db\.1\.data\.a0a0 +ada .*deleted, gone on 2026-12-21/)
  })

  it('deletes, deletes for good, and has back', async () => {
    expect((await home.run('volume', 'delete', 'db.0.data')).out).toMatch(/back for 30 days/)
    expect((await home.run('volume', 'delete', 'db.0', '--for-good')).out).toBe('db.0 is gone.')
    expect((await home.run('volume', 'restore', 'db.1', '--node', 'ada')).out).toBe('db.1 is kept.')
    expect(home.node.world.calls).toEqual([
      { what: 'delete', with: 'db.0.data.a0a0' },
      { what: 'remove for good', with: 'db.0.data.a0a0' },
      { what: 'restore', with: 'db.1.data.a0a0' },
    ])
  })

  it('says how it stands by its exit code', async () => {
    const exit = async (...args: string[]) => (await home.run('volume', ...args)).exit
    expect(await exit('delete', 'db')).toBe(4)
    expect(await exit('delete', 'other')).toBe(5)
    expect(await exit('delete', 'db.0', '--node', 'ben')).toBe(5)
    home.node.world.permissions = ['use']
    expect(await exit('delete', 'db.0')).toBe(4)
    expect(await exit('list')).toBe(0)
  })
})

describe('data of a network that this computer has left', () => {
  const untilMs = Date.parse('2026-12-26T00:00:00.000Z')
  const id = 'db.0.data.b0b0'
  beforeEach(() => {
    const { owner } = ADA
    const name = { owner, workload: 'db', index: 0, volume: 'data', sizeBytes: 1_000 }
    const network = 'f00dfeed'.repeat(8)
    const at = { network, node: ADA.node, engineName: `mycelium-${id}` }
    const left = { ...name, ...at, id, leftId: `${id}@f00dfeed`, createdAtMs: 1 }
    home.node.world.leftVolumes.push({ ...left, networkName: 'Garden', untilMs })
    home.node.world.inNetwork = false
  })

  it('is listed, named by the doctor, and deleted for good, without a network', async () => {
    const { out } = await home.run('volume', 'list')
    expect(out).toMatch(/db\.0\.data\.b0b0@f00dfeed +Garden .* gone on 2026-12-26/)
    expect(out).not.toContain('a0a0')
    expect((await home.run('doctor')).out).toContain('left data')
    for (const given of ['db.0', `${id}@f00dfeed`]) {
      expect((await home.run('volume', 'delete', given)).exit).toBe(2)
      expect((await home.run('volume', 'delete', given, '--for-good')).exit).toBe(0)
      expect(home.node.world.calls.pop()).toEqual({ what: 'remove left', with: given })
    }
  })

  it('is listed beside that of the network that it is in now', async () => {
    home.node.world.inNetwork = true
    const { out } = await home.run('volume', 'list')
    expect(out).toMatch(/db\.0\.data\.a0a0 +ada[\s\S]*LEFT NETWORK[\s\S]*b0b0@f00dfeed/)
    expect((await home.run('volume', 'delete', `${id}@f00dfeed`, '--for-good')).exit).toBe(0)
    expect(home.node.world.calls).toEqual([{ what: 'remove left', with: `${id}@f00dfeed` }])
  })

  it('is told by whoever leaves: until when, and how it goes at once', async () => {
    home.node.world.inNetwork = true
    const { exit, err } = await home.run('leave', '--yes')
    expect(exit).toBe(0)
    expect(err).toMatch(/b0b0@f00dfeed: gone on 2026-12-26[\s\S]*volume delete ID --for-good/)
  })
})

describe('data of a computer that is away', () => {
  const away = (liveness: 'left' | 'dead' | 'alive', beat = 1) => {
    home.node.world.members = [memberOf(ADA, { liveness }), memberOf(BEN)]
    return home.node.put(`node/${ADA.node}/alive`, { beat })
  }

  it('is told as gone with it, and deleting it says what can be done', async () => {
    await away('left')
    expect((await home.run('volume', 'list')).out).toContain('with its computer, which has left')
    const { exit, err } = await home.run('volume', 'delete', 'db.0')
    expect([exit, err]).toEqual([4, expect.stringContaining('NODE_LEFT')])
    expect(err).toContain('--give-up')
    await away('dead')
    expect((await home.run('volume', 'list')).out).toContain('out of sight')
    expect((await home.run('volume', 'delete', 'db.0', '--give-up', '--for-good')).exit).toBe(2)
  })

  it.each(['left', 'dead'] as const)(
    'can be given up where that has %s, deletes nothing, and counts again once it is back',
    async (liveness) => {
      await away('alive')
      const here = await home.run('volume', 'delete', 'db.0', '--give-up')
      expect([here.exit, here.err]).toEqual([4, expect.stringContaining('NODE_HERE')])
      await away(liveness)
      const given = await home.run('volume', 'delete', 'db.0', '--give-up')
      expect([given.exit, given.out]).toEqual([0, expect.stringContaining('Nobody waits')])
      const listed = async () => (await home.run('volume', 'list')).out
      expect(await listed()).not.toContain('db.0.data')
      expect(await listed()).toContain('db.1.data')
      expect(home.node.world.calls).toEqual([])
      await away('alive', 2)
      expect(await listed()).toContain('db.0.data')
      // And for good: it may go again for a night.
      await away(liveness, 2)
      expect(await listed()).toContain('db.0.data')
    },
  )
})
