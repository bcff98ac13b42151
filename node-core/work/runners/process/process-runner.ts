/** The runner's shell: what runs of this node, from its start or found again, to its end. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Looking, looking } from '../../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import { createGpuLeases } from '../gpus/index.ts'
import {
  type Availability,
  type CommandRequest,
  exceeded,
  type Running,
  type RunningCommand,
  type StartRequest,
  type Usage,
} from '../index.ts'
import { type Claim, createClaims } from './claims.ts'
import { endOf } from './command-probes.ts'
import { runInside } from './commands.ts'
import { shownInShelters } from './devices.ts'
import { boundExitNote, readExitNote } from './exit-note.ts'
import { folderBytes } from './folder-bytes.ts'
import {
  PROGRAMS_FOLDER,
  type ProcessRunner,
  type ProcessRunnerDeps,
  type ProcessRunnerOptions,
} from './index.ts'
import { FULL_LOOK_MS, GRACE_MS, SWEEP_MS } from './limits.ts'
import { createProcessTable } from './process-table.ts'
import { createProgramOutput, type ProgramOutput } from './program-output.ts'
import { createProgramVolumes, volumesOf } from './program-volumes.ts'
import { createReach } from './reach.ts'
import { createReaper } from './reaper.ts'
import { type InstanceRecord, readRecords, writeRecord } from './record.ts'
import { createStarter, type Started } from './starter.ts'
import { lacksOf, lookAround, notesOn, type Surroundings } from './surroundings.ts'
import { groupUse } from './usage.ts'
import { ownerOf } from './user-ids.ts'
import { removeWorkRoot } from './work-folder.ts'
import { createWriters } from './writers.ts'

interface Instance {
  record: InstanceRecord
  output: ProgramOutput
  /** Started by this process of the node, so its exit is told to us and not looked for. */
  ours: boolean
  ending: boolean
  /** What it is ended for, if it took more than it may. */
  overuse?: Running['endedFor']
  /** Nothing of it runs any more, so it writes no more. */
  silent: boolean
}

