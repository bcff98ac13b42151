/**
 * A program that has leased a graphics processor. There is none here: devices of the kernel that do no harm
 * stand in, made anew with the group that such files have.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGpuLeases, type Gpu } from '../gpus/index.ts'
import { linesUntil, written } from '../runner.suite.ts'
import { placeDevices, refuseClosed, refuseGpus, shownInShelters } from './devices.ts'
import type { ProcessRunner } from './index.ts'
import { launchCommand } from './launch.ts'
import { mountTable } from './shelter.ts'
import { findShelter } from './shelter-tools.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'
import { isShutIn, LOOK, parsed } from './testing/look.ts'

const root = process.platform === 'linux' && process.getuid?.() === 0
const RENDER = 4_711
const OWN = `/dev/mycelium-test-${process.pid}`
const SHARED = `${OWN}-ctl`
const GPU: Gpu = { name: 'standIn', devices: [OWN, SHARED], groups: [RENDER] }

/** Major and minor are those of /dev/zero. */
function makeDevices(): void {
  for (const path of GPU.devices) {
    execFileSync('mknod', ['-m', '660', path, 'c', '1', '5'])
    execFileSync('chown', [`0:${RENDER}`, path])
  }
}

const USE = [
  `for each in ${OWN} ${SHARED}; do`,
  '  head -c 1 $each >/dev/null 2>&1 && echo "reads $each: yes" || echo "reads $each: no"; done',
  'echo "groups: $(id -G)"',
  'echo "kinds: $(ls /sys | tr "\\n" " ")"',
  '(: >/sys/x) 2>/dev/null && echo "write sys: yes" || echo "write sys: no"',
].join('\n')

