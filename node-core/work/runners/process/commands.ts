/** Commands inside programs, as they run: with pipes, or with a terminal of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, open, readlink } from 'node:fs/promises'
import { constants } from 'node:os'
import type { Duplex, Readable, Writable } from 'node:stream'
import { type Clock, sleep } from '../../../base/clock/index.ts'
import { assert, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import { groupsOf } from '../gpus/index.ts'
import type { CommandOutput, CommandRequest, RunningCommand, TerminalSize } from '../index.ts'
import { pidsIn } from './cgroups.ts'
import { merged, textOf } from './command-output.ts'
import { enterWords, entrancesOf, terminalWords } from './enter.ts'
import { givenText } from './given.ts'
import { type Confinement, isInit } from './launch.ts'
import { LAUNCHER_FAILED } from './launcher-failed.ts'
import { COMMAND_LINGER_MS, COMMAND_MS, COMMAND_WORDS_LENGTH_MAX, LOOK_MS } from './limits.ts'
import type { ProcessTable } from './process-table.ts'
import type { InstanceRecord, ProcessIdentity } from './record.ts'
import { runTool } from './run-tool.ts'
import { findTool } from './shelter-tools.ts'
import type { Surroundings } from './surroundings.ts'

export interface ProgramCommandsDeps {
  clock: Clock
  table: ProcessTable
}

/**
 * Resolves once the command runs. Throws NOT_SUPPORTED, with `details.reason`, where this computer has
 * nothing to keep it to the program's bounds by.
 */
export async function runInside(
  { clock, table }: ProgramCommandsDeps,
  record: InstanceRecord,
  { setpriv }: Pick<Surroundings, 'setpriv'>,
  request: CommandRequest,
): Promise<RunningCommand> {
  const { userId, cgroups } = record
  const nsenter = await findTool('nsenter')
  if (!setpriv || !nsenter) throw refused('nsenter', 'util-linux is not installed on its computer.')
  const confinement = confinementOf(record)
  const init = await initOf(table, record)
  const inside = enterWords({
    ...{ command: request.command, cgroups, userId, setpriv, nsenter, confinement },
    groups: groupsOf(record.gpus),
  })
  const { terminal } = request
  const tools = terminal && (await terminalTools())
  const words = terminal && tools ? terminalWords(tools, terminal, inside) : inside

  const child = await begin(words, await enter(table, record, init))
  const exit = exitOf(child)
  const { stdin, stdout, stderr, aside } = pipesOf(child)
  const first = await identified(table, child.pid === undefined ? [] : [child.pid])
  const given = givenTo(await table.environment(init), terminal !== undefined)
  aside.write(givenText(given))
  if (!request.input) stdin.end()
  if (!(await hasBegun(clock, aside, exit))) {
    await killAll({ clock, table, cgroups }, first)
    throw await notBegun([stderr, stdout])
  }
  // Of a terminal what runs in it is a session of its own.
  const second = terminal ? await identified(table, await childrenOf(table, child)) : []
  const sessions = [...first, ...second]
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  for (const stream of [stdout, stderr]) void exit.then(() => closeOnceIdle(clock, stream))
  return {
    output: outputOf({ stdout, stderr }, terminal !== undefined),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stdin.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    endInput: () => void stdin.end(),
    async resize(size) {
      const [inTerminal] = second
      if (tools && inTerminal && !isOver()) await resize(tools, inTerminal.pid, size)
    },
    exitCode: () => exit,
    async kill() {
      const gone = await killAll({ clock, table, cgroups }, sessions)
      closeAll([stdout, stderr])
      return gone
    },
  }
}

function confinementOf({ confinement }: InstanceRecord): Confinement | undefined {
  if (!confinement) {
    const why = 'It was started by an earlier release: once it is started anew commands run inside.'
    throw refused('release', why)
  }
  return confinement.by === 'nothing' ? undefined : confinement
}

/** Process 1 of its shelter, which is there for as long as the program is. */
async function initOf(table: ProcessTable, record: InstanceRecord): Promise<number> {
  const { process: leader } = record
  if (leader && (await table.identify(leader.pid))?.born === leader.born) {
    const [first] = await table.children(leader.pid)
    if (first !== undefined && isInit(await table.words(first))) return first
  }
  if (leader && !(await table.identify(leader.pid))) {
    throw new MyceliumError('INSTANCE_NOT_FOUND', `Nothing of ${record.id} runs any more.`)
  }
  throw refused('shelter', 'Its computer gives programs no namespaces, which would hold it.')
}

/**
 * Opened before it is looked whether the process is still the same: numbers come round again, and
 * what is open stays what it was.
 */
async function enter(
  table: ProcessTable,
  record: InstanceRecord,
  init: number,
): Promise<FileHandle[]> {
  const handles: FileHandle[] = []
  try {
    for (const name of entrancesOf(record.userId)) handles.push(await open(`/proc/${init}/${name}`))
    if ((await initOf(table, record)) === init) return handles
    throw new MyceliumError('INSTANCE_NOT_FOUND', `${record.id} has ended.`)
  } catch (error) {
    await Promise.all(handles.map((one) => one.close()))
    if (error instanceof MyceliumError) throw error
    throw new MyceliumError('START_FAILED', `It cannot be entered: ${messageOf(error)}`)
  }
}

async function begin(
  [file = '', ...args]: readonly string[],
  entrances: readonly FileHandle[],
): Promise<ChildProcess> {
  const pipes = ['pipe', 'pipe', 'pipe', 'pipe'] as const
  try {
    const stdio = [...pipes, ...entrances.map(({ fd }) => fd)]
    return spawn(file, args, { env: {}, cwd: '/', detached: true, stdio })
  } catch (error) {
    // A command whose words are too many for the system, for instance.
    throw new MyceliumError('START_FAILED', `The command could not be begun: ${messageOf(error)}`)
  } finally {
    await Promise.all(entrances.map((one) => one.close()))
  }
}

