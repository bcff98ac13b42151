import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('flags of a workload', () => {
  let home: RunningHome
  const DEPLOY = ['deploy', '--image', 'hello:1', '--name', 'web', '-p', '0:80']

  beforeEach(async () => {
    home = await createRunningHome()
  })
  afterEach(() => home.remove())

  it('deploys a job by flags', async () => {
    const said = [
      '--schedule',
      '30 3 * * *',
      '--time-zone',
      'Europe/Berlin',
      '--overlap',
      'replace',
    ]
    const more = ['--completions', '4', '--parallelism', '2', '--retries', '1', '--deadline', '1h']
    expect(await home.json(...DEPLOY, ...said, ...more)).toMatchObject({
      job: {
        ...{ completions: 4, parallelism: 2, retries: 1, deadlineMs: 3_600_000 },
        schedule: { cron: '30 3 * * *', timeZone: 'Europe/Berlin', overlap: 'replace' },
      },
    })
    expect(await home.json('update', 'web', '--overlap', 'allow')).toMatchObject({
      job: { schedule: { cron: '30 3 * * *', overlap: 'allow' } },
    })
    expect((await home.run('update', 'web', '--overlap', 'never')).exit).toBe(2)
    expect((await home.run('update', 'web', '--schedule', 'often')).exit).toBe(2)
    await home.run('delete', 'web')
    expect(await home.json(...DEPLOY, '--job')).toMatchObject({ job: { completions: 1 } })
  })

  it('ties a workload to others, its secrets and its data by flags', async () => {
    const ties = ['--use', 'mariadb:db', '--use', 'cache', '--spread', 'site', '--apart', 'noisy']
    const secrets = ['--secret', 'web/password=DB_PASSWORD', '--secret-file', 'web/key=tls.key']
    const keeps = ['--volume', 'data:/data:1Gi', '--volume', 'more:/more', '--user', '1000:1000']
    keeps.push('--workdir', '/srv/app')
    expect(await home.json(...DEPLOY, ...ties, ...secrets, ...keeps)).toMatchObject({
      uses: [
        { name: 'mariadb', as: 'db' },
        { name: 'cache', as: 'cache' },
      ],
      placement: { spread: 'site', apart: ['noisy'] },
      secrets: [
        { name: 'web/password', env: 'DB_PASSWORD' },
        { name: 'web/key', file: 'tls.key' },
      ],
      volumes: [{ name: 'data', sizeBytes: 2 ** 30 }, { name: 'more' }],
      parts: [
        {
          ...{ user: '1000:1000', workingDir: '/srv/app' },
          mounts: [{ volume: 'data', path: '/data' }, { path: '/more' }],
        },
      ],
    })
    expect(await home.json('update', 'web', '--near', 'mariadb')).toMatchObject({
      placement: { spread: 'site', apart: ['noisy'], near: ['mariadb'] },
    })
  })

  it.each([
    ['--use', 'db:'],
    ['--access', 'nobody'],
    ['--spread', 'room'],
    ['--secret', 'hunter2'],
    ['--secret-file', 'web/key'],
    ['--volume', 'data'],
    ['--volume', 'data:here'],
  ])('refuses %s %s, and repeats no secret', async (flag, value) => {
    const { exit, err } = await home.run(...DEPLOY, flag, value)
    expect([exit, err]).toEqual([2, expect.stringContaining(flag)])
    expect(err).not.toContain('hunter2')
  })

  it('says that nobody reaches what has rules for requests and declares no port', async () => {
    const quiet = ['deploy', '--image', 'hello:1', '--name', 'quiet']
    for (const rule of [
      ['--access', 'members'],
      ['--rate', '60'],
      ['--https', 'redirect'],
    ]) {
      const { exit, err } = await home.run(...quiet, ...rule)
      expect([exit, err]).toEqual([0, expect.stringContaining('quiet declares no port')])
      await home.run('delete', 'quiet')
    }
    expect((await home.run(...quiet)).err).not.toContain('Warning')
    expect((await home.run(...DEPLOY, '--access', 'members')).err).not.toContain('Warning')
  })

  it('places files, as text or bytes, and refuses what names no path', async () => {
    const [ini, blob] = [path.join(home.home, 'app.ini'), path.join(home.home, 'blob')]
    await writeFile(ini, 'a = 1\n')
    await writeFile(blob, Buffer.from([0, 255]))
    const files = ['--place', `${ini}:/etc/app.ini`, '--place', `${blob}:/etc/blob`]
    expect(await home.json(...DEPLOY, ...files)).toMatchObject({
      parts: [
        {
          files: [
            { path: '/etc/app.ini', sizeBytes: 6, mode: '0444' },
            { path: '/etc/blob', sizeBytes: 2 },
          ],
        },
      ],
    })
    expect(await home.json('update', 'web', '--place', `${blob}:/etc/blob`)).toMatchObject({
      parts: [{ files: [{ path: '/etc/blob', sizeBytes: 2 }] }],
    })
    expect((await home.run('update', 'web', '--place', ini)).exit).toBe(2)
    expect((await home.run('update', 'web', '--place', '/nowhere:/etc/x')).exit).toBe(5)
  })

  it('says what a workload counts, and how much of it may be away', async () => {
    const said = ['--priority', 'high', '--min-available', '1']
    expect(await home.json(...DEPLOY, ...said)).toMatchObject({
      priority: 100,
      disruption: { minAvailable: 1 },
    })
    expect(await home.json('update', 'web', '--priority', '-5')).toMatchObject({ priority: -5 })
    expect(await home.json('update', 'web', '--max-unavailable', '0')).toMatchObject({
      disruption: { maxUnavailable: 0 },
    })
    expect((await home.run('update', 'web', '--priority', 'highest')).exit).toBe(2)
    expect((await home.run('update', 'web', '--min-available', 'half')).exit).toBe(2)
  })
  it('bounds what a container writes, which only says so with its image', async () => {
    const said = ['--read-only', '--scratch', '/tmp:8Mi', '--scratch', '/run']
    expect(await home.json(...DEPLOY, ...said)).toMatchObject({
      parts: [
        {
          readOnlyRoot: true,
          scratch: [
            { path: '/tmp', sizeBytes: 8 * 2 ** 20 },
            { path: '/run', sizeBytes: 64 * 2 ** 20 },
          ],
        },
      ],
    })
    expect((await home.run('deploy', '--bundle', 'b.spore', '--read-only')).exit).toBe(2)
  })
})