describe.skipIf(!root)('a graphics processor of a program [root only]', () => {
  let bench: Bench
  let folder: string
  beforeAll(async () => {
    makeDevices()
    bench = await openBench()
    folder = await mkdtemp(join(tmpdir(), 'mycelium-devices-test-'))
    await chmod(folder, 0o755)
  })
  afterAll(async () => {
    await bench.close()
    await rm(folder, { recursive: true })
    for (const path of GPU.devices) await rm(path, { force: true })
  })

  async function started(runner: ProcessRunner, name: string, gpus: number) {
    const script = `#!/bin/sh\n${LOOK}\n${USE}\necho done; sleep 1000`
    const amounts = { cpuMillis: 500, memoryBytes: 128 * 2 ** 20 }
    const resources = { ...amounts, ...(gpus > 0 && { gpus }) }
    const request = requestFor(await bench.bundles.workload(name, script, { resources }))
    await runner.run(request)
    return request.id
  }

  it('is in its shelter and in no other, whichever node starts it, and is told for as long as it is', async () => {
    const [ada, ben] = [bench.node, bench.foreignNode].map((node) => {
      return bench.runner(node, { gpus: createGpuLeases([GPU]) })
    }) as [ProcessRunner, ProcessRunner]
    await Promise.all([ada.start(), ben.start()])
    const leased = await started(ada, 'leased', 1)
    const seen = parsed(await linesUntil(ada, leased, 'done'))
    for (const path of GPU.devices) expect(seen.get(`reads ${path}`)).toBe('yes')
    expect(seen.get('groups')?.split(' ')).toContain(`${RENDER}`)
    expect([seen.get('kinds'), seen.get('write sys')]).toEqual(['bus class dev devices ', 'no'])
    const shown = GPU.devices.map((path) => path.slice('/dev/'.length)).join(' ')
    expect(seen.get('devices')).toBe(
      `fd full ${shown} null random shm stderr stdin stdout urandom zero `,
    )
    // Apart from that it is shut in as any other.
    isShutIn(new Map([...seen, ['devices', PLAIN], ['system', '0']]))

    const inside = `head -c 1 ${OWN} >/dev/null`
    expect(await ada.exec(leased, { part: 'main', command: ['/bin/sh', '-c', inside] })).toBe(0)
    const [usage] = await ada.usage()
    expect(usage?.gpuSeconds).toBeGreaterThan(0)
    for (const runner of [ada, ben]) {
      await expect(started(runner, 'late', 1)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
    }
    const plain = await started(ben, 'plain', 0)
    const other = parsed(await linesUntil(ben, plain, 'done'))
    expect(other.get(`reads ${OWN}`)).toBe('no')
    isShutIn(other)
    expect((await ben.usage())[0]).not.toHaveProperty('gpuSeconds')

    await ada.stop()
    const again = bench.runner(bench.node, { gpus: createGpuLeases([GPU]) })
    await again.start()
    await expect(started(again, 'late', 1)).rejects.toMatchObject({ code: 'DEVICE_TAKEN' })
    await again.end(leased, { graceMs: 0 })
    const next = await started(ben, 'next', 1)
    await written(ben, next, { enough: (lines) => lines.some(({ line }) => line === 'done') })
    expect(await shownInShelters([GPU])).toEqual(['standIn'])
    await ben.end(next, { graceMs: 0 })
    expect(await shownInShelters([GPU])).toEqual([])
  }, 120_000)

  it('is shown by a node that is not root too, where its user may open it [tried as nobody]', async () => {
    const how = { root: true, setpriv: '/usr/bin/setpriv', fixedDisks: false }
    const found = await findShelter(join(folder, 'places'), how)
    if (!found.shelter) throw new Error(found.why)
    const shelter = { ...found.shelter, ownUsers: false }
    const user = { uid: 65_534, gid: RENDER }
    const [work, program] = [join(folder, 'work'), join(folder, 'program')]
    for (const each of [work, join(work, 'tmp'), program]) {
      await mkdir(each)
      await chown(each, user.uid, user.gid)
    }
    await writeFile(join(program, 'use'), `#!/bin/sh\n${USE}`, { mode: 0o755 })
    const devices = await placeDevices(join(folder, 'devices'), [GPU])
    const own = { work: { folder: work }, workReadOnly: false, program, files: [], devices }
    const table = join(folder, 'fstab')
    await writeFile(table, mountTable(shelter, { ...own, runtime: undefined, door: undefined }))
    const { file, args, input } = launchCommand({
      ...{ program: '/program/use', args: [], cgroups: [], userId: undefined },
      environment: { PATH: '/usr/bin:/bin' },
      ...{ setpriv: '/usr/bin/setpriv', shelter: { of: shelter, table, hostName: 'x' } },
    })
    const child = spawn(file, args, { ...user, cwd: folder, env: {}, stdio: 'pipe' })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk
      })
    }
    child.stdin.end(input)
    const [code] = await once(child, 'close')
    expect([code, said]).toEqual([0, expect.stringContaining(`reads ${OWN}: yes`)])
    expect(said).toContain('kinds: bus class dev devices')
  }, 30_000)

  it('is refused where its program could not open it', async () => {
    await refuseClosed([GPU], { own: true })
    await chmod(SHARED, 0o600)
    await expect(refuseClosed([GPU], { own: true })).rejects.toMatchObject(REFUSED)
    await chmod(SHARED, 0o606)
    await refuseClosed([GPU], { own: true })
  })
})

const PLAIN = 'fd full null random shm stderr stdin stdout urandom zero '
const REFUSED = { code: 'NOT_SUPPORTED', details: { reason: 'gpus' } }

describe('a program that asks for a graphics processor', () => {
  it('is refused where nothing would keep it from others, or it from it', () => {
    const part = { resources: { gpus: 1 } } as never
    const shelter = {} as never
    expect(() => refuseGpus(part, { profile: '', shelter: undefined })).toThrow('no namespaces')
    expect(() => refuseGpus(part, { profile: 'landlock', shelter })).toThrow('landlock')
    refuseGpus(part, { profile: '', shelter })
    refuseGpus({ resources: {} } as never, { profile: '', shelter: undefined })
  })
})
