/**
 * A runner without an engine, for tests and the simulator. The `SimEngine` is what stays when the
 * node is killed: it keeps running what it runs, and a runner made later finds it.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { portsOf, type Workload, type WorkloadKind } from '../spec/index.ts'
import type {
  InstanceAccess,
  Output,
  Runner,
  RunnerErrorCode,
  Running,
  StartRequest,
} from './index.ts'
import { createSimCommand } from './sim-command.ts'
import { createSimLog, type SimLog } from './sim-log.ts'

export interface SimEngine {
  /** `node` is the label that keeps one node's instances from another's on the same engine. */
  runner(options: { node: string; kind?: WorkloadKind }): Runner
  /** Everything that runs or has exited, of whatever node. */
  readonly held: ReadonlyMap<string, SimHeld>
  readonly up: boolean
  /** Starts that came to their end, since the beginning. */
  readonly startCount: number
  /** Stops or restores it. What ran has exited when it comes back unless `keeps`. */
  turn(up: boolean, options?: { keeps?: boolean }): void
  /** The program of an instance ends by itself. */
  exit(id: string, exitCode: number): void
  /** Someone removes an instance behind the node's back. */
  remove(id: string): void
  /** Every start, or those of one workload, fails from now on with this code; undefined ends it. */
  failStarts(code: RunnerErrorCode | undefined, workload?: string): void
}

export interface SimHeld {
  running: Running
  node: string
  log: SimLog
  close: () => void
  /** The door that it was started with. */
  access: InstanceAccess | undefined
}

export interface SimEngineDeps {
  clock: Clock
  /** What the program of a workload does; by default it runs until it is ended. */
  program?: (request: StartRequest) => SimProgram
  /** Opens a port on loopback. By default ports are numbers that nothing listens on. */
  openPort?: SimPorts
  /** What a command inside an instance ends with. Default 0. */
  exec?: (id: string, command: readonly string[]) => Promise<number>
  /** Until a start or a listing returns. Default 5 ms. */
  startMs?: number
}

export interface SimProgram {
  lines?: string[]
  exits?: { afterMs: number; code: number }
}

/** Throws PORT_TAKEN when `hostPort` is not to be had. */
export type SimPorts = (
  hostPort: number | undefined,
) => Promise<{ port: number; close: () => void }>

/** What keeps a start from having what it needs. */
const UNOBTAINED: readonly RunnerErrorCode[] = ['IMAGE_NOT_FOUND', 'DIGEST_MISMATCH']

interface EngineCore {
  readonly deps: Required<SimEngineDeps>
  readonly held: Map<string, SimHeld>
  readonly watchers: Set<{ node: string; exited(id: string): void; turned(up: boolean): void }>
  up: boolean
  startCount: number
  /** Of starts, or of those of one workload. */
  failure: { code: RunnerErrorCode; of: string | undefined } | undefined
}

export function createSimEngine(deps: SimEngineDeps): SimEngine {
  const core: EngineCore = {
    deps: {
      program: () => ({}),
      openPort: countedPorts(),
      exec: async () => 0,
      startMs: 5,
      ...deps,
    },
    held: new Map(),
    watchers: new Set(),
    up: true,
    startCount: 0,
    failure: undefined,
  }
  return {
    runner: (options) => createSimRunner(core, options),
    held: core.held,
    get up() {
      return core.up
    },
    get startCount() {
      return core.startCount
    },
    turn(up, options = {}) {
      if (up === core.up) return
      core.up = up
      if (!up && !options.keeps) for (const id of core.held.keys()) exit(core, id, 137)
      for (const watcher of core.watchers) watcher.turned(up)
    },
    exit: (id, exitCode) => exit(core, id, exitCode),
    remove: (id) => remove(core, id),
    failStarts(code, workload) {
      core.failure = code && { code, of: workload }
    },
  }
}

function exit(core: EngineCore, id: string, exitCode: number): void {
  const one = core.held.get(id)
  if (!one || one.running.state === 'exited') return
  one.close()
  one.log.end()
  one.running = { ...one.running, state: 'exited', exitCode }
  if (!core.up) return
  for (const watcher of core.watchers) if (watcher.node === one.node) watcher.exited(id)
}

function remove(core: EngineCore, id: string): void {
  const one = core.held.get(id)
  one?.close()
  one?.log.end()
  core.held.delete(id)
}