export function createProcessRunner(
  deps: ProcessRunnerDeps,
  options: ProcessRunnerOptions = {},
): ProcessRunner {
  const { node, network, clock, logger, folder } = deps
  const whose = { node, network }
  const sharedFolder = options.sharedFolder ?? PROGRAMS_FOLDER
  const table = createProcessTable(process.platform)
  const reaper = createReaper({ clock, table, whose })
  const claims = createClaims({ table, whose, logger })
  const instances = new Map<string, Instance>()
  const exitListeners = new Set<(id: string) => void>()
  let forgottenMs = 0
  let started: Promise<void> | undefined
  let around: Promise<Surroundings> | undefined
  let sweeping: Looking | undefined
  const reach = createReach(deps.shield, deps.owner)
  const gpus = options.gpus ?? createGpuLeases([])
  gpus.toldBy(shownInShelters)
  const writers = createWriters()
  const volumes = createProgramVolumes({
    ...{ folder: deps.volumesFolder, whose, clock, logger, isInUse: writers.has },
  })
  const starter = createStarter({
    ...{ ...deps, whose, table, reaper, reach, volumes, sharedFolder, gpus },
    ownPorts: options.ownPorts,
  })

  function track(record: InstanceRecord, ours: boolean): Instance {
    const output = createProgramOutput(join(folder, record.id), clock)
    const silent = record.exit !== undefined
    const instance = { record, output, ours, ending: false, silent }
    instances.set(record.id, instance)
    if (!silent) writers.found(record.id, record.volumes ?? [])
    sweeping?.soon()
    return instance
  }

  /** The program has ended: what it left behind goes too, and whoever listens is told. */
  async function exited(instance: Instance, code: number | undefined): Promise<void> {
    const known = instances.get(instance.record.id) === instance
    if (!known || instance.record.exit || instance.ending) return
    const { overuse } = instance
    const exit = { ...(code !== undefined && { code }), ...(overuse && { for: overuse }) }
    instance.record = { ...instance.record, exit }
    await reaper.end(instance.record, 0)
    await reach.end(instance.record)
    silence(instance)
    await writeRecord(folder, instance.record)
    for (const listener of exitListeners) listener(instance.record.id)
  }

  /** Nobody was there to be told how. */
  async function foundGone(instance: Instance): Promise<void> {
    await exited(instance, await readExitNote(join(folder, instance.record.id)))
  }

  function silence(instance: Instance): void {
    instance.silent = true
    writers.release(instance.record.id)
    instance.output.wake()
  }

  /** After a start of the node: what was running still is, or has ended meanwhile. */
  async function findAgain(): Promise<void> {
    await volumes.tidy()
    claims.forget()
    forgottenMs = clock.monotonicMs()
    const { records, unreadable } = await readRecords(folder, logger)
    await reach.restore(records.filter(({ exit }) => !exit))
    for (const record of records) {
      const instance = track(record, false)
      // Whatever a start that was cut off has left is ended too: nobody was told that it runs.
      if (!(await reaper.lives(record.process))) await foundGone(instance)
    }
    await adoptUnknown()
    for (const name of unreadable) {
      if (!instances.has(name)) await rm(join(folder, name), { recursive: true, force: true })
    }
  }

  /** What runs is listed from what runs: a program of ours that no record tells of included. */
  async function adoptUnknown(): Promise<void> {
    if (clock.monotonicMs() - forgottenMs >= FULL_LOOK_MS) {
      claims.forget()
      forgottenMs = clock.monotonicMs()
    }
    const known = (id: string): boolean => instances.has(id) || starter.starting(id)
    const around = await lookedAround()
    for (const claim of await claims.proven(around, known)) {
      if (!known(claim.id)) await adopt(around, claim)
    }
  }

  async function adopt(around: Surroundings, { pid, ...marks }: Claim): Promise<void> {
    // In a shelter the claim is of what runs inside; whoever waits for that began the session.
    const first = await table.identify((await table.sessionOf(pid)) ?? pid)
    const process = first ?? (await table.identify(pid))
    if (!process) return
    logger.warn('found a program of ours without a record', { id: marks.id, pid })
    const workFolder = join(around.workRoot, marks.id)
    const userId = await ownerOf(workFolder)
    const rest = {
      memoryBytes: Number.MAX_SAFE_INTEGER,
      workFolder,
      ...(userId === undefined ? {} : { userId }),
      cgroups: around.cgroups.foldersOf(marks.id),
      // Whose it was is not known: those of its slot, whoever has them.
      volumes: [`${marks.workload}.${marks.index}.`],
      startedAtMs: clock.wallMs(),
    }
    await mkdir(join(folder, marks.id), { recursive: true, mode: 0o700 })
    // A start that was just ending when this was found has put it on the list meanwhile.
    if (instances.has(marks.id)) return
    const record: InstanceRecord = { version: 1, ...marks, ...rest, process }
    await reach.begin(record)
    track(record, false)
  }

  /** True while there is anything to look after. */
  async function sweep(): Promise<boolean> {
    if (instances.size === 0) return false
    const bounded = (await lookedAround()).cgroups.bounds.has('memory')
    for (const instance of [...instances.values()]) {
      const { record, output, ours } = instance
      if (record.exit || instance.ending) continue
      await output.bound()
      await boundExitNote(join(folder, record.id))
      if (!ours && !(await reaper.lives(record.process))) await foundGone(instance)
      else await endOveruser(instance, { watchMemory: !bounded })
    }
    return true
  }

  /** What the system does not keep to its bounds is watched. */
  async function endOveruser(instance: Instance, { watchMemory }: { watchMemory: boolean }) {
    const { record } = instance
    const { memoryBytes, watchedDiskBytes, workFolder } = record
    const memory = watchMemory ? await residentBytes(record) : 0
    const disk = watchedDiskBytes === undefined ? 0 : await folderBytes(workFolder)
    if (memory > memoryBytes) instance.overuse = exceeded('MEMORY', memory, memoryBytes)
    else if (watchedDiskBytes !== undefined && disk > watchedDiskBytes) {
      instance.overuse = exceeded('DISK', disk, watchedDiskBytes)
    } else return
    logger.warn('a program took more than it may', { id: record.id, ...instance.overuse })
    await reaper.end(record, 0)
  }

  async function residentBytes(record: InstanceRecord): Promise<number> {
    let bytes = 0
    for (const pid of await reaper.pidsOf(record)) bytes += await table.residentBytes(pid)
    return bytes
  }

  async function usageOf(record: InstanceRecord): Promise<Usage> {
    const { id } = record
    const { cpuSeconds, memoryBytes } = await groupUse(record.cgroups)
    if (cpuSeconds !== undefined && memoryBytes !== undefined)
      return { id, cpuSeconds, memoryBytes }
    const counted = { cpuSeconds: 0, memoryBytes: 0 }
    for (const pid of await reaper.pidsOf(record)) {
      counted.memoryBytes += await table.residentBytes(pid)
      counted.cpuSeconds += await table.cpuSeconds(pid)
    }
    return {
      id,
      cpuSeconds: cpuSeconds ?? counted.cpuSeconds,
      memoryBytes: memoryBytes ?? counted.memoryBytes,
    }
  }

  function leasedBy({ gpus = [], startedAtMs }: InstanceRecord): Pick<Usage, 'gpuSeconds'> {
    const leasedMs = gpus.length * Math.max(0, clock.wallMs() - startedAtMs)
    return leasedMs > 0 ? { gpuSeconds: leasedMs / 1_000 } : {}
  }

  function lookedAround(): Promise<Surroundings> {
    const { nodeRuntime, fixedDisks = true } = options
    around ??= lookAround({ ...deps, sharedFolder, nodeRuntime, fixedDisks })
    return around
  }

  async function available(): Promise<Availability> {
    if (process.platform === 'win32') {
      const message = 'Programs cannot run on Windows yet; containers can.'
      return { ok: false, code: 'NOT_SUPPORTED', message }
    }
    const around = await lookedAround()
    if (around.obstacle) return { ok: false, ...around.obstacle }
    const found = await around.shelter()
    const open = reach.obstacle(around.ownUsers)
    const notes = [...notesOn(around, found), ...(open === undefined ? [] : [open])]
    const lacks = [...lacksOf(around, found), ...(open === undefined ? [] : (['network'] as const))]
    return { ok: true, notes, lacks }
  }

  async function run(request: StartRequest): Promise<Running> {
    request.signal.throwIfAborted()
    const can = await available()
    if (!can.ok) throw new MyceliumError(can.code, can.message)
    if (instances.has(request.id)) {
      throw new MyceliumError('START_FAILED', `${request.id} has been started before.`)
    }
    const started = await startAlone(request)
    const instance = track(started.record, true)
    void started.exit
      .then((code) => exited(instance, code))
      .catch((error) => {
        logger.error('the end of a program was not recorded', {
          id: request.id,
          reason: messageOf(error),
        })
      })
    return toRunning(started.record)
  }

  /** Whatever else has its volumes has ended. */
  async function startAlone(request: StartRequest): Promise<Started> {
    const kept = volumesOf(request).map(({ id }) => id)
    // What runs is told from what runs.
    if (kept.length > 0) await adoptUnknown()
    writers.claim(request.id, kept)
    try {
      return await starter.start(request, await lookedAround())
    } catch (error) {
      writers.release(request.id)
      throw error
    }
  }

  async function runCommand(id: string, request: CommandRequest): Promise<RunningCommand> {
    const instance = instances.get(id)
    if (!instance || instance.silent) {
      throw new MyceliumError('INSTANCE_NOT_FOUND', `Nothing of ${id} runs here.`)
    }
    const { part = request.part } = instance.record
    if ((request.part ?? part) !== part) {
      throw new MyceliumError('INSTANCE_NOT_FOUND', `${id} has no part “${request.part}”.`)
    }
    return runInside({ clock, table }, instance.record, await lookedAround(), request)
  }

  return {
    kind: 'process',
    volumes,
    available,
    onAvailable: () => () => {},
    start() {
      started ??= (async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await lookedAround()
        await findAgain()
        const gaps = { gapMs: SWEEP_MS, seldomMs: FULL_LOOK_MS }
        sweeping = looking(clock, gaps, sweep, (error) => {
          logger.warn('looking after programs failed', { reason: messageOf(error) })
        })
        sweeping.soon()
      })()
      return started
    },
    async stop() {
      await started
      await sweeping?.stop()
      const left = await around
      around = undefined
      await left?.cgroups.close()
      // In the home the folder holds records and logs and stays.
      if (left?.ownUsers) await removeWorkRoot(left.workRoot)
      sweeping = undefined
      started = undefined
      instances.clear()
      writers.clear()
    },
    onExit(listener) {
      exitListeners.add(listener)
      return () => exitListeners.delete(listener)
    },
    async obtain(request) {
      const can = await available()
      if (!can.ok) throw new MyceliumError(can.code, can.message)
      await starter.obtain(request, await lookedAround())
    },
    run,

    async end(id, { graceMs = GRACE_MS, drained } = {}) {
      const instance = instances.get(id)
      if (!instance) return
      instance.ending = true
      await reaper.end(instance.record, graceMs)
      if (!instance.record.exit) await reach.end(instance.record)
      silence(instance)
      await drained?.()
      await rm(instance.record.workFolder, { recursive: true, force: true })
      await rm(join(folder, id), { recursive: true, force: true })
      instances.delete(id)
    },

    async list() {
      await adoptUnknown()
      return [...instances.values()].map(({ record }) => toRunning(record))
    },

    listens: async () => undefined,

    async exec(id, { command, signal }) {
      return endOf(await runCommand(id, { command, input: false }), signal)
    },
    async usage() {
      const alive = [...instances.values()].filter(({ silent }) => !silent)
      const traffic = await reach.traffic()
      return Promise.all(
        alive.map(async ({ record }) => {
          const network = record.userId === undefined ? undefined : traffic.get(record.userId)
          return { ...(await usageOf(record)), ...network, ...leasedBy(record) }
        }),
      )
    },
    command: runCommand,

    async *output(id, options) {
      const instance = instances.get(id)
      if (!instance) {
        throw new MyceliumError('INSTANCE_NOT_FOUND', `There is no instance ${id} here.`)
      }
      yield* instance.output.read({ ...options, alive: () => !instance.silent })
    },
  }
}

function toRunning(record: InstanceRecord): Running {
  const { id, workload, index, generation, ports, startedAtMs, exit } = record
  const labels = { id, workload, index, generation, ports, startedAtMs }
  if (!exit) return { ...labels, state: 'running' }
  const { code, for: endedFor } = exit
  return {
    ...{ ...labels, state: 'exited' },
    ...(code === undefined ? {} : { exitCode: code }),
    ...(endedFor && { endedFor }),
  }
}
