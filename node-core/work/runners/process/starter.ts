/** From a request to a program that runs, or to nothing at all. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { type Clock, sleep } from '../../../base/clock/index.ts'
import { assert, isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Bundles, VerifiedBundle } from '../../bundles/index.ts'
import { diskBytesOf, portsOf } from '../../spec/index.ts'
import { type GpuLeases, groupsOf } from '../gpus/index.ts'
import {
  accessVariables,
  findLoopbackPort,
  type LogLineOut,
  leftOutText,
  type OwnPorts,
  type StartRequest,
  slotVariable,
} from '../index.ts'
import { refuseProbes } from './command-probes.ts'
import { refuseClosed, refuseGpus } from './devices.ts'
import { openExitNote } from './exit-note.ts'
import { isInit, isProgram, LAUNCHER_FAILED, type LaunchCommand, launchCommand } from './launch.ts'
import { HOST_NAME_LENGTH_MAX, LAST_LINES_MAX, LAUNCH_MS } from './limits.ts'
import { marksOf, type Whose } from './marks.ts'
import type { ProcessTable } from './process-table.ts'
import {
  confinementOf,
  type Ground,
  makeHome,
  ownVariables,
  refuseUnkept,
  refuseUnshown,
} from './program-home.ts'
import { createProgramOutput, type ProgramOutput } from './program-output.ts'
import { type ProgramVolumes, volumesOf } from './program-volumes.ts'
import type { Reach } from './reach.ts'
import type { Reaper } from './reaper.ts'
import { type InstanceRecord, type ProcessIdentity, writeRecord } from './record.ts'
import type { Surroundings } from './surroundings.ts'
import { createUserIds } from './user-ids.ts'
import { makeWorkFolder, makeWorkRoot } from './work-folder.ts'

export interface StarterDeps {
  bundles: Pick<Bundles, 'obtain'>
  clock: Clock
  logger: Logger
  /** `instances/` in the home. */
  folder: string
  sharedFolder: string
  whose: Whose
  table: ProcessTable
  reaper: Reaper
  reach: Reach
  gpus: GpuLeases
  volumes: ProgramVolumes
  /** Of this node. */
  ownPorts: OwnPorts | undefined
}

export interface Started {
  record: InstanceRecord
  /** The exit code; 128 and the signal's number when a signal ended it, as shells have it. */
  exit: Promise<number>
}

