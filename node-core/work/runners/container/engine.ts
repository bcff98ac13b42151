/** The engine in our own words: the one file that knows dockerode. */
import { access } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { CommandRequest, TerminalSize } from '../index.ts'
import { chunksOf, unlessMissing } from './engine-answers.ts'
import { type EngineBounds, engineBounds, engineFacts } from './engine-bounds.ts'
import { engineError } from './engine-errors.ts'
import { type EngineImages, engineImages } from './engine-images.ts'
import { type EngineNetworks, engineNetworks } from './engine-networks.ts'
import { type EngineVolumes, engineVolumes } from './engine-volumes.ts'
import type { FirewallProfile } from './firewall-profile.ts'
import type { ForwarderProfile } from './forwarder-profile.ts'
import { reachedAt } from './host-ports.ts'
import { jsonLines } from './json-lines.ts'
import { ANSWER_MS, EXEC_UNKNOWN, PING_MS, START_MS } from './limits.ts'
import type { ContainerProfile } from './profile.ts'
import type { SandboxProfile } from './sandbox-profile.ts'
import type { EngineAddress } from './socket.ts'

export interface EngineContainer {
  /** The engine's own id: a container made again under one name has another. */
  engineId: string
  /** Without the leading slash. */
  name: string
  labels: Readonly<Record<string, string>>
  state: 'created' | 'running' | 'exited'
  exitCode?: number
  ports: Record<string, number>
  /** IPv4, in a network of the engine's own; none where it shares another container's. */
  address?: string
  startedAtMs: number
  /** Outside of volumes, where it was asked for. */
  writtenBytes?: number
}

export interface EngineCommand {
  /** What it writes, and what is written to it. */
  stream: Duplex
  resize(size: TerminalSize): Promise<void>
  exitCode(): Promise<number>
  /** As the engine's computer numbers it; 0 once it has ended. */
  pid(): Promise<number>
  /** False where the engine could not start its program: what came then are the engine's own words. */
  hasBegun(): Promise<boolean>
}

export interface EngineExit extends Pick<EngineContainer, 'engineId' | 'labels' | 'exitCode'> {
  /** The kernel ended it, as it took all of its memory. */
  outOfMemory?: true
}

export interface Engine extends EngineImages, EngineNetworks, EngineVolumes {
  ping(): Promise<void>
  /** Where it keeps images and what containers write, on its own computer. */
  folder(): Promise<string>
  /** Which bounds it does not keep. */
  bounds(): Promise<EngineBounds>
  create(
    name: string,
    profile: ContainerProfile | ForwarderProfile | FirewallProfile | SandboxProfile,
  ): Promise<void>
  /** Not named `start`: this has no life of its own. */
  startContainer(name: string): Promise<void>
  /** Asks it to end, by force after `graceMs`; nothing when there is none or it has ended. */
  stopContainer(name: string, graceMs: number): Promise<void>
  removeContainer(name: string): Promise<void>
  /** `sized`: with what each wrote, which the engine counts file by file. */
  list(labelFilter: string[], options?: { sized: boolean }): Promise<EngineContainer[]>
  /** The exit code of a command run inside a container. */
  exec(name: string, command: readonly string[]): Promise<number>
  /** Starts a command inside a container and stays connected to it. */
  command(name: string, request: CommandRequest): Promise<EngineCommand>
  /** What a container uses now, in the engine's own form. */
  statistics(name: string): Promise<unknown>
  /**
   * Both streams, each line with its time, from a second of the Unix epoch on, until the container
   * has ended.
   */
  logs(
    name: string,
    options: { since?: number; signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>
  /** Containers that end, from now on. Ends when the engine goes away. */
  exits(labelFilter: string[], signal: AbortSignal): Promise<AsyncIterable<EngineExit>>
}

const exitEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})
const infoAnswer = z.object({ DockerRootDir: z.string() })

