/** The engine in our own words: the one file that knows dockerode. */
import { addAbortSignal, Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { engineError, statusOf } from './engine-errors.ts'
import { jsonLines } from './json-lines.ts'
import { CONTAINER_LIMITS } from './limits.ts'
import type { ContainerProfile } from './profile.ts'
import type { EngineAddress } from './socket.ts'

export interface EngineContainer {
  /** Without the leading slash. */
  name: string
  labels: Readonly<Record<string, string>>
  state: 'created' | 'running' | 'exited'
  exitCode?: number
  ports: Record<string, number>
  startedAtMs: number
}

export interface EngineImage {
  /** `sha256:` and 64 hex digits: the digest of the image's configuration. */
  id: string
  tags: string[]
  sizeBytes: number
}

export interface Engine {
  ping(): Promise<void>
  create(name: string, profile: ContainerProfile): Promise<void>
  /** Not named `start`: this has no life of its own. */
  startContainer(name: string): Promise<void>
  /** Asks it to end, by force after `graceMs`; nothing when there is none or it has ended. */
  stopContainer(name: string, graceMs: number): Promise<void>
  removeContainer(name: string): Promise<void>
  labelsOf(name: string): Promise<Readonly<Record<string, string>> | undefined>
  list(labelFilter: string[]): Promise<EngineContainer[]>
  logs(
    name: string,
    options: { tail?: number; follow?: boolean; signal?: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>
  /** Containers that end, from now on, by their labels. Ends when the engine goes away. */
  exits(
    labelFilter: string[],
    signal: AbortSignal,
  ): Promise<AsyncIterable<Readonly<Record<string, string>>>>
  image(reference: string): Promise<EngineImage | undefined>
  images(): Promise<EngineImage[]>
  saveImage(id: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  loadImage(file: string): Promise<void>
  removeImage(id: string): Promise<void>
  /** The registry's report on a pull, line by line. */
  pull(reference: string, signal: AbortSignal): Promise<AsyncIterable<unknown>>
}

const exitEvent = z.object({
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
})
const loadReport = z.object({ error: z.string().optional() })

export function createEngine(address: EngineAddress, clock: Clock): Engine {
  /** Loaded at first use: a node without containers does not pay for it. */
  let client: Promise<Dockerode> | undefined
  const docker = (): Promise<Dockerode> => {
    client ??= import('dockerode').then(({ default: Docker }) =>
      address.kind === 'socket'
        ? new Docker({ socketPath: address.path })
        : new Docker({ protocol: 'http', host: address.host, port: address.port }),
    )
    return client
  }

  /** One answer in time, with the engine's refusals in our codes. */
  async function ask<T>(
    question: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    { timeoutMs = CONTAINER_LIMITS.answerMs }: { timeoutMs?: number } = {},
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
      { timeoutMs: CONTAINER_LIMITS.startMs },
    )
    return chunksOf(answer, wanted)
  }

  return {
    ping: () => ask((docker) => docker.ping()),

    create: (name, profile) =>
      ask(
        async (docker, abortSignal) => {
          await docker.createContainer({ ...profile, name, abortSignal })
        },
        { timeoutMs: CONTAINER_LIMITS.startMs },
      ),

    startContainer: (name) =>
      ask((docker, abortSignal) => docker.getContainer(name).start({ abortSignal }), {
        timeoutMs: CONTAINER_LIMITS.startMs,
      }),

    async stopContainer(name, graceMs) {
      await unlessMissing(
        ask(
          (docker, abortSignal) =>
            docker.getContainer(name).stop({ t: Math.ceil(graceMs / 1000), abortSignal }),
          { timeoutMs: graceMs + CONTAINER_LIMITS.startMs },
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

    async labelsOf(name) {
      const found = await unlessMissing(
        ask((docker, abortSignal) => docker.getContainer(name).inspect({ abortSignal })),
      )
      return found?.Config.Labels
    },

    async list(labelFilter) {
      const found = await ask((docker, abortSignal) =>
        docker.listContainers({ all: true, filters: { label: labelFilter }, abortSignal }),
      )
      return found.map(toContainer)
    },

    logs: (name, { tail, follow, signal }) =>
      openStream((docker, abortSignal) => {
        const container = docker.getContainer(name)
        const wanted = { stdout: true, stderr: true, timestamps: true, abortSignal }
        const options = tail === undefined ? wanted : { ...wanted, tail }
        return follow
          ? container.logs({ ...options, follow: true })
          : container.logs({ ...options, follow: false })
      }, signal),

    async exits(labelFilter, signal) {
      const filters = { type: ['container'], event: ['die'], label: labelFilter }
      const stream = await openStream(
        (docker, abortSignal) =>
          docker.getEvents({ filters: JSON.stringify(filters), abortSignal }),
        signal,
      )
      return attributesOf(stream)
    },

    async image(reference) {
      const found = await unlessMissing(ask((docker) => docker.getImage(reference).inspect()))
      return found && { id: found.Id, tags: found.RepoTags ?? [], sizeBytes: found.Size }
    },

    async images() {
      const found = await ask((docker, abortSignal) => docker.listImages({ abortSignal }))
      return found.map(({ Id, RepoTags, Size }) => ({
        id: Id,
        tags: (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
        sizeBytes: Size,
      }))
    },

    saveImage: (id, signal) => openStream((docker) => docker.getImage(id).get(), signal),

    async loadImage(file) {
      const report = await openStream((docker) => docker.loadImage(file), undefined)
      for await (const line of jsonLines(report)) {
        const { error } = loadReport.parse(line)
        if (error) throw engineError(Object.assign(new Error(error), { statusCode: 500 }))
      }
    },

    async removeImage(id) {
      await unlessMissing(ask((docker) => docker.getImage(id).remove({ force: true })))
    },

    async pull(reference, signal) {
      return jsonLines(
        await openStream((docker, abortSignal) => docker.pull(reference, { abortSignal }), signal),
      )
    },
  }
}

async function* chunksOf(
  answer: NodeJS.ReadableStream | Buffer,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  if (answer instanceof Uint8Array) return yield answer
  if (signal && answer instanceof Readable) addAbortSignal(signal, answer)
  try {
    for await (const chunk of answer) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  } catch (error) {
    signal?.throwIfAborted()
    throw engineError(error)
  }
}

async function* attributesOf(
  stream: AsyncIterable<Uint8Array>,
): AsyncIterable<Readonly<Record<string, string>>> {
  for await (const line of jsonLines(stream)) {
    const event = exitEvent.safeParse(line)
    if (event.success) yield event.data.Actor.Attributes
  }
}

function toContainer(found: Dockerode.ContainerInfo): EngineContainer {
  const exited = /^Exited \((\d+)\)/.exec(found.Status)
  const running = /^(running|paused|restarting)$/.test(found.State)
  const ports = found.Ports.filter((port) => port.PublicPort > 0)
  return {
    name: found.Names[0]?.replace(/^\//, '') ?? found.Id,
    labels: found.Labels,
    state: running ? 'running' : found.State === 'created' ? 'created' : 'exited',
    ...(exited ? { exitCode: Number(exited[1]) } : {}),
    ports: Object.fromEntries(ports.map((port) => [String(port.PrivatePort), port.PublicPort])),
    startedAtMs: found.Created * 1000,
  }
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    // 304: stopped already; 404: there is none; 409: its removal is under way.
    const status = statusOf(error)
    if (status === 304 || status === 404 || status === 409) return undefined
    throw error
  }
}
