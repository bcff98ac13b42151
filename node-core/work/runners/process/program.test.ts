import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseManifestDraft } from '../../bundles/index.ts'
import type { LogLineOut } from '../index.ts'
import { linesUntil, until } from '../runner.suite.ts'
import type { ProcessRunner } from './index.ts'
import { hasLandlock } from './landlock.ts'
import { type Bench, openBench, requestFor, WEB } from './testing/bench.ts'

let bench: Bench
let runner: ProcessRunner
beforeEach(async () => {
  bench = await openBench()
  runner = bench.runner()
  await runner.start()
})
afterEach(() => bench.close())

const linux = process.platform === 'linux'
const root = linux && process.getuid?.() === 0
const hasAppArmor = existsSync('/sys/module/apparmor')
const canLandlock = await hasLandlock('/usr/bin/setpriv')

/** Runs a shell script and gives the lines it had written when it wrote `done`. */
async function output(script: string, more: Parameters<Bench['bundles']['workload']>[2] = {}) {
  const workload = await bench.bundles.workload(
    'probe',
    `#!/bin/sh\n${script}\necho done; sleep 100`,
    more,
  )
  const request = requestFor(workload)
  const running = await runner.run(request)
  return { request, running, lines: await linesUntil(runner, request.id, 'done') }
}

describe('the world of a program', () => {
  it('has the way to its node, whatever the workload says of it', async () => {
    const script = `#!/bin/sh
      echo "$MYCELIUM_API $MYCELIUM_TOKEN"; cat "\${MYCELIUM_API#unix://}"; echo done; sleep 100`
    const folder = join(bench.root, 'door')
    await mkdir(folder)
    await writeFile(join(folder, 'api.sock'), 'the socket\n')
    const env = { MYCELIUM_API: 'a lie', MYCELIUM_TOKEN: 'a lie' }
    const workload = await bench.bundles.workload('probe', script, { env })
    const request = requestFor(workload)
    await runner.run({
      ...request,
      access: { folder, token: 'the-token', secrets: {} },
    })
    const seen = await linesUntil(runner, request.id, 'done')
    const at = linux ? '/run/mycelium' : folder
    expect(seen.slice(0, 2)).toEqual([`unix://${at}/api.sock the-token`, 'the socket'])
  })

  it('has the variables of manifest and workload, PORT, and nothing of the node', async () => {
    process.env.PLANTED_SECRET = 'of the node'
    const program = '#!/bin/sh\nenv; echo done; sleep 100'
    const workload = await bench.bundles.workload(
      'probe',
      program,
      { ports: WEB, env: { B: 'workload', C: 'c=d' } },
      { env: { A: 'manifest', B: 'manifest', PATH: '/evil', PORT: '1' } },
    )
    const request = requestFor(workload)
    const running = await runner.run(request)
    const told = await linesUntil(runner, request.id, 'done')
    const seen = new Map(told.map((line) => line.split(/=(.*)/s, 2) as [string, string]))
    delete process.env.PLANTED_SECRET
    expect(seen.get('A')).toBe('manifest')
    expect(seen.get('MYCELIUM_SLOT')).toBe(String(request.index))
    expect(seen.get('B')).toBe('workload')
    expect(seen.get('C')).toBe('c=d')
    expect(seen.get('PORT')).toBe(String(running.ports['8080']))
    expect(seen.get('PORT_8080')).toBe(String(running.ports['8080']))
    expect(seen.get('PATH')).not.toContain('/evil')
    expect(seen.has('PLANTED_SECRET')).toBe(false)
    expect(seen.has('MYCELIUM_API')).toBe(false)
    const known =
      /^(A|B|C|PORT|PORT_8080|PATH|HOME|TMPDIR|HOST|HOSTNAME|LANG|MYCELIUM_[A-Z]+|PWD|SHLVL|_|OLDPWD|done)$/
    expect([...seen.keys()].filter((name) => !known.test(name))).toEqual([])
  })

  it('is a folder of its own, home and temporary files included', async () => {
    const { lines: seen } = await output(
      'pwd; echo $HOME; echo $TMPDIR; touch $TMPDIR/x && echo may-write',
    )
    const [cwd, home, temporary, may] = seen
    expect(home).toBe(cwd)
    expect(temporary).toBe(`${cwd}/tmp`)
    expect(may).toBe('may-write')
    if (!linux) expect((await stat(cwd ?? '')).mode & 0o777).toBe(0o700)
  })

  it('has the files of its manifest in its folder, and nobody may change them', async () => {
    const files = [
      { path: '/work/app.ini', content: 'a = ä\n', mode: 0o400 },
      { path: '/work/conf/deep/blob', content: 'AP8K', encoding: 'base64' as const, mode: 0o555 },
    ]
    const look = `cat app.ini; od -An -tx1 conf/deep/blob; touch conf/mine && echo may-write
      for each in app.ini conf/deep/blob; do
        (echo x >>$each) 2>/dev/null && echo "write $each"; rm -f $each 2>/dev/null && echo "rm $each"
        mv $each moved 2>/dev/null && echo "mv $each"; chmod 777 $each 2>/dev/null && echo "chmod $each"
      done`
    const { lines: seen } = await output(look, { files })
    expect(seen.slice(0, 3)).toEqual(['a = ä', ' 00 ff 0a', 'may-write'])
    if (linux) expect(seen.slice(3)).toEqual(['done'])
  })

  it('is gone when the instance is ended', async () => {
    const { request } = await output('pwd')
    const { workFolder } = await bench.recordOf(request.id)
    expect(await stat(workFolder)).toBeDefined()
    await runner.end(request.id, { graceMs: 100 })
    await expect(stat(workFolder)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await bench.leftovers()).toEqual([])
  })

  it.skipIf(!linux)('allows no new privileges and no core files', async () => {
    const { lines: seen } = await output(
      'grep -E "NoNewPrivs|CapEff|CapBnd" /proc/self/status; ulimit -c; ulimit -n',
    )
    expect(seen).toContain('NoNewPrivs:\t1')
    expect(seen.slice(-3, -1)).toEqual(['0', '4096'])
    if (root) expect(seen).toContain('CapEff:\t0000000000000000')
    if (root) expect(seen).toContain('CapBnd:\t0000000000000000')
  })

  it.skipIf(!root)('[root only] has a user of its own, which no other instance has', async () => {
    const one = await output('id -u; id -g; id -G')
    const two = await output('id -u; cat /etc/shadow || echo refused')
    const user = Number(one.lines[0])
    expect(user).toBeGreaterThanOrEqual(61_184)
    expect(one.lines.slice(0, 3)).toEqual([String(user), String(user), String(user)])
    expect(two.lines[0]).not.toBe(one.lines[0])
    expect(two.lines).toContain('refused')
  })

  it.skipIf(!root)('[root only] cannot read its own record nor another instance', async () => {
    const one = await output('echo secret >secret; pwd')
    const { lines: seen } = await output(
      `cat ${join(bench.folder, one.request.id, 'record.json')} ${one.lines[0]}/secret 2>/dev/null || echo refused`,
    )
    expect(seen).toEqual(['refused', 'done'])
  })

  it('has the node runtime on its path', async () => {
    const { lines: seen } = await output('node --version')
    expect(seen[0]).toBe(process.version)
  })
})

