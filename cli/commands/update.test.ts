import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleFacts, DIGEST } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const WEB = {
  name: 'web',
  replicas: 2,
  labels: { team: 'garden' },
  containers: [{ image: 'hello:1', env: { PASSWORD: 'planted' }, ports: [{ containerPort: 80 }] }],
}

describe('mycelium update -f', () => {
  let home: RunningHome

  beforeEach(async () => {
    home = await createRunningHome()
    await home.json('deploy', '-f', manifest('web.json', WEB))
  })
  afterEach(() => home.remove())

  function manifest(name: string, content: unknown): string {
    const file = path.join(home.home, name)
    writeFileSync(file, JSON.stringify(content))
    return file
  }

  it('says what changes and how, then changes it', async () => {
    const containers = [{ ...WEB.containers[0], image: 'hello:2' }]
    const file = manifest('next.json', { name: 'web', containers })
    const dry = await home.run('update', 'web', '-f', file, '--dry-run')
    const report = [
      'Of web this changes, and its copies are replaced:',
      '  - labels.team: "garden"',
      '  ~ containers.hello.image: "hello:1 (sha256:eeeeeeeeeeee)" → "hello:2"',
    ].join('\n')
    expect([dry.exit, dry.out]).toEqual([0, report])
    expect(await home.json('ps', 'web')).toMatchObject({ generation: 1, image: 'hello:1' })
    const { exit, out, err } = await home.run('update', 'web', '-f', file)
    expect([exit, out]).toEqual([0, 'web is now at generation 2.'])
    expect(err).toContain(report)
    const now = await home.json('ps', 'web')
    expect(now).toMatchObject({ generation: 2, image: 'hello:2', replicas: 2, labels: {} })
  })

  it('makes no version of what is the same, and shows no value of a variable', async () => {
    const same = await home.run('update', 'web', '-f', path.join(home.home, 'web.json'))
    expect([same.out, same.err]).toEqual(['web is as it was.', 'Nothing of web changes.'])
    expect(await home.json('ps', 'web')).toMatchObject({ generation: 1 })
    const containers = [{ ...WEB.containers[0], env: { PASSWORD: 'planted too' } }]
    const file = manifest('next.json', { ...WEB, containers })
    const { err } = await home.run('update', 'web', '-f', file)
    expect(err).toContain('containers.hello.env.PASSWORD: … → …')
    expect(err).not.toContain('planted')
  })

  it('refuses by the name of each field what cannot come in its place, and changes nothing', async () => {
    const file = manifest('next.json', { name: 'shop', bundle: `sha256:${'a'.repeat(64)}` })
    const { exit, err } = await home.run('update', 'web', '-f', file)
    expect(exit).toBe(2)
    expect(err).toMatch(/^ {2}name: It says “shop”/m)
    expect(err).toMatch(/^ {2}bundle: “web” is of containers/m)
    const both = await home.run('update', 'web', '-f', file, '--image', 'hello:2')
    expect([both.exit, both.err]).toEqual([2, expect.stringContaining('leave --image')])
    const yaml = path.join(home.home, 'compose.yaml')
    writeFileSync(yaml, 'services:\n  web:\n    image: hello:2\n')
    const foreign = await home.run('update', 'web', '-f', yaml)
    expect([foreign.exit, foreign.err]).toEqual([2, expect.stringContaining('mycelium import')])
    expect(await home.json('ps', 'web')).toMatchObject({ generation: 1 })
  })

  it('tells what flags would change too', async () => {
    expect(await home.json('update', 'web', '--replicas', '4', '--dry-run')).toEqual({
      generation: 1,
      changes: [{ path: 'replicas', before: '2', after: '4' }],
      replaces: false,
    })
  })
})

describe('mycelium update --part', () => {
  it('changes one container of several, and nothing of the others', async () => {
    const home = await createRunningHome()
    const file = path.join(home.home, 'two.json')
    const app = { name: 'app', image: 'hello:1', env: { V: '1', KEPT: 'planted' } }
    const side = { name: 'side', image: 'side:1', env: { A: 'b' } }
    writeFileSync(file, JSON.stringify({ name: 'web', containers: [app, side] }))
    await home.json('deploy', '-f', file)
    const whole = await home.run('update', 'web', '-e', 'V=2')
    expect([whole.exit, whole.err]).toEqual([2, expect.stringContaining('--part NAME')])

    const flags = [
      '-e',
      'V=2',
      '--memory',
      '64Mi',
      '-p',
      '0:80',
      '--health',
      'tcp:80',
      '--replicas',
      '3',
    ]
    const dry = await home.json('update', 'web', '--part', 'side', ...flags, '--dry-run')
    const { changes } = dry as { changes: { path: string }[] }
    const paths = changes.map((one) => one.path)
    expect(paths).toContain('replicas')
    expect(paths).toContain('containers.side.env.V')
    expect(paths.filter((one) => one.startsWith('containers.app'))).toEqual([])
    const { exit, err } = await home.run('update', 'web', '--part', 'app', '--image', 'hello:2')
    expect([exit, err]).toEqual([0, ''])
    const { parts } = (await home.json('ps', 'web')) as { parts: { image: string }[] }
    expect(parts.map(({ image }) => image)).toEqual(['hello:2', 'side:1'])
    await home.remove()
  })

  it('says which containers there are, and what it is for', async () => {
    const home = await createRunningHome()
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    for (const [flags, message] of [
      [['--part', 'wbe', '-e', 'A=1'], 'has no container “wbe”, but hello.'],
      [['--part', 'hello', '--replicas', '2'], 'say what changes in that container'],
      [['--part', 'hello', '--bundle', DIGEST], 'leave -f and --bundle out'],
    ] as const) {
      const { exit, err } = await home.run('update', 'web', ...flags)
      expect([exit, err]).toEqual([2, expect.stringContaining(message)])
    }
    await home.remove()
  })
})

describe('mycelium update --bundle', () => {
  it('publishes a file first, and takes a digest as it is', async () => {
    const home = await createRunningHome()
    home.node.world.bundles = [bundleFacts()]
    await home.json('deploy', '--bundle', DIGEST, '--name', 'hello')
    expect(await home.json('update', 'hello', '--bundle', DIGEST)).toMatchObject({ bundle: DIGEST })
    const file = path.join(home.home, 'next.spore')
    writeFileSync(file, 'next')
    const { exit, err } = await home.run('update', 'hello', '--bundle', file)
    expect([exit, err]).toEqual([0, expect.stringContaining('Publishing next.spore')])
    expect((await home.run('update', 'hello', '--bundle', 'gone.spore')).exit).toBe(5)
    await home.remove()
  })
})