export function createStarter(deps: StarterDeps) {
  const { clock, logger, folder, whose, table, reaper, reach } = deps
  const starting = new Set<string>()
  const userIds = createUserIds(deps.sharedFolder, table)

  async function start(request: StartRequest, around: Ground): Promise<Started> {
    const { signal, onProgress } = request
    const bundle = await obtain(request, around)
    signal.throwIfAborted()
    onProgress({ step: 'starting' })
    await makeWorkRoot(around.workRoot, around.ownUsers)
    const lease = await deps.gpus.take(request.workload.parts[0].resources.gpus ?? 0)
    try {
      await refuseClosed(lease.gpus, { own: around.ownUsers })
      const { gpus } = lease
      const record = { ...(await plan(request, around, bundle)), ...(gpus.length > 0 && { gpus }) }
      return await carryOut(request, around, bundle, record)
    } finally {
      // What runs shows from now on what it has.
      lease.release()
    }
  }

  async function carryOut(
    request: StartRequest,
    around: Ground,
    bundle: VerifiedBundle,
    record: InstanceRecord,
  ): Promise<Started> {
    try {
      await prepare(request, around, record)
      return await launch(request, around, bundle, record)
    } catch (error) {
      try {
        if (isCode(error, 'EXITED_AT_ONCE')) await tellLastWords(request)
      } catch (cause) {
        logger.warn('last words were not read', { id: record.id, reason: messageOf(cause) })
      }
      await undo(record)
      throw startError(error)
    } finally {
      if (record.userId !== undefined) userIds.release(record.userId)
    }
  }

  /** Its log is about to go: that is where it says why. */
  async function tellLastWords({ id, onLastWords }: StartRequest): Promise<void> {
    if (!onLastWords) return
    const lines: LogLineOut[] = []
    let left = 0
    const { signal } = new AbortController()
    const reading = { after: {}, takes: () => true, signal, alive: () => false }
    for await (const output of createProgramOutput(join(folder, id), clock).read(reading)) {
      lines.push(...output.lines)
      left += lines.splice(0, Math.max(0, lines.length - LAST_LINES_MAX)).length
    }
    const at = lines[0]?.at ?? new Date(clock.wallMs()).toISOString()
    const note = { at, stream: 'note' as const, line: leftOutText(left) }
    onLastWords(left > 0 ? [note, ...lines] : lines)
  }

  /** What of it fails is told in the log: the caller hears why nothing was started. */
  async function undo(record: InstanceRecord): Promise<void> {
    const steps = [
      () => reaper.end(record, 0),
      () => reach.end(record),
      () => rm(record.workFolder, { recursive: true, force: true }),
      () => rm(join(folder, record.id), { recursive: true, force: true }),
    ]
    for (const step of steps) {
      await step().catch((cause) => {
        const said = { id: record.id, reason: messageOf(cause) }
        logger.error('what a program that did not start left was not all taken back', said)
      })
    }
  }

  async function obtain(
    { workload, signal, onProgress }: Pick<StartRequest, 'workload' | 'signal' | 'onProgress'>,
    around: Ground,
  ): Promise<VerifiedBundle> {
    const [{ source }] = workload.parts
    if (!('bundle' in source)) {
      throw new MyceliumError('NOT_SUPPORTED', 'An image is not a bundle.')
    }
    const bundle = await deps.bundles.obtain(source.bundle, {
      signal,
      onProgress: ({ receivedBytes, totalBytes, from }) =>
        onProgress({
          step: 'pulling',
          doneBytes: receivedBytes,
          ...(totalBytes === undefined ? {} : { totalBytes }),
          from,
        }),
      onFetched: () => onProgress({ step: 'verifying' }),
    })
    refuseUnkept(bundle, around)
    refuseUnshown(workload, around)
    await refuseProbes(workload.parts[0], around)
    const { shelter } = around
    refuseGpus(workload.parts[0], { profile: bundle.manifest.security.lsm_profile, shelter })
    return bundle
  }

  /** Which ports, user, groups and folders it gets. Nothing is made yet. */
  async function plan(
    request: StartRequest,
    around: Ground,
    bundle: VerifiedBundle,
  ): Promise<InstanceRecord> {
    const { id, workload, index, generation } = request
    const bound = reach.plan(request, around.ownUsers)
    const ports: Record<string, number> = {}
    for (const { containerPort, hostPort } of portsOf(workload)) {
      ports[String(containerPort)] ??= await findLoopbackPort(hostPort, deps.ownPorts)
    }
    const wished = around.ownUsers ? await deps.volumes.userOf(request) : undefined
    const userId = around.ownUsers ? await userIds.take(id, wished) : undefined
    return {
      version: 1,
      id,
      workload: workload.name,
      part: workload.parts[0].name,
      index,
      generation,
      ports,
      startedAtMs: clock.wallMs(),
      memoryBytes: workload.parts[0].resources.limits.memoryBytes,
      ...(around.shelter?.mkfs ? {} : { watchedDiskBytes: diskBytesOf(workload.parts[0]) }),
      workFolder: around.ownUsers ? join(around.workRoot, id) : join(folder, id, 'work'),
      ...(userId === undefined ? {} : { userId }),
      cgroups: around.cgroups.foldersOf(id),
      volumes: volumesOf(request).map((volume) => volume.id),
      confinement: confinementOf(bundle, around) ?? { by: 'nothing' },
      ...bound,
    }
  }

  /** On record first, so that a crash in the midst of this leaves nothing unknown. */
  async function prepare(
    { workload }: StartRequest,
    around: Ground,
    record: InstanceRecord,
  ): Promise<void> {
    await mkdir(join(folder, record.id), { recursive: true, mode: 0o700 })
    await writeRecord(folder, record)
    await around.cgroups.create(record.id, workload.parts[0].resources.limits)
    await makeWorkFolder(record.workFolder, record.userId)
    await reach.begin(record)
  }

  /** Completes the record as things happen, so that what has failed half-way can be undone. */
  async function launch(
    request: StartRequest,
    around: Ground,
    bundle: VerifiedBundle,
    record: InstanceRecord,
  ): Promise<Started> {
    const { workload, signal, access } = request
    const own = join(folder, record.id)
    const volumes = await deps.volumes.open(request, record.userId)
    const home = await makeHome({ around, record, bundle, access, workload, folder: own, volumes })
    const [part] = workload.parts
    const { manifest } = bundle
    const command = launchCommand({
      program: home.program,
      args: manifest.args ?? [],
      environment: {
        LANG: 'C.UTF-8',
        ...manifest.env,
        ...part.env,
        ...slotVariable({ workload, index: record.index }),
        ...ownVariables(record, home, part.ports[0]?.containerPort),
        ...(access && home.door !== undefined && accessVariables(access, home.door)),
        ...marksOf(whose, record),
      },
      cgroups: record.cgroups,
      userId: record.userId,
      groups: groupsOf(record.gpus),
      setpriv: around.setpriv,
      ...(around.shelter &&
        home.table !== undefined && {
          shelter: { of: around.shelter, table: home.table, hostName: hostNameOf(record) },
        }),
      confinement: confinementOf(bundle, around),
    })
    signal.throwIfAborted()
    const output = createProgramOutput(join(folder, record.id), clock)
    const note = around.shelter && home.table !== undefined ? await openExitNote(own) : undefined
    const spawned = spawnDetached(command, record.workFolder, { output, note })
    const { pid, stdin, exit } = await spawned.finally(() => note?.close())
    try {
      const launcher = pid === undefined ? undefined : await table.identify(pid)
      if (!launcher) throw await exitedAtOnce(await exit, output)
      record.launcher = launcher
      await writeRecord(folder, record)
      stdin.end(command.input)
      await becomeProgram(launcher, { exit, output, sheltered: around.shelter !== undefined })
      record.process = launcher
      await writeRecord(folder, record)
      return { record, exit }
    } finally {
      // A launcher that was not told to go on ends by this.
      stdin.destroy()
    }
  }

  /** Waits until the launcher has turned into the program, which then bears our marks. */
  async function becomeProgram(
    launcher: ProcessIdentity,
    how: { exit: Promise<number>; output: ProgramOutput; sheltered: boolean },
  ): Promise<void> {
    const { exit, output } = how
    let code: number | undefined
    void exit.then((ended) => {
      code = ended
    })
    const deadline = clock.monotonicMs() + LAUNCH_MS
    for (;;) {
      const alive = await reaper.lives(launcher)
      const become = how.sheltered ? await shelters(launcher.pid) : await bearsMarks(launcher.pid)
      if (alive && become) return
      if (code !== undefined) throw await exitedAtOnce(code, output)
      if (clock.monotonicMs() > deadline) {
        throw new MyceliumError('START_FAILED', 'The program did not come up in time.')
      }
      await sleep(clock, 2)
    }
  }

  /** Process 1 of the shelter is there and has begun the program. */
  async function shelters(pid: number): Promise<boolean> {
    const [first] = await table.children(pid)
    if (first === undefined || !isInit(await table.words(first))) return false
    const [program] = await table.children(first)
    return program !== undefined && isProgram(await table.words(program))
  }

  async function bearsMarks(pid: number): Promise<boolean> {
    const environment = await table.environment(pid)
    // Where no environment can be read, a process that is there has to do.
    return environment ? environment.has('MYCELIUM_INSTANCE') : process.platform !== 'linux'
  }

  return {
    starting: (id: string) => starting.has(id),
    /** Has its bundle here, and refuses it as a start would. */
    async obtain(request: Parameters<typeof obtain>[0], around: Surroundings): Promise<void> {
      const { shelter } = await around.shelter()
      await obtain(request, { ...around, shelter })
    },
    async start(request: StartRequest, around: Surroundings): Promise<Started> {
      starting.add(request.id)
      try {
        const { shelter } = await around.shelter()
        return await start(request, { ...around, shelter })
      } finally {
        starting.delete(request.id)
      }
    },
  }
}