describe('what is enforced', () => {
  it('say what is not enforced on this machine', async () => {
    const available = await runner.available()
    const notes = available.ok ? (available.notes?.join(' ') ?? '') : ''
    if (!root) expect(notes).toContain('Connections of')
    if (!hasAppArmor) expect(notes).toContain('lsm_profile')
    if (!linux) expect(notes).toContain("can read this node's keys")
    // Where nothing is missing strangers may be let in.
    if (root) expect(available).toMatchObject({ ok: true, lacks: [] })
    if (!linux) expect(available).toMatchObject({ lacks: expect.arrayContaining(['files']) })
  })

  it.skipIf(hasAppArmor)(
    'refuse a security profile by name where none can be applied',
    async () => {
      const security = { lsm_profile: 'strict', read_only_fs: false }
      const script = '#!/bin/sh\nsleep 100'
      const named = await bench.bundles.workload('named', script, {}, { security })
      await expect(runner.run(requestFor(named))).rejects.toMatchObject({
        ...{ code: 'NOT_SUPPORTED', details: { reason: 'lsm_profile' } },
        message: expect.stringContaining('strict'),
      })
    },
  )

  it.skipIf(canLandlock)('refuse Landlock by name where kernel or tool lack it', async () => {
    const security = { lsm_profile: 'landlock', read_only_fs: false }
    const named = await bench.bundles.workload('named', '#!/bin/sh\nsleep 100', {}, { security })
    await expect(runner.run(requestFor(named))).rejects.toMatchObject({
      ...{ code: 'NOT_SUPPORTED', details: { reason: 'lsm_profile' } },
      message: expect.stringContaining('landlock'),
    })
  })

  it.skipIf(!root)('[root only] need a shared folder that programs can reach', async () => {
    const inHome = join(bench.folder, '../programs')
    const closed = join(bench.root, 'elsewhere')
    for (const sharedFolder of [inHome, join(inHome, '..'), closed]) {
      const other = bench.runner(bench.node, { sharedFolder })
      await other.start()
      const refusal = { code: 'SHARED_FOLDER_CLOSED', message: expect.stringContaining('reach') }
      expect(await other.available()).toMatchObject({ ok: false, ...refusal })
      const attempt = other.run(requestFor(await bench.bundles.workload('x', '#!/bin/sh\nsleep 9')))
      await expect(attempt).rejects.toMatchObject(refusal)
      await other.stop()
    }
  })
})

