/** Images of the engine. */
import { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { z } from 'zod'
import { PORTS_MAX, type Port } from '../../spec/index.ts'
import { type Ask, diskUseOf, type OpenStream, unlessMissing } from './engine-answers.ts'
import { engineError, statusOf } from './engine-errors.ts'
import { isImageReference } from './image-reference.ts'
import { jsonLines } from './json-lines.ts'
import { START_MS } from './limits.ts'

export interface EngineImage {
  /** `sha256:` and 64 hex digits: the digest of the image's configuration. */
  id: string
  tags: string[]
  sizeBytes: number
}

export interface EngineImageDetails extends EngineImage {
  /** Where it says that it listens, in order. */
  exposes: Port[]
}

export interface EngineImages {
  image(reference: string): Promise<EngineImageDetails | undefined>
  images(): Promise<EngineImage[]>
  /** Digests of an image's layers, unpacked, from the lowest up; undefined when there is none. */
  layersOf(id: string): Promise<readonly string[] | undefined>
  /** Takes the name from whichever image has it. */
  nameImage(id: string, reference: string): Promise<void>
  /** False where a container or another image is made of it. */
  removeImage(id: string): Promise<boolean>
  /** Bytes that each image has for itself. The engine counts them, and takes its time. */
  imageSizes(): Promise<ReadonlyMap<string, number>>
  /** An image without any file; the same one each time. Its id. */
  importEmptyImage(): Promise<string>
  /** Where nothing is made of it. */
  removeEmptyImage(): Promise<void>
  /** The registry's report on a pull, line by line. */
  pull(reference: string, signal: AbortSignal): Promise<AsyncIterable<unknown>>
}

/** What nodes make for themselves. */
export const EMPTY_IMAGE = 'mycelium-empty:1'
/** Two blocks of zeros: the end of an archive, with nothing before it (POSIX, pax). */
const EMPTY_TAR = Buffer.alloc(1024)
const diskUse = z.object({
  Images: z.array(z.object({ Id: z.string(), Size: z.number(), SharedSize: z.number() })).nullish(),
})
const inspection = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  Size: z.number(),
  Config: z.object({ ExposedPorts: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish(),
})
const importReport = z.object({ error: z.string().optional() })

interface EngineCalls {
  ask: Ask
  openStream: OpenStream
}

export function engineImages({ ask, openStream }: EngineCalls): EngineImages {
  async function inspected(reference: string) {
    // No image is called so, and as a path it would be another question.
    if (!isImageReference(reference)) return undefined
    const asked = ask((docker, signal) => inspectImage(docker, reference, signal))
    return inspection.optional().parse(await unlessMissing(asked))
  }

  const images: EngineImages = {
    async image(reference) {
      const found = await inspected(reference)
      if (!found) return undefined
      const exposes = toPorts(Object.keys(found.Config?.ExposedPorts ?? {}))
      return { id: found.Id, tags: found.RepoTags ?? [], sizeBytes: found.Size, exposes }
    },

    async images() {
      const found = await ask((docker, abortSignal) => docker.listImages({ abortSignal }))
      return found.map(({ Id, RepoTags, Size }) => ({
        id: Id,
        tags: (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
        sizeBytes: Size,
      }))
    },

    async layersOf(id) {
      return (await inspected(id))?.RootFS?.Layers ?? undefined
    },

    async nameImage(id, reference) {
      const [, repo = reference, tag = 'latest'] = /^(.*?)(?::([^:/]*))?$/.exec(reference) ?? []
      await ask((docker, abortSignal) => docker.getImage(id).tag({ repo, tag, abortSignal }))
    },

    async removeImage(id) {
      if (!isImageReference(id)) return true
      try {
        // An engine deletes a large one's files before it answers.
        await ask((docker) => docker.getImage(id).remove(), { timeoutMs: START_MS })
        return true
      } catch (error) {
        if (statusOf(error) === 404) return true
        if (statusOf(error) === 409) return false
        throw error
      }
    },

    async imageSizes() {
      const answer = await ask((docker, abortSignal) => diskUseOf(docker, 'image', abortSignal), {
        timeoutMs: START_MS,
      })
      return new Map(
        (diskUse.parse(answer).Images ?? []).map(({ Id, Size, SharedSize }) => {
          return [Id, Size - Math.max(0, SharedSize)] as const
        }),
      )
    },

    async importEmptyImage() {
      const found = await images.image(EMPTY_IMAGE)
      if (found) return found.id
      const [repo, tag] = EMPTY_IMAGE.split(':')
      const report = await openStream(
        (docker) => docker.importImage(Readable.from([EMPTY_TAR]), { repo, tag }),
        undefined,
      )
      for await (const line of jsonLines(report)) refuseFailed(line)
      const made = await images.image(EMPTY_IMAGE)
      if (made) return made.id
      throw engineError(new Error('The empty image is not there.'))
    },

    async removeEmptyImage() {
      await images.removeImage(EMPTY_IMAGE)
    },

    async pull(reference, signal) {
      return jsonLines(
        await openStream((docker, abortSignal) => docker.pull(reference, { abortSignal }), signal),
      )
    },
  }
  return images
}

/** What `docker.getImage(…).inspect()` asks, which can be told of no signal. */
function inspectImage(docker: Dockerode, reference: string, abortSignal: AbortSignal) {
  const statusCodes = { 200: true, 404: 'no such image', 500: 'server error' }
  const path = `/images/${reference}/json`
  return new Promise<unknown>((resolve, reject) => {
    docker.modem.dial({ path, method: 'GET', statusCodes, abortSignal }, (error, found) => {
      if (error) reject(error)
      else resolve(found)
    })
  })
}

function refuseFailed(line: unknown): void {
  const { error } = importReport.parse(line)
  if (error) throw engineError(Object.assign(new Error(error), { statusCode: 500 }))
}

/** `3306/tcp`; a range that an image exposes comes as many, of which the first count. */
function toPorts(keys: readonly string[]): Port[] {
  const ports = keys.flatMap((key): Port[] => {
    const [, digits, protocol] = /^(\d{1,5})\/(tcp|udp)$/.exec(key) ?? []
    const containerPort = Number(digits)
    if (!(containerPort >= 1 && containerPort <= 65_535)) return []
    return [{ containerPort, protocol: protocol === 'udp' ? 'udp' : 'tcp' }]
  })
  return ports.sort((a, b) => a.containerPort - b.containerPort).slice(0, PORTS_MAX)
}
