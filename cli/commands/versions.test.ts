import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('what a workload was before', () => {
  let home: RunningHome

  beforeEach(async () => {
    home = await createRunningHome()
    const what = ['--image', 'hello:1', '--name', 'web', '-p', '0:80', '-e', 'KEY=planted']
    await home.json('deploy', ...what)
  })
  afterEach(() => home.remove())

  const access = async (): Promise<unknown> => {
    const { edge, generation } = (await home.json('ps', 'web')) as {
      edge: { access: string }
      generation: number
    }
    return [edge.access, generation]
  }

  it('is told with each change, of rules alone too, without values of variables', async () => {
    await home.json('update', 'web', '--access', 'members')
    await home.json('scale', 'web', '3')
    await home.json('update', 'web', '-e', 'KEY=planted-too')
    const { out } = await home.run('versions', 'web')
    expect(out.replaceAll(/until \S+Z/g, 'until TIME')).toBe(
      [
        'Version 3 of ada: hello:1, until TIME. Then this changed, and copies were replaced:',
        '  ~ containers.hello.env.KEY: … → …',
        'Version 1 of ada: hello:1, until TIME. Then this changed, and copies stayed:',
        '  ~ edge.access: "public" → "members"',
      ].join('\n'),
    )
  })

  it('is held where nothing is under way too, which the answer says', async () => {
    const { out } = await home.run('rollout', 'pause', 'web')
    expect(out).toBe(
      'Nothing is under way. The next change of web waits until: mycelium rollout resume web',
    )
    expect((await home.run('rollout', 'resume', 'web')).out).toBe('The change of web goes on.')
  })

  it('is told up to ten fields of a change, and with --json all', async () => {
    const labels = Array.from({ length: 12 }, (_, at) => ['--label', `l${at}=${at}`]).flat()
    await home.json('update', 'web', ...labels)
    const { out } = await home.run('versions', 'web')
    expect(out.split('\n')).toHaveLength(12)
    expect(out).toContain('  + labels.l9: "9"\n  and 2 more (--json has all)')
    const all = (await home.json('versions', 'web')) as { versions: { changed: object }[] }
    expect(all.versions[0]?.changed).toMatchObject({ changes: Array(12).fill({}) })
  })

  it('is told of a restart in its word, which no rollback takes back', async () => {
    const { exit, out } = await home.run('restart', 'web')
    expect([exit, out]).toEqual([0, 'web starts anew, as generation 2.'])
    const told = (await home.run('versions', 'web')).out
    expect(told).toMatch(/^Version 1 of .*Z\. Then it was restarted: copies were replaced\.$/)
    expect((await home.run('rollback', 'web')).exit).toBe(5)
    await home.json('rollback', 'web', '--to', '1')
    const back = (await home.run('versions', 'web')).out.split('\n')
    expect(back[0]).toMatch(
      /^Version 2 .* Then its restart was taken back, and copies were replaced\.$/,
    )
  })

  it('comes back, whatever was changed last, and again what was taken back', async () => {
    await home.json('update', 'web', '--access', 'members')
    await home.json('scale', 'web', '3')
    const { exit, out } = await home.run('rollback', 'web')
    expect([exit, out]).toEqual([0, 'web goes back, as generation 4.'])
    expect(await access()).toEqual(['public', 4])
    expect(await home.json('ps', 'web')).toMatchObject({ replicas: 3 })
    await home.json('rollback', 'web')
    expect(await access()).toEqual(['members', 5])
  })

  it('that is asked for by its number comes back once', async () => {
    await home.json('update', 'web', '--access', 'members')
    for (let time = 0; time < 2; time++) await home.json('rollback', 'web', '--to', '1')
    expect(await access()).toEqual(['public', 3])
  })
})
