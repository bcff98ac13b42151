/** The catalogue on the command line, and several workloads at once, against a node in memory. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const REFUSED: [flags: string[], words: string][] = [
  [['--set', 'copies=9'], 'Must be from 1 to 3.'],
  [['--set', 'copies=many'], 'Must be a whole number.'],
  [['--set', 'colour=red'], 'There are name, image'],
  [['--replicas', '3'], 'change it by --set'],
  [['--image', 'a'], 'one of --image, --bundle, -f, --from'],
]

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

describe('mycelium catalogue', () => {
  it('lists what there is, and shows what may be set', async () => {
    expect((await home.run('catalogue', 'list')).out).toMatch(/^note +Note +A note on the door\.$/m)
    const { out } = await home.run('catalogue', 'show', 'note')
    expect(out).toMatch(/^copies +1 to 3 +2 +Copies$/m)
    expect(out).toMatch(/^password +text +made by chance +Password$/m)
    expect(out).toMatch(/^text +text +one … +Text$/m)
    expect(out).toContain('Then: Open it.')
    expect((await home.run('catalogue', 'show', 'door')).exit).toBe(5)
  })
})

describe('mycelium deploy --from', () => {
  const secretNames = async () => {
    const answer = await home.json('secret', 'list')
    return JSON.stringify(answer)
  }

  it('writes the secrets, deploys what is used first, and shows once what people need', async () => {
    const { exit, out } = await home.run(
      ...['deploy', '--from', 'note', '--set', 'name=door', '--set', 'copies=3'],
    )
    expect(exit).toBe(0)
    expect(out).toMatch(
      /^Shown this once:\nPassword: [A-Za-z2-9]{24}\ndoor-db is deployed.*\ndoor is deployed.*\nOpen it\.$/,
    )
    expect(await home.json('ps')).toMatchObject({
      workloads: [
        { name: 'door', replicas: 3, uses: [{ name: 'door-db', as: 'db' }] },
        { name: 'door-db' },
      ],
    })
    expect(await secretNames()).toContain('door-db/password')
  })

  it('shows what people need also where what comes after fails', async () => {
    for (const name of ['porch', 'gate']) await home.run('deploy', '--image', 'a', '--name', name)
    const refused = await home.run('deploy', '--from', 'note', '--set', 'name=porch')
    expect(refused.exit).not.toBe(0)
    expect(refused.out).toMatch(/^Shown this once:\nPassword: [A-Za-z2-9]{24}$/)
    const json = await home.run('--json', 'deploy', '--from', 'note', '--set', 'name=gate')
    expect([json.exit, json.out]).toEqual([refused.exit, ''])
    expect(JSON.parse(json.err).details).toMatchObject({
      shown: [{ label: 'Password', value: expect.stringMatching(/^[A-Za-z2-9]{24}$/) }],
    })
  })

  it('keeps a secret that is there: data may have been written under it', async () => {
    await home.run('deploy', '--from', 'note')
    await home.run('delete', 'note', '--yes')
    await home.run('delete', 'note-db', '--yes')
    const { out, err } = await home.run('deploy', '--from', 'note')
    expect(err).toContain('were kept: note-db/password, note/password.')
    expect(out).not.toContain('Shown this once')
  })

  it('makes no half of what two names hold together, whichever is there', async () => {
    await home.run('deploy', '--from', 'note')
    await home.run('secret', 'delete', 'note/password')
    const { exit, out, err } = await home.run('deploy', '--from', 'note')
    expect([exit, out]).toEqual([4, ''])
    expect(err).toContain('mycelium secret set note/password')
    expect(err).toContain('mycelium secret delete note-db/password')
    expect(await secretNames()).not.toContain('note/password')
  })

  it('deploys and writes nothing with --dry-run', async () => {
    const { exit, out } = await home.run('deploy', '--from', 'note', '--dry-run')
    expect([exit, out]).toEqual([0, expect.stringMatching(/^note-db\n/)])
    expect(await home.json('ps')).toEqual({ workloads: [] })
    expect(await secretNames()).not.toContain('note')
  })

  it('refuses what does not fit, and deploys nothing', async () => {
    for (const [flags, words] of REFUSED) {
      const { exit, err } = await home.run('deploy', '--from', 'note', ...flags)
      expect([exit, err]).toEqual([2, expect.stringContaining(words)])
    }
    expect(await home.json('ps')).toEqual({ workloads: [] })
  })

  it('asks for an entry where something is set', async () => {
    const { exit, err } = await home.run('deploy', '--image', 'a', '--set', 'name=b')
    expect([exit, err]).toEqual([2, expect.stringContaining('--set needs --from')])
  })
})

describe('a list of manifests', () => {
  const fileWith = (value: unknown): string => {
    const file = path.join(home.home, 'several.json')
    writeFileSync(file, JSON.stringify(value))
    return file
  }
  const a = { name: 'a', containers: [{ image: 'hello:1' }] }

  it('is deployed one after the other', async () => {
    const { exit, out } = await home.run('deploy', '-f', fileWith([a, { ...a, name: 'b' }]))
    expect([exit, out]).toEqual([0, expect.stringMatching(/^a is deployed.*\nb is deployed/)])
  })

  it('says what runs already when one of it is refused', async () => {
    const { exit, err } = await home.run('deploy', '-f', fileWith([a, { name: 'b', x: 1 }]))
    expect(exit).not.toBe(0)
    expect(err).toContain('Deployed before that, and running: a.')
  })

  it('is refused when there is nothing in it', async () => {
    const { exit, err } = await home.run('deploy', '-f', fileWith([]))
    expect([exit, err]).toEqual([2, expect.stringContaining('there is nothing to deploy')])
  })

  it('takes no flags that speak of one', async () => {
    expect((await home.run('deploy', '-f', fileWith([a]), '--replicas', '2')).exit).toBe(2)
    expect((await home.run('deploy', '-f', fileWith([a]), '--name', 'b')).exit).toBe(2)
  })
})