/** @param locate Asked before every call: an engine may appear, or appear elsewhere. */
export function createEngine(locate: () => EngineAddress, clock: Clock): Engine {
  let client: { of: string; docker: Dockerode } | undefined

  async function docker(): Promise<Dockerode> {
    const address = locate()
    const of = JSON.stringify(address)
    if (client?.of === of) return client.docker
    // Named pipes cannot be looked for; a socket that is not there needs no client to say so. Loaded at
    // first use: a node without an engine does not pay for it, whatever asks for one.
    if (address.kind === 'socket' && process.platform !== 'win32') await access(address.path)
    const { default: Docker } = await import('dockerode')
    const made =
      address.kind === 'socket'
        ? new Docker({ socketPath: address.path })
        : new Docker({ protocol: 'http', host: address.host, port: address.port })
    client = { of, docker: made }
    return made
  }

  /** One answer in time, with the engine's refusals in our codes. */
  async function ask<T>(
    question: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    { timeoutMs = ANSWER_MS }: { timeoutMs?: number } = {},
  ): Promise<T> {
    const abort = new AbortController()
    const { promise: late, reject } = Promise.withResolvers<never>()
    const cancel = clock.timer(timeoutMs, () => {
      reject(new MyceliumError('ENGINE_UNAVAILABLE', 'Docker does not answer in time.'))
      abort.abort()
    })
    try {
      return await Promise.race([question(await docker(), abort.signal), late])
    } catch (error) {
      throw engineError(error)
    } finally {
      cancel()
    }
  }

  /** A stream of the engine: opened in time, then as long as it takes or the signal lets it. */
  async function openStream(
    question: (docker: Dockerode, signal: AbortSignal) => Promise<NodeJS.ReadableStream | Buffer>,
    wanted: AbortSignal | undefined,
  ): Promise<AsyncIterable<Uint8Array>> {
    const answer = await ask(
      (docker, opening) => question(docker, wanted ? AbortSignal.any([opening, wanted]) : opening),
      { timeoutMs: START_MS },
    )
    return chunksOf(answer, wanted)
  }

  return {
    async ping() {
      await ask((docker) => docker.ping(), { timeoutMs: PING_MS })
    },

    async folder() {
      return infoAnswer.parse(await ask((docker) => docker.info())).DockerRootDir
    },

    async bounds() {
      return engineBounds(engineFacts.parse(await ask((docker) => docker.info())))
    },

    create: (name, profile) =>
      ask(
        async (docker, abortSignal) => {
          await docker.createContainer({ ...profile, name, abortSignal })
        },
        { timeoutMs: START_MS },
      ),

    startContainer: (name) =>
      ask((docker, abortSignal) => docker.getContainer(name).start({ abortSignal }), {
        timeoutMs: START_MS,
      }),

    async stopContainer(name, graceMs) {
      await unlessMissing(
        ask(
          (docker, abortSignal) =>
            docker.getContainer(name).stop({ t: Math.ceil(graceMs / 1000), abortSignal }),
          { timeoutMs: graceMs + START_MS },
        ),
      )
    },

    async removeContainer(name) {
      await unlessMissing(
        ask((docker, abortSignal) =>
          docker.getContainer(name).remove({ force: true, v: true, abortSignal }),
        ),
      )
    },

    async list(labelFilter, { sized } = { sized: false }) {
      const wanted = { all: true, filters: { label: labelFilter }, ...(sized && { size: true }) }
      const inTime = sized ? { timeoutMs: START_MS } : {}
      const found = await ask((docker) => docker.listContainers(wanted), inTime)
      return found.map(toContainer)
    },

    async exec(name, command) {
      const made = await ask((docker, abortSignal) =>
        docker.getContainer(name).exec({
          Cmd: [...command],
          AttachStdout: true,
          AttachStderr: true,
          abortSignal,
        }),
      )
      // What it says is not kept; its end is the end of the stream.
      const output = await openStream(() => made.start({ hijack: true }), undefined)
      for await (const _ of output) void _
      const { ExitCode } = await ask((_, abortSignal) => made.inspect({ abortSignal }))
      return ExitCode ?? EXEC_UNKNOWN
    },

    async command(name, { command, terminal, input }) {
      const Tty = terminal !== undefined
      const made = await ask((docker, abortSignal) =>
        docker.getContainer(name).exec({
          ...{ Cmd: [...command], AttachStdin: input, AttachStdout: true, AttachStderr: true },
          ...{ Tty, abortSignal },
        }),
      )
      const stream = await ask(() => made.start({ hijack: true, stdin: input, Tty }))
      const inspect = () => ask((_, abortSignal) => made.inspect({ abortSignal }))
      const resize = async ({ columns, rows }: TerminalSize): Promise<void> => {
        await ask((_, abortSignal) => made.resize({ w: columns, h: rows, abortSignal }))
      }
      // One that has ended already has no terminal to set a size of.
      if (terminal) await resize(terminal).catch(() => {})
      return {
        ...{ stream, resize },
        exitCode: async () => (await inspect()).ExitCode ?? EXEC_UNKNOWN,
        async pid() {
          const { Running, Pid } = await inspect()
          return Running ? Pid : 0
        },
        hasBegun: async () => (await inspect()).Pid !== 0,
      }
    },

    // One reading: without it the engine waits for a second one to make a rate of.
    statistics: (name) =>
      ask((docker) => docker.getContainer(name).stats({ stream: false, 'one-shot': true })),

    logs: (name, { since, signal }) =>
      openStream((docker, abortSignal) => {
        const wanted = { stdout: true, stderr: true, timestamps: true, abortSignal }
        const from = since === undefined ? {} : { since }
        return docker.getContainer(name).logs({ ...wanted, ...from, follow: true })
      }, signal),

    async exits(labelFilter, signal) {
      const filters = { type: ['container'], event: ['die', 'oom'], label: labelFilter }
      const stream = await openStream(
        (docker, abortSignal) =>
          docker.getEvents({ filters: JSON.stringify(filters), abortSignal }),
        signal,
      )
      return exitsIn(stream)
    },

    ...engineImages({ ask, openStream }),
    ...engineVolumes(ask),
    ...engineNetworks(ask),
  }
}