function hostNameOf({ id }: InstanceRecord): string {
  return id.slice(0, HOST_NAME_LENGTH_MAX)
}

/**
 * Its own session, its output and how it ended straight into files: it lives on when the node does not.
 * It begins when it reads a line from its input, and ends when that is closed before.
 */
async function spawnDetached(
  { file, args }: Pick<LaunchCommand, 'file' | 'args'>,
  cwd: string,
  { output, note }: { output: ProgramOutput; note: FileHandle | undefined },
): Promise<{ pid: number | undefined; stdin: Writable; exit: Promise<number> }> {
  const out = await open(output.stdout, 'a', 0o600)
  const err = await open(output.stderr, 'a', 0o600)
  try {
    const child = spawn(file, args, {
      cwd,
      detached: true,
      env: {},
      stdio: ['pipe', out.fd, err.fd, ...(note ? [note.fd] : [])],
    })
    child.unref()
    const { pid, stdin } = child
    assert(stdin, 'a pipe was asked for')
    stdin.on('error', () => {
      // A launcher that has gone reads no more: its exit tells what happened.
    })
    // Listened for before anything is awaited: a program may end within a millisecond.
    return { pid, stdin, exit: exitOf(child) }
  } finally {
    await out.close()
    await err.close()
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
    child.once('error', () => resolve(LAUNCHER_FAILED))
  })
}

async function exitedAtOnce(code: number, output: ProgramOutput): Promise<MyceliumError> {
  const last = await output.lastLine()
  const words = last === undefined ? '' : `: ${last}`
  if (code === LAUNCHER_FAILED) {
    return new MyceliumError('START_FAILED', `The limits of the program could not be set${words}`)
  }
  return new MyceliumError('EXITED_AT_ONCE', `The program ended at once with ${code}${words}`, {
    details: { exitCode: code },
  })
}

function startError(cause: unknown): unknown {
  if (cause instanceof MyceliumError) return cause
  const full = /ENOSPC|EDQUOT/.test(messageOf(cause))
  return new MyceliumError(
    full ? 'DISK_FULL' : 'START_FAILED',
    full
      ? 'The disk is full. Nothing was started.'
      : `The program was not started: ${messageOf(cause)}`,
    { cause },
  )
}