describe('a bundle that cannot run', () => {
  it('ends at once with its last words, and leaves nothing behind', async () => {
    const workload = await bench.bundles.workload('broken', '#!/nowhere/interpreter\n')
    const wrote: string[] = []
    const onLastWords = (lines: LogLineOut[]): void => {
      wrote.push(...lines.map(({ line, stream }) => `${stream}: ${line}`))
    }
    const attempt = runner.run({ ...requestFor(workload), onLastWords })
    await expect(attempt).rejects.toMatchObject({
      code: 'EXITED_AT_ONCE',
      message: expect.stringMatching(/No such file|not found/),
    })
    expect(wrote).toEqual([expect.stringMatching(/^stderr: .*(No such file|not found)/)])
    expect(await runner.list()).toEqual([])
    expect(await bench.leftovers()).toEqual([])
  })

  it('is refused when it was changed on this disk, before anything is unpacked', async () => {
    const workload = await bench.bundles.workload('changed', '#!/bin/sh\nsleep 100')
    const file = bench.bundles.fileOf(workload)
    const bytes = await readFile(file)
    bytes[60] = (bytes[60] ?? 0) ^ 1
    await writeFile(file, bytes)
    await expect(runner.run(requestFor(workload))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    })
    expect(await bench.leftovers()).toEqual([])
  })

  it.skipIf(linux)('is refused when it asks for what is not enforced here', async () => {
    const security = { lsm_profile: '', read_only_fs: true }
    const workload = await bench.bundles.workload('strict', '#!/bin/sh\nsleep 1', {}, { security })
    await expect(runner.run(requestFor(workload))).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      details: { reason: 'read_only_fs' },
    })
  })
})

describe('the end of a program', () => {
  it('takes along what it started, even in a session of its own', async () => {
    const marker = `mycelium-test-${process.pid}-${Math.floor(performance.now())}`
    const { request } = await output(`setsid sh -c 'sleep 100; : ${marker}' &`)
    await until(async () => (await running(marker)) === 1)
    await runner.end(request.id, { graceMs: 100 })
    expect(await running(marker)).toBe(0)
  })

  it('gives it time to end in order, and kills it when it does not', async () => {
    const orderly = await output("trap 'exit 0' TERM; echo done; while true; do sleep 0.05; done")
    let startedAt = performance.now()
    await runner.end(orderly.request.id, { graceMs: 15_000 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)

    const stubborn = await output("trap '' TERM")
    startedAt = performance.now()
    await runner.end(stubborn.request.id, { graceMs: 300 })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(300)
    expect(await runner.list()).toEqual([])
  })

  it('is an exit when the program is killed from outside', async () => {
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    const { request } = await output('echo $$')
    const { process: leader } = await bench.recordOf(request.id)
    process.kill(leader.pid, 'SIGKILL')
    await until(() => exits.includes(request.id))
    expect(await runner.list()).toEqual([expect.objectContaining({ exitCode: 137 })])
  })
})

describe('the sample service', () => {
  it('answers with its instance, and is healthy', async () => {
    const sample = resolve(import.meta.dirname, '../../../../assets/sample')
    const draft = parseManifestDraft(await readFile(join(sample, 'manifest.json')))
    const workload = await bench.bundles.workload(
      draft.command,
      await readFile(join(sample, 'greeter.mjs'), 'utf8'),
      { ports: WEB },
      { env: draft.env },
    )
    const request = requestFor(workload)
    const { ports } = await runner.run(request)
    const base = `http://127.0.0.1:${ports['8080']}`
    await until(() =>
      fetch(`${base}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
    expect(await (await fetch(base)).json()).toMatchObject({
      greeting: 'Hello from Mycelium',
      instance: request.id,
    })
  })
})

async function running(marker: string): Promise<number> {
  let count = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(marker) && line.startsWith('sh')) count++
  }
  return count
}
