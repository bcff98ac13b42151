import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemRandom } from '../../node-core/base/random/index.ts'
import { encodePrivateKeyPem, generateKey } from '../../node-core/identity/index.ts'
import { createRunningHome, createTestHome, type TestHome } from '../testing/cli-run.ts'

const PLANTED = 'planted-correct-horse-battery-staple'
const key = generateKey(createSystemRandom())
const PEM = encodePrivateKeyPem(key)
/** As they stand in files, and as somebody might write them. */
const SECRETS = [
  ...[PLANTED, 'the-token', 'a-bucket-key', PEM.split('\n')[1] ?? ''],
  ...(['hex', 'base64'] as const).map((form) => Buffer.from(key.seed).toString(form)),
]

/** All that a home keeps to itself, and a configuration that says too much. */
function plant(home: string): void {
  mkdirSync(path.join(home, 'identity'), { recursive: true })
  for (const name of ['node.key', 'owner.key']) {
    writeFileSync(path.join(home, 'identity', name), PEM, { mode: 0o600 })
  }
  const seeds = [
    { location: 's3://b/k', writes: true, credentials: { secretAccessKey: 'a-bucket-key' } },
  ]
  writeFileSync(path.join(home, 'seeds.json'), JSON.stringify(seeds), { mode: 0o600 })
  const config = `[node]\nname = "ada"\ntags = { db_password = "${PLANTED}", room = "attic" }\n`
  writeFileSync(path.join(home, 'config.toml'), config)
}

/** By what comes after the folder that all of it is in. */
function filesIn(archive: string): Map<string, string> {
  const tar = gunzipSync(readFileSync(archive))
  const files = new Map<string, string>()
  for (let at = 0; tar[at] !== 0 && at < tar.byteLength; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    files.set(name.replace(/^[^/]+\//, ''), tar.toString('utf8', at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

describe('mycelium bug-report', () => {
  let home: TestHome | undefined
  afterEach(() => home?.remove())

  it('tells of a node and of nothing that was planted in it, listed before and after', async () => {
    const running = await createRunningHome()
    home = running
    plant(running.home)
    const reason = `GET https://ada:${PLANTED}@seeds.example/s?sig=${PLANTED} by mycelium://join?${PLANTED}`
    running.node.deps.node.degraded = () => [{ code: 'SEED_UNREACHABLE', message: reason }]
    const check = { kind: 'command', command: ['check', PLANTED] }
    const manifest = {
      name: 'web',
      env: { DB_PASSWORD: PLANTED },
      containers: [
        { image: 'hello:1', probes: { live: check }, files: [{ path: '/a', content: PLANTED }] },
      ],
    }
    const [file, out] = [path.join(running.home, 'web.json'), path.join(running.home, 'r.tar.gz')]
    writeFileSync(file, JSON.stringify(manifest))
    expect((await running.run('deploy', '-f', file)).exit).toBe(0)

    const listed = await running.run('bug-report', '--dry-run')
    expect(listed.out).toContain('workloads.json')
    const { exit, err, out: said } = await running.run('bug-report', '--out', out)
    expect([exit, statSync(out).mode & 0o777]).toEqual([0, 0o600])
    const files = filesIn(out)
    for (const name of files.keys()) {
      expect(err).toContain(name)
      expect(said).toContain(name)
    }
    const all = [...files.entries()].join('\n')
    for (const secret of SECRETS) expect([secret, all.includes(secret)]).toEqual([secret, false])
    const read = (name: string): unknown => JSON.parse(files.get(name) ?? '')
    const message = 'GET https://[cut]@seeds.example/s?[cut] by mycelium://[cut]'
    expect(read('state.json')).toMatchObject({
      status: { node: { name: 'ada' }, degraded: [{ message }, { code: 'NO_PEERS' }] },
      warnings: [],
    })
    expect(read('workloads.json')).toMatchObject({
      workloads: [{ name: 'web', kind: 'container' }],
    })
    expect(files.get('config.toml')).toContain('room = "attic"')
    expect(files.get('metrics.txt')).toContain('# ')
    // Never over a file that is there.
    expect((await running.run('bug-report', '--out', out)).exit).toBe(1)
  })

  it('tells what can be told without a node, and of one that does not answer', async () => {
    home = createTestHome()
    plant(home.home)
    const out = path.join(home.home, 'report.tar.gz')
    const answer = await home.json('bug-report', '--out', out)
    const names = ['computer.json', 'doctor.json', 'config.toml', 'home.json']
    expect(answer).toMatchObject({ file: out, entries: names.map((file) => ({ file })) })
    const all = [...filesIn(out).entries()].join('\n')
    for (const secret of SECRETS) expect([secret, all.includes(secret)]).toEqual([secret, false])
    expect(all).toContain('identity/owner.key')

    const silent = await createRunningHome()
    await home.remove()
    home = silent
    await silent.stopNode()
    const { exit } = await silent.run('bug-report', '--out', path.join(silent.home, 'r.tgz'))
    expect(exit).toBe(0)
    const files = filesIn(path.join(silent.home, 'r.tgz'))
    expect(files.get('state.json')).toContain('missing')
    expect(files.get('doctor.json')).toContain('does not answer')
    expect(readdirSync(silent.home)).toContain('r.tgz')
  })
})