/** What a process ends with that was killed. */
const KILLED = '137'

async function* exitsIn(stream: AsyncIterable<Uint8Array>): AsyncIterable<EngineExit> {
  /** Something in it was ended for want of memory: it, or what it had started and does without. */
  const short = new Set<string>()
  for await (const line of jsonLines(stream)) {
    const event = exitEvent.safeParse(line)
    if (!event.success) continue
    const { ID: engineId, Attributes: labels } = event.data.Actor
    if (event.data.Action === 'oom') {
      short.add(engineId)
      continue
    }
    const known = /^\d+$/.test(labels.exitCode ?? '')
    const outOfMemory = short.delete(engineId) && labels.exitCode === KILLED
    yield {
      ...{ engineId, labels },
      ...(known && { exitCode: Number(labels.exitCode) }),
      ...(outOfMemory && { outOfMemory }),
    }
  }
}

function toContainer(found: Dockerode.ContainerInfo): EngineContainer {
  const exited = /^Exited \((\d+)\)/.exec(found.Status)
  const running = /^(running|paused|restarting)$/.test(found.State)
  const ports = found.Ports.filter((port) => port.PublicPort > 0)
  const networks = Object.values(found.NetworkSettings?.Networks ?? {})
  const address = networks.find(({ IPAddress }) => IPAddress)?.IPAddress
  return {
    engineId: found.Id,
    name: found.Names[0]?.replace(/^\//, '') ?? found.Id,
    labels: found.Labels,
    state: running ? 'running' : found.State === 'created' ? 'created' : 'exited',
    ...(exited ? { exitCode: Number(exited[1]) } : {}),
    ports: reachedAt(
      Object.fromEntries(
        ports.map((port) => [`${port.PrivatePort}/${port.Type}`, port.PublicPort]),
      ),
    ),
    ...(address ? { address } : {}),
    startedAtMs: found.Created * 1000,
    ...('SizeRw' in found && { writtenBytes: Number(found.SizeRw) }),
  }
}
