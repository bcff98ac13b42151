/** Bringing files on the command line, against a node in memory. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const WIKI = `services:
  wiki:
    image: wiki:\${TAG:-1}
    ports: ["8080:80"]
    volumes: [data:/data]
    mem_limit: \${MEM}
`
const UNSAFE = 'services: { agent: { image: a, privileged: true }, wiki: { image: wiki } }'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

function fileWith(text: string, name = 'compose.yaml'): string {
  const file = path.join(home.home, name)
  writeFileSync(file, text)
  return file
}

describe('mycelium import', () => {
  it('reports, and deploys nothing', async () => {
    const { exit, out } = await home.run('import', fileWith(WIKI), '--var', 'MEM=64m')
    expect(exit).toBe(0)
    expect(out).toMatch(/^LINE +VERDICT +WHERE +CODE +WHAT$/m)
    expect(out).toMatch(
      /^5 +changed +services\.wiki\.volumes\.0 +volume-local +Each copy keeps this/m,
    )
    expect(out).toMatch(/^4 +changed +services\.wiki\.ports\.0 +port-on-loopback/m)
    expect(out).not.toContain('services.wiki.image')
    expect(out).toMatch(/2 more are kept as they are .*\nWorkloads: wiki$/)
    expect(await home.json('ps')).toEqual({ workloads: [] })
    const all = await home.run('import', fileWith(WIKI), '--verbose', '--var', 'MEM=64m')
    expect(all.out).toMatch(/^3 +kept +services\.wiki\.image/m)
  })

  it('says that nothing runs yet, and how it does, unless that is settled', async () => {
    const said = async (...flags: string[]) =>
      (await home.run('import', fileWith(WIKI), '--var', 'MEM=64m', ...flags)).err
    expect(await said()).toContain('Nothing runs of it yet. To run it: the same with --deploy')
    for (const flags of [['--deploy'], ['--out', path.join(home.home, 'manifests')]]) {
      expect(await said(...flags)).not.toContain('Nothing runs')
    }
  })

  it('says each refusal once to people, and all of them to programs', async () => {
    const file = fileWith('services: { a: { image: a, privileged: true, pid: host } }')
    const { exit, out, err } = await home.run('import', file)
    expect([exit, err]).toEqual([4, expect.stringMatching(/^Error \(IMPORT_REFUSED\): 2 .*$/)])
    expect(out.match(/^1 +refused/gm)).toHaveLength(2)
    const told = JSON.parse((await home.run('import', file, '--json')).err)
    expect(told.details).toHaveLength(2)
  })

  it('says how what looks like a secret is sealed', async () => {
    const file = fileWith('services: { db: { image: d, environment: { POSTGRES_PASSWORD: x } } }')
    expect((await home.run('import', file)).out).toContain('mycelium secret set WORKLOAD/NAME')
    expect((await home.run('import', fileWith(UNSAFE))).out).not.toContain('secret set')
  })

  it('names what runs already where a later one of the file is refused', async () => {
    await home.json('deploy', '--image', 'other:1', '--name', 'db')
    const file = fileWith('services: { web: { image: w }, db: { image: d }, late: { image: l } }')
    const { exit, err } = await home.run('import', file, '--deploy')
    expect([exit, err]).toEqual([4, expect.stringContaining('and running: web.')])
    expect(await home.json('ps')).toMatchObject({ workloads: [{ name: 'db' }, { name: 'web' }] })
  })

  it('fills in variables from a file, and what is said beside it goes before', async () => {
    const env = fileWith('# mine\nTAG=2\nMEM="64m"\n', '.env')
    const flags = ['--env-file', env, '--var', 'TAG=3']
    expect(await home.json('import', fileWith(WIKI), ...flags)).toMatchObject({
      format: 'compose',
      workloads: [{ containers: [{ image: 'wiki:3', resources: { limits: { memory: '64Mi' } } }] }],
    })
    expect((await home.run('import', fileWith(WIKI), '--var', 'TAG')).exit).toBe(2)
  })

  it('fills a compose file in from .env beside it, as compose does, unless another is named', async () => {
    const file = fileWith(WIKI)
    fileWith('TAG=2\nMEM=64m\n', '.env')
    const imageOf = async (...flags: string[]) => {
      const { workloads } = (await home.json('import', file, ...flags)) as {
        workloads: { containers: { image: string }[] }[]
      }
      return workloads[0]?.containers[0]?.image
    }
    expect(await imageOf()).toBe('wiki:2')
    expect(await imageOf('--var', 'TAG=3')).toBe('wiki:3')
    expect(await imageOf('--env-file', fileWith('MEM=64m\n', 'other.env'))).toBe('wiki:1')
    expect((await home.run('import', file)).err).toMatch(/^Variables are taken from .*\.env, as/m)
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ image: a }] }'
    expect((await home.run('import', fileWith(pod, 'pod.yaml'))).err).not.toContain('.env')
  })

  it('takes the files that are named in it from where it lies, and only those that it is given', async () => {
    const app = fileWith('services: { wiki: { image: w, mem_limit: 64m, env_file: app.env } }')
    const without = await home.run('import', app)
    expect([without.exit, without.out]).toEqual([
      4,
      expect.stringMatching(/app\.env, which was not given[\s\S]*--with FILE/),
    ])
    const env = fileWith('# mine\nMODE="fast lane"\n', 'app.env')
    expect(await home.json('import', app, '--with', env)).toMatchObject({
      workloads: [{ containers: [{ env: { MODE: 'fast lane' } }] }],
    })
    expect((await home.run('import', app, '--with', 'gone.env')).exit).toBe(5)
  })

  it('deploys what came out, and writes it down', async () => {
    const folder = path.join(home.home, 'manifests')
    const done = ['--out', folder, '--deploy', '--var', 'MEM=64m']
    const { exit, err } = await home.run('import', fileWith(WIKI), ...done)
    expect([exit, err]).toEqual([0, expect.stringContaining('wiki is deployed')])
    const written = path.join(folder, 'wiki.json')
    expect(JSON.parse(readFileSync(written, 'utf8'))).toMatchObject({ name: 'wiki' })
    expect((await home.run('deploy', '-f', written)).exit).toBe(0)
    const again = await home.run('import', fileWith(WIKI), '--out', folder, '--var', 'MEM=64m')
    expect([again.exit, again.err]).toEqual([1, expect.stringContaining('is there already')])
  })

  it('ends with 4 where something is refused, and does nothing then', async () => {
    const folder = path.join(home.home, 'manifests')
    const all = ['--deploy', '--out', folder]
    const { exit, out, err } = await home.run('import', fileWith(UNSAFE), ...all)
    expect(exit).toBe(4)
    expect(out).toMatch(/^1 +refused +services\.agent\.privileged +privileged/m)
    expect(err).toContain('One thing in it is refused')
    expect(existsSync(folder)).toBe(false)
    expect(await home.json('ps')).toEqual({ workloads: [] })
  })

  it('says how to go on where several things are refused, and that nothing was deployed', async () => {
    const unsafe =
      'services: { agent: { image: a, privileged: true, pid: host }, wiki: { image: w } }'
    const { out, err } = await home.run('import', fileWith(unsafe), '--deploy')
    expect(err).toContain(
      '2 things in it are refused: nothing was deployed or written. Take these out',
    )
    expect(err).not.toContain('wrong')
    expect(out).toMatch(/^Workloads that would come of the rest: /m)
  })

  it('waits for what it deploys where it is told to, and for nothing else', async () => {
    const file = fileWith('services: { wiki: { image: "hello:1" } }')
    const wait = ['--wait', '--timeout', '100ms']
    expect(await home.run('import', file, ...wait)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--deploy'),
    })
    expect(await home.run('import', file, '--deploy', ...wait)).toMatchObject({
      exit: 6,
      err: expect.stringContaining('TIMED_OUT'),
    })
  })

  it('says of an empty text that there is nothing in it', async () => {
    const { exit, err } = await home.run('import', fileWith(' \n'))
    expect([exit, err]).toEqual([2, expect.stringContaining('is empty')])
  })

  it('says what is wrong with a text that is none of the three', async () => {
    expect((await home.run('import', fileWith('a: b'))).exit).toBe(2)
    expect((await home.run('import', 'gone.yaml')).exit).toBe(5)
    const asked = await home.run('import', fileWith('docker run x:1'), '--format', 'docker-run')
    expect(asked.out).toContain('Workloads: x')
    expect((await home.run('import', fileWith(WIKI), '--format', 'nomad')).exit).toBe(2)
  })
})