interface Pipes {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Both ways: what it is given, and that it begins. */
  aside: Duplex
}

function pipesOf(child: ChildProcess): Pipes {
  const { stdin, stdout, stderr } = child
  const aside = child.stdio[3]
  assert(stdin && stdout && stderr && aside, 'pipes were asked for')
  for (const one of [stdin, stdout, stderr, aside]) {
    one.on('error', () => {
      // Whoever was at the other end has gone: its exit tells what happened.
    })
  }
  return { stdin, stdout, stderr, aside: aside as Duplex }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
    child.once('error', () => resolve(LAUNCHER_FAILED))
  })
}

/** What the program was given, in its shelter; a name that no shell takes is left out. */
function givenTo(environment: ReadonlyMap<string, string> | undefined, terminal: boolean) {
  const named = [...(environment ?? [])].filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
  return { ...(terminal && { TERM: 'xterm-256color' }), ...Object.fromEntries(named) }
}

async function hasBegun(clock: Clock, aside: Duplex, exit: Promise<number>): Promise<boolean> {
  const told = once(aside, 'data').then(
    () => true,
    () => false,
  )
  const late = Promise.withResolvers<boolean>()
  const cancel = clock.timer(COMMAND_MS, () => late.resolve(false))
  const begun = await Promise.race([told, exit.then(() => false), late.promise])
  cancel()
  return begun
}

async function notBegun(streams: Readable[]): Promise<MyceliumError> {
  const said = await Promise.all(streams.map((one) => textOf(one, COMMAND_WORDS_LENGTH_MAX)))
  const last = said.join('\n').trim().split('\n').at(-1) ?? ''
  const words = last === '' ? '.' : `: ${last}`
  return new MyceliumError('START_FAILED', `The command could not be begun${words}`)
}

async function identified(table: ProcessTable, pids: readonly number[]) {
  const found = await Promise.all(pids.map((pid) => table.identify(pid)))
  return found.filter((one) => one !== undefined)
}

async function childrenOf(table: ProcessTable, { pid }: ChildProcess): Promise<number[]> {
  return pid === undefined ? [] : table.children(pid)
}

async function* outputOf(
  { stdout, stderr }: { stdout: Readable; stderr: Readable },
  terminal: boolean,
): AsyncGenerator<CommandOutput> {
  for await (const { stream, bytes } of merged({ stdout, stderr })) {
    yield { stream: terminal ? 'stdout' : stream, bytes }
  }
}

async function terminalTools(): Promise<{ script: string; stty: string }> {
  const [script, stty] = await Promise.all([findTool('script'), findTool('stty')])
  if (script && stty) return { script, stty }
  throw refused('terminal', 'Its computer lacks `script` of util-linux, which makes a terminal.')
}

async function resize(
  { stty }: { stty: string },
  inTerminal: number,
  { rows, columns }: TerminalSize,
): Promise<void> {
  const path = await readlink(`/proc/${inTerminal}/fd/0`).catch(() => '')
  if (!path.startsWith('/dev/pts/')) return
  await runTool({ file: stty, args: ['-F', path, 'rows', `${rows}`, 'columns', `${columns}`] })
}

/**
 * All of the sessions that these began. What made one of its own inside ends with the program, as all
 * that runs there.
 */
async function killAll(
  where: ProgramCommandsDeps & { cgroups: readonly string[] },
  leaders: readonly ProcessIdentity[],
): Promise<boolean> {
  const { clock } = where
  const deadlineMs = clock.monotonicMs() + COMMAND_MS
  for (;;) {
    const pids = await pidsOf(where, leaders)
    if (pids.length === 0) return true
    if (!pids.map(killed).every(Boolean) || clock.monotonicMs() > deadlineMs) return false
    await sleep(clock, LOOK_MS)
  }
}

async function pidsOf(
  { table, cgroups }: { table: ProcessTable; cgroups: readonly string[] },
  leaders: readonly ProcessIdentity[],
): Promise<number[]> {
  const sessions = new Set<number>()
  for (const { pid, born } of leaders) {
    // A session keeps its number for as long as anything of it runs; else that may be another's by now.
    const now = await table.identify(pid)
    if (!now || now.born === born) sessions.add(pid)
  }
  const found: number[] = []
  // What a command begins is in the program's groups: where there are some, nobody else is looked at.
  const inside = [...(await pidsIn(cgroups)), ...leaders.map(({ pid }) => pid)]
  for (const pid of cgroups.length > 0 ? new Set(inside) : await table.pids()) {
    const session = await table.sessionOf(pid)
    const isOf = session !== undefined && sessions.has(session)
    if (isOf && (await table.identify(pid))) found.push(pid)
  }
  return found
}

/** False where a security profile lets no signal in. */
function killed(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** What a command left running may hold its pipes: once nothing has come for a while, nothing is waited for. */
async function closeOnceIdle(clock: Clock, stream: Readable): Promise<void> {
  let before = -1
  while (!stream.destroyed && !stream.readableEnded) {
    const bytes: unknown = Reflect.get(stream, 'bytesRead')
    if (stream.readableLength === 0 && bytes === before) stream.destroy()
    before = typeof bytes === 'number' ? bytes : 0
    await sleep(clock, COMMAND_LINGER_MS)
  }
}

function closeAll(streams: readonly Readable[]): void {
  for (const one of streams) one.destroy()
}

function refused(reason: string, why: string): MyceliumError<'NOT_SUPPORTED'> {
  const message = `No command can be run inside this program. ${why}`
  return new MyceliumError('NOT_SUPPORTED', message, { details: { reason } })
}
