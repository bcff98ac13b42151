/** Commands inside a program that runs: with what it has, and not with more. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import type { CommandRequest, RunningCommand } from '../index.ts'
import { linesUntil, until } from '../runner.suite.ts'
import { textOf } from './command-output.ts'
import { runInside } from './commands.ts'
import { enterWords, entrancesOf } from './enter.ts'
import { givenText } from './given.ts'
import type { ProcessRunner } from './index.ts'
import { isInit, launchCommand } from './launch.ts'
import { createProcessTable, type ProcessTable } from './process-table.ts'
import type { InstanceRecord } from './record.ts'
import { mountTable } from './shelter.ts'
import { findShelter } from './shelter-tools.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'
import { isShutIn, LOOK, NAMESPACES, parsed } from './testing/look.ts'

const root = process.platform === 'linux' && process.getuid?.() === 0
const SIZE = { columns: 100, rows: 30 }

describe.skipIf(!root)('a command inside a program [root only]', () => {
  let bench: Bench
  let runner: ProcessRunner
  let id: string
  let ofProgram: Map<string, string>

  beforeAll(async () => {
    bench = await openBench()
    runner = bench.runner()
    await runner.start()
    const own = NAMESPACES.map((name) => `echo "${name}: $(readlink /proc/self/ns/${name})"`)
    const script = ['#!/bin/sh', ...own, 'echo "groups: $(cat /proc/self/cgroup | tr "\\n" " ")"']
    const lines = [...script, 'echo done', 'sleep 1000']
    const env = { GIVEN: `it's "so"\n$HOME` }
    const request = requestFor(await bench.bundles.workload('host', lines.join('\n'), { env }))
    id = request.id
    await runner.run(request)
    ofProgram = parsed(await linesUntil(runner, id, 'done'))
  }, 30_000)
  afterAll(() => bench.close())

  const begin = (command: string, more: Partial<CommandRequest> = {}): Promise<RunningCommand> =>
    runner.command(id, { command: ['/bin/sh', '-c', command], input: false, ...more })

  async function all(running: RunningCommand) {
    const said = { stdout: '', stderr: '' }
    for await (const { stream, bytes } of running.output) {
      said[stream] += Buffer.from(bytes).toString()
    }
    return { ...said, exitCode: await running.exitCode() }
  }
  const run = async (command: string) => all(await begin(command))
  const textOf = async (path: string): Promise<string> => readFile(path, 'utf8')

  it('is in its namespaces, its control groups and its root, as its user', async () => {
    const groups =
      'echo "groups: $(cat /proc/self/cgroup | tr "\\n" " ")"; echo "user: $(id -u):$(id -g)"'
    const { stdout, stderr } = await run(`${LOOK}\n${groups}\necho "first: $(ls -d /proc/1)"`)
    const seen = parsed(stdout.split('\n'))
    isShutIn(seen)
    for (const name of [...NAMESPACES, 'groups']) {
      expect([name, seen.get(name)]).toEqual([name, ofProgram.get(name)])
    }
    const { userId } = await bench.recordOf(id)
    expect([seen.get('user'), seen.get('name')]).toEqual([`${userId}:${userId}`, id])
    expect(stderr).not.toContain('shelter')
  })

  it('is bounded by its groups outside too, and keeps nothing open of what let it in', async () => {
    const running = await begin('ulimit -n; ls /proc/self/fd | tr "\\n" " "; sleep 1000')
    const reading = all(running)
    const { cgroups } = await bench.recordOf(id)
    const table = createProcessTable(process.platform)
    const sleeping = async (): Promise<number[]> => {
      const found: number[] = []
      for (const group of cgroups) {
        const pids = (await textOf(`${group}/cgroup.procs`)).trim().split('\n').map(Number)
        for (const pid of pids) {
          if ((await table.words(pid)).join(' ') === 'sleep 1000') found.push(pid)
        }
      }
      return found
    }
    await until(async () => (await sleeping()).length === 2 * cgroups.length)
    expect(await running.kill()).toBe(true)
    expect(await sleeping()).toHaveLength(cgroups.length)
    const [files = '', open = ''] = (await reading).stdout.trim().split('\n')
    expect(files).toBe('4096')
    // Those above may be of whoever started this test.
    expect(open.split(' ').filter((name) => Number(name) < 10)).toEqual(['0', '1', '2', '3'])
  })

  it('has its environment, an input, two streams and an end of its own', async () => {
    const running = await begin('echo "$GIVEN|$HOME"; cat; echo no >&2; exit 3', {
      input: true,
    })
    await running.write(Buffer.from('typed\n'))
    running.endInput()
    const said = { stdout: `it's "so"\n$HOME|/work\ntyped\n`, stderr: 'no\n', exitCode: 3 }
    expect(await all(running)).toEqual(said)
    const other = { command: ['/bin/true'], input: false, part: 'other' }
    await expect(runner.command(id, other)).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' })
    const missing = await runner.command(id, { command: ['/bin/none'], input: false })
    expect(await all(missing)).toMatchObject({ exitCode: 127 })
    expect(await runner.exec(id, { part: 'main', command: ['/bin/sh', '-c', 'exit 4'] })).toBe(4)
  })

  it('ends, though what it left running holds its output, and loses none of a slow reader’s', async () => {
    const left = await all(await begin('echo said; sleep 1000 & exit 0'))
    expect(left).toMatchObject({ stdout: 'said\n', exitCode: 0 })
    const running = await begin('head -c 300000 /dev/zero')
    let bytes = 0
    for await (const one of running.output) {
      bytes += one.bytes.length
      await new Promise((resolve) => setTimeout(resolve, bytes > 200_000 ? 700 : 0))
    }
    expect(bytes).toBe(300_000)
  })

  it('has a terminal of the size that is said, whose keys are its own', async () => {
    const script =
      'trap "echo caught; exit 7" INT; tty -s && stty size; read x; stty size; echo $x; sleep 1000 & wait'
    const running = await begin(script, { input: true, terminal: SIZE })
    let said = ''
    const reading = (async () => {
      for await (const { bytes } of running.output) said += Buffer.from(bytes).toString()
      return running.exitCode()
    })()
    await until(async () => said.includes('30 100'))
    await running.resize({ columns: 120, rows: 40 })
    await running.write(Buffer.from('typed\r'))
    await until(async () => said.includes('40 120\r\ntyped\r\n'))
    await running.write(Buffer.from('\u0003'))
    expect(await reading).toBe(7)
    expect(said).toContain('caught')
  })

  it('of a program that has ended is refused, and one that runs ends with it', async () => {
    const request = requestFor(await bench.bundles.workload('brief', '#!/bin/sh\nsleep 1000'))
    await runner.run(request)
    const command = { command: ['/bin/sleep', '1000'], input: true, terminal: SIZE }
    const running = await runner.command(request.id, command)
    await runner.end(request.id, { graceMs: 0 })
    expect((await all(running)).exitCode).toBeGreaterThan(128)
    await expect(runner.command(request.id, command)).rejects.toMatchObject({
      code: 'INSTANCE_NOT_FOUND',
    })
  })
})

describe.skipIf(!root)('a command of a node that is not root [tried as nobody]', () => {
  const NOBODY = { uid: 65_534, gid: 65_534, env: {} }
  const setpriv = '/usr/bin/setpriv'
  let folder: string
  let program: ChildProcess | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mycelium-commands-test-'))
    await chmod(folder, 0o755)
  })
  afterAll(async () => {
    program?.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })

  /** Process 1 of a program that sleeps. */
  async function begun(): Promise<number> {
    const how = { root: true, setpriv, fixedDisks: false }
    const found = await findShelter(join(folder, 'places'), how)
    if (!found.shelter) throw new Error(found.why)
    const shelter = { ...found.shelter, ownUsers: false }
    const work = join(folder, 'work')
    for (const each of [work, join(work, 'tmp')]) {
      await mkdir(each)
      await chown(each, NOBODY.uid, NOBODY.gid)
    }
    const own = { work: { folder: work }, workReadOnly: false, program: work, files: [] }
    const table = join(folder, 'fstab')
    await writeFile(table, mountTable(shelter, { ...own, runtime: undefined, door: undefined }))
    const { file, args, input } = launchCommand({
      ...{ program: '/bin/sleep', args: ['1000'], environment: {}, cgroups: [] },
      ...{ userId: undefined, setpriv, shelter: { of: shelter, table, hostName: 'x' } },
    })
    const child = spawn(file, args, { ...NOBODY, cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] })
    program = child
    child.stdin?.end(input)
    const processes = createProcessTable(process.platform)
    let init: number | undefined
    await until(async () => {
      init = (await processes.children(child.pid ?? 0))[0]
      return init !== undefined && isInit(await processes.words(init))
    })
    return init ?? 0
  }

  it('sees, may and is no more than the program', async () => {
    const init = await begun()
    const words = enterWords({
      ...{ command: ['/bin/sh', '-c', LOOK], cgroups: [], userId: undefined, setpriv },
      ...{ nsenter: '/usr/bin/nsenter', confinement: undefined },
    })
    // As the node would hand them over, opened by whoever it is.
    const opened = entrancesOf(undefined).map((name, at) => `${4 + at}</proc/${init}/${name}`)
    const begin = ['-c', `exec ${opened.join(' ')}; exec "$@"`, 'begin', ...words]
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const
    const child = spawn('/bin/sh', begin, { ...NOBODY, cwd: '/', stdio: [...stdio] })
    const aside = child.stdio[3] as Duplex
    aside.write(givenText({ HOME: '/work', PATH: '/usr/bin:/bin' }))
    const texts = [child.stdout, child.stderr].map((one) => textOf(one as Readable, 100_000))
    const [said = '', wrong = ''] = await Promise.all(texts)
    expect(wrong).not.toContain('nsenter')
    isShutIn(parsed(said.split('\n')))
  })
})

describe.skipIf(process.platform !== 'linux')(
  'a command inside a program is refused by name',
  () => {
    const leader = { pid: 7, born: 'then' }
    const table = {
      ...createProcessTable('darwin'),
      identify: async () => leader,
      children: async () => [8],
      words: async () => ['/bin/program'],
    } satisfies ProcessTable
    const record = { id: 'web-0-1', cgroups: [], process: leader } as unknown as InstanceRecord
    const around = { setpriv: '/usr/bin/setpriv' }
    const deps = { clock: createSystemClock(), table }
    const asked = (of: Partial<InstanceRecord>, setpriv = around) =>
      runInside(deps, { ...record, ...of }, setpriv, { command: ['id'], input: false })
    const refused = (reason: string) => ({ code: 'NOT_SUPPORTED', details: { reason } })

    it('where it has no namespaces, tools, or an earlier release began it', async () => {
      const confinement = { by: 'nothing' } as const
      await expect(asked({ confinement })).rejects.toMatchObject(refused('shelter'))
      await expect(asked({})).rejects.toMatchObject(refused('release'))
      const none = { setpriv: undefined } as unknown as typeof around
      await expect(asked({ confinement }, none)).rejects.toMatchObject(refused('nsenter'))
    })
  },
)
