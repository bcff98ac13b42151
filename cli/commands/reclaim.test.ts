/** Freeing space on the command line, against a node in memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, createTestHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
  const usedAtMs = Date.parse('2026-11-20T00:00:00.000Z')
  home.node.world.keptSpace.push(
    { kind: 'image', id: `sha256:${'a'.repeat(64)}`, name: 'web:1', sizeBytes: 3e8, usedAtMs },
    {
      ...{ kind: 'image', id: `sha256:${'b'.repeat(64)}`, name: 'web:2' },
      ...{ sizeBytes: 1e8, usedAtMs, use: 'workload' },
    },
    {
      ...{ kind: 'leftover', id: `sha256:${'c'.repeat(64)}`, sizeBytes: 1e7 },
      ...{ usedAtMs, use: 'transfer' },
    },
  )
})
afterEach(() => home.remove())

describe('mycelium reclaim', () => {
  it('says what is kept, why it stays, and what can be freed, and frees nothing', async () => {
    const { out } = await home.run('reclaim', '--dry-run')
    expect(out).toMatch(/^image +web:1 .*nobody uses it/m)
    expect(out).toMatch(/^part of a transfer .*on its way/m)
    expect(out).toMatch(/web:2 .*a workload or a step back needs it/)
    expect(out).toMatch(/can be freed\.$/)
    expect(home.node.world.keptSpace).toHaveLength(3)
  })

  it('says the amount first, frees it, and says what was freed', async () => {
    const { out, err } = await home.run('reclaim')
    expect(err).toMatch(/can be freed\./)
    expect(out).toMatch(/freed, of 1 thing\.$/)
    expect(home.node.world.keptSpace.map(({ name }) => name)).toEqual(['web:2', undefined])
    expect((await home.run('reclaim')).out).toMatch(/^Nothing was freed/)
  })

  it('says of what stays why it does, each cause once', async () => {
    const usedAtMs = Date.parse('2026-11-20T00:00:00.000Z')
    const image = { kind: 'image', sizeBytes: 5e8, usedAtMs } as const
    home.node.world.stayingSpace.push(
      {
        ...{ ...image, id: `sha256:${'a'.repeat(64)}`, name: 'web:1' },
        ...{ reason: 'failed', message: 'Docker does not answer in time.' },
      },
      { ...image, id: `sha256:${'d'.repeat(64)}`, name: 'db:1', reason: 'in-use' },
    )
    expect((await home.run('reclaim')).out.split('\n')).toEqual([
      '0 B freed, of 0 things.',
      expect.stringMatching(/^\S+ MiB stays \(web:1\): Docker does not answer in time\.$/),
      expect.stringMatching(/^\S+ MiB stays \(db:1\): a container .* is made of it\.$/),
      'What is still there: mycelium reclaim --dry-run',
    ])
    const { stayed } = JSON.parse((await home.run('reclaim', '--json')).out)
    expect(stayed[0]).toMatchObject({
      reason: 'failed',
      message: 'Docker does not answer in time.',
    })
  })

  it('gives the documents of the routes', async () => {
    const shown = JSON.parse((await home.run('reclaim', '--dry-run', '--json')).out)
    expect(shown).toMatchObject({ usedBytes: 4.1e8, reclaimableBytes: 3e8 })
    expect(JSON.parse((await home.run('reclaim', '--json')).out)).toMatchObject({
      freedBytes: 3e8,
      dropped: [{ name: 'web:1', usedAt: '2026-11-20T00:00:00.000Z' }],
    })
  })

  it('is spoken of by whoever leaves, where that leaves something behind', async () => {
    expect((await home.run('leave', '--yes')).err).toMatch(/fetched stay too, .*mycelium reclaim/)
    home.node.world.inNetwork = true
    home.node.world.keptSpace = []
    expect((await home.run('leave', '--yes')).err).not.toContain('reclaim')
  })

  it('works in no network, and where no node runs says that any will do', async () => {
    home.node.world.inNetwork = false
    expect((await home.run('reclaim', '--dry-run')).out).toMatch(/^image +web:1 .*nobody uses it/m)
    expect((await home.run('reclaim')).out).toMatch(/freed, of 1 thing\.$/)
    const none = createTestHome()
    try {
      for (const words of [
        ['reclaim'],
        ['volume', 'list'],
        ['volume', 'delete', 'a@b', '--for-good'],
      ]) {
        const { exit, err } = await none.run(...words)
        expect([exit, err]).toEqual([3, expect.stringMatching(/mycelium up\n.*in no network/)])
      }
    } finally {
      await none.remove()
    }
  })
})
