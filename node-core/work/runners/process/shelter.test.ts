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
import { isShutIn, LOOK, NAMESPACES, parsed } from './testing/look.ts'

const linux = process.platform === 'linux'
const root = linux && process.getuid?.() === 0
const FILE =
  'echo "file: $(cat /work/app.ini)"; (: >/work/app.ini) 2>/dev/null || echo "write file: refused"'

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