function createSimRunner(core: EngineCore, options: { node: string; kind?: WorkloadKind }): Runner {
  const { node } = options
  const availability = new Set<(ok: boolean) => void>()
  const exits = new Set<(id: string) => void>()
  const watcher = {
    node,
    exited: (id: string) => exits.forEach((listener) => void listener(id)),
    turned: (up: boolean) => availability.forEach((listener) => void listener(up)),
  }
  const own = (id: string): SimHeld | undefined => {
    const one = core.held.get(id)
    return one?.node === node ? one : undefined
  }
  const mustBeUp = (): void => {
    if (!core.up) throw failure('ENGINE_UNAVAILABLE', 'The simulated engine is off.')
  }

  return {
    kind: options.kind ?? 'container',
    async start() {
      core.watchers.add(watcher)
    },
    async stop() {
      core.watchers.delete(watcher)
    },
    async available() {
      if (core.up) return { ok: true }
      return { ok: false, code: 'ENGINE_UNAVAILABLE', message: 'The simulated engine is off.' }
    },
    onAvailable: (listener) => listen(availability, listener),
    onExit: (listener) => listen(exits, listener),
    async obtain({ signal, workload }) {
      mustBeUp()
      await wait(core.deps.clock, core.deps.startMs)
      signal.throwIfAborted()
      mustBeUp()
      const code = failureOf(core, workload)
      if (code && UNOBTAINED.includes(code)) throw toldToFail(code)
    },
    async run(request) {
      mustBeUp()
      request.signal.throwIfAborted()
      request.onProgress({ step: 'starting' })
      await wait(core.deps.clock, core.deps.startMs)
      request.signal.throwIfAborted()
      mustBeUp()
      const code = failureOf(core, request.workload)
      if (code) throw toldToFail(code)
      if (core.held.has(request.id)) throw failure('START_FAILED', 'The name is taken.')
      return hold(core, node, request)
    },
    async end(id, { drained } = {}) {
      mustBeUp()
      const one = own(id)
      if (!one) return
      one.log.end()
      await drained?.()
      remove(core, id)
    },
    async list() {
      mustBeUp()
      await wait(core.deps.clock, core.deps.startMs)
      mustBeUp()
      return [...core.held.values()].filter((one) => one.node === node).map((one) => one.running)
    },
    listens: async () => undefined,

    async exec(id, { command }) {
      mustBeUp()
      const one = own(id)
      if (!one) throw failure('INSTANCE_NOT_FOUND', `There is no instance ${id}.`)
      return core.deps.exec(id, command)
    },
    async usage() {
      mustBeUp()
      const own = [...core.held.values()].filter((one) => one.node === node)
      return own
        .filter(({ running }) => running.state === 'running')
        .map(({ running: { id, startedAtMs } }) => ({
          ...{ id, memoryBytes: 1_000_000, receivedBytes: 0, sentBytes: 0 },
          cpuSeconds: (core.deps.clock.wallMs() - startedAtMs) / 10_000,
        }))
    },
    async command(id, request) {
      mustBeUp()
      if (!own(id)) throw failure('INSTANCE_NOT_FOUND', `There is no instance ${id}.`)
      return createSimCommand(request)
    },
    async *output(id, options): AsyncGenerator<Output> {
      const one = own(id)
      if (!one) throw failure('INSTANCE_NOT_FOUND', `There is no instance ${id}.`)
      yield* one.log.output(options)
    },
  }
}

async function hold(core: EngineCore, node: string, request: StartRequest): Promise<Running> {
  const { clock, openPort, program } = core.deps
  const ports: Record<string, number> = {}
  const opened: (() => void)[] = []
  const close = (): void => opened.splice(0).forEach((one) => void one())
  try {
    for (const { containerPort, hostPort } of portsOf(request.workload)) {
      const { port, close: closePort } = await openPort(hostPort)
      ports[String(containerPort)] = port
      opened.push(closePort)
    }
  } catch (error) {
    close()
    throw error
  }
  const { id, index, generation, workload } = request
  const running: Running = {
    id,
    workload: workload.name,
    index,
    generation,
    state: 'running',
    ports,
    startedAtMs: clock.wallMs(),
  }
  const { lines = [], exits } = program(request)
  const log = createSimLog(clock)
  for (const line of lines) log.write(line)
  core.startCount++
  core.held.set(id, { running, node, log, close, access: request.access })
  if (exits) clock.timer(exits.afterMs, () => exit(core, id, exits.code))
  return running
}

function countedPorts(): SimPorts {
  let last = 40_000
  const taken = new Set<number>()
  return async (hostPort) => {
    if (hostPort !== undefined && taken.has(hostPort)) {
      throw failure('PORT_TAKEN', `Port ${hostPort} is taken.`)
    }
    const port = hostPort ?? ++last
    taken.add(port)
    return { port, close: () => taken.delete(port) }
  }
}

function failureOf({ failure }: EngineCore, { name }: Workload): RunnerErrorCode | undefined {
  return failure && (failure.of ?? name) === name ? failure.code : undefined
}

function toldToFail(code: RunnerErrorCode): MyceliumError<RunnerErrorCode> {
  return failure(code, 'The simulated engine was told to fail.')
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.timer(ms, resolve))
}

function failure(code: RunnerErrorCode, message: string): MyceliumError<RunnerErrorCode> {
  return new MyceliumError(code, message)
}
