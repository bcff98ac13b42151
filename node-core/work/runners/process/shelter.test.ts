/** What a program sees of this computer, from inside; and that it sees no more where we are not root. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesUntil } from '../runner.suite.ts'
import { launchCommand } from './launch.ts'
import { mountTable } from './shelter.ts'
import { findShelter } from './shelter-tools.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'

const linux = process.platform === 'linux'
const root = linux && process.getuid?.() === 0
const NAMESPACES = ['mnt', 'pid', 'ipc', 'uts', 'cgroup']

/** One line `key: value` for each thing that a program could reach. */
const LOOK = [
  ...NAMESPACES.map((name) => `echo "${name}: $(readlink /proc/self/ns/${name})"`),
  'echo "caps: $(grep -E "Cap(Prm|Eff|Bnd|Amb)" /proc/self/status | cut -f 2 | sort -u)"',
  'echo "privileges: $(grep NoNewPrivs /proc/self/status | cut -f 2)"',
  'echo "root: $(ls / | tr "\\n" " ")"',
  'echo "devices: $(ls /dev | tr "\\n" " ")"',
  'echo "processes: $(ls /proc | grep -cE "^[0-9]+$")"',
  'echo "homes: $(ls -d /home /root /var /srv /mnt /opt /boot /sys 2>/dev/null | wc -l)"',
  'echo "keys: $(ls /etc/shadow /etc/ssh 2>/dev/null | wc -l)"',
  'echo "other root: $(ls /proc/1/root/.old/ 2>/dev/null | wc -l)"',
  'for each in / /usr /etc /program /proc/sys/kernel/hostname /dev; do',
  '  (: >$each/x) 2>/dev/null || (: >$each) 2>/dev/null; echo "write $each: $?"; done',
  'echo "mount: $(mount -t tmpfs none /tmp 2>/dev/null && echo made || echo refused)"',
  'echo "again: $(unshare --user --map-root-user true 2>/dev/null && echo made || echo refused)"',
  'echo "node: $(mknod /tmp/sda b 8 0 2>/dev/null && echo made || echo refused)"',
  'touch "$HOME/mine" /tmp/mine /dev/shm/mine && echo "own: written"',
  'echo "tmp: $(ls "$HOME/tmp" /tmp | tr "\\n" " ")"',
  'echo "name: $(uname -n)"',
  'echo "oom: $(cat /proc/self/oom_score_adj)"',
].join('\n')

const FILE =
  'echo "file: $(cat /work/app.ini)"; (: >/work/app.ini) 2>/dev/null || echo "write file: refused"'

function parsed(lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]))
}

function isShutIn(seen: ReadonlyMap<string, string>): void {
  expect(seen.get('caps')).toBe('0000000000000000')
  expect(seen.get('privileges')).toBe('1')
  expect(seen.get('root')).toMatch(
    /^(bin |dev |etc |lib\S* |proc |program |run |runtime |sbin |tmp |usr |work )+$/,
  )
  expect(seen.get('devices')).toBe('fd full null random shm stderr stdin stdout urandom zero ')
  expect(Number(seen.get('processes'))).toBeLessThan(8)
  expect([seen.get('homes'), seen.get('keys'), seen.get('other root')]).toEqual(['0', '0', '0'])
  for (const each of ['/', '/usr', '/etc', '/program', '/proc/sys/kernel/hostname', '/dev']) {
    expect([each, seen.get(`write ${each}`)]).toEqual([each, expect.stringMatching(/^[1-9]/)])
  }
  const [mount, again, node] = ['mount', 'again', 'node'].map((name) => seen.get(name))
  expect([mount, again, node]).toEqual(['refused', 'refused', 'refused'])
  expect(seen.get('own')).toBe('written')
  expect(seen.get('tmp')).toMatch(/^\/tmp: mine +\S*\/tmp: mine $/)
  expect(Number(seen.get('oom'))).toBeGreaterThan(0)
}

describe.skipIf(!root)('a program in its shelter [root only]', () => {
  let bench: Bench
  let seen: Map<string, string>
  let id: string

  beforeAll(async () => {
    bench = await openBench()
    const runner = bench.runner()
    await runner.start()
    const script = `#!/bin/sh\n${LOOK}\necho done; sleep 100`
    const request = requestFor(await bench.bundles.workload('look', script))
    id = request.id
    await runner.run(request)
    seen = parsed(await linesUntil(runner, id, 'done'))
  }, 30_000)
  afterAll(() => bench.close())

  it('is in namespaces of its own', async () => {
    for (const name of NAMESPACES) {
      const ours = await readlink(`/proc/self/ns/${name}`)
      expect(seen.get(name)).toMatch(new RegExp(`^${name}:\\[`))
      expect(seen.get(name)).not.toBe(ours)
    }
    expect(seen.get('name')).toBe(id)
  })
  it('has no rights, sees nothing of others and writes nowhere but in its folder', () => {
    isShutIn(seen)
  })
})

describe.skipIf(!root)('a shelter that a node which is not root makes [tried as nobody]', () => {
  const NOBODY = { uid: 65_534, gid: 65_534 }
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mycelium-shelter-test-'))
    await chmod(folder, 0o755)
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('shuts in as well', async () => {
    const places = join(folder, 'places')
    const found = await findShelter(places, {
      ...{ root: true, setpriv: '/usr/bin/setpriv', fixedDisks: false },
    })
    if (!found.shelter) throw new Error(found.why)
    const shelter = { ...found.shelter, ownUsers: false }
    const [work, program] = [join(folder, 'work'), join(folder, 'program')]
    for (const each of [work, join(work, 'tmp'), program]) {
      await mkdir(each)
      await chown(each, NOBODY.uid, NOBODY.gid)
    }
    await writeFile(join(program, 'look'), `#!/bin/sh\n${LOOK}\n${FILE}`, { mode: 0o755 })
    const source = join(folder, 'app.ini')
    for (const each of [source, join(work, 'app.ini')]) await writeFile(each, '')
    await writeFile(source, 'of the manifest', { mode: 0o444 })
    const files = [{ source, path: '/work/app.ini' }]
    const own = { work: { folder: work }, workReadOnly: false, program, files }
    const table = join(folder, 'fstab')
    await writeFile(table, mountTable(shelter, { ...own, runtime: undefined, door: undefined }))
    const { file, args, input } = launchCommand({
      ...{ program: '/program/look', args: [], cgroups: [], userId: undefined },
      environment: { HOME: '/work', PATH: '/usr/bin:/bin' },
      ...{ setpriv: '/usr/bin/setpriv', shelter: { of: shelter, table, hostName: 'x' } },
    })
    const child = spawn(file, args, { ...NOBODY, cwd: folder, env: {}, stdio: 'pipe' })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.stdin.end(input)
    const [code] = await once(child, 'close')
    expect([code, said]).toEqual([0, expect.stringContaining('oom:')])
    const seen = parsed(said.split('\n'))
    isShutIn(seen)
    expect([seen.get('file'), seen.get('write file')]).toEqual(['of the manifest', 'refused'])
  }, 20_000)
})
