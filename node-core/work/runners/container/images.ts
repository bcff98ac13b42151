/**
 * Where images come from, in this order: this engine, members that have it, a registry. A workload
 * whose image was fixed to its id gets exactly that one from wherever it comes.
 */
import { join } from 'node:path'
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import { type NodeId, shortId } from '../../../base/net/index.ts'
import type { ContainerSource } from '../../spec/index.ts'
import type { StartProgress } from '../index.ts'
import type { Engine } from './engine.ts'
import { fetchImage } from './image-fetch.ts'
import { encodeMessage, HAVE_PROTOCOL, parseHaveAnswer } from './image-messages.ts'
import type { ContainerRunnerDeps, ImageContent, ImageShelf } from './index.ts'
import { IMAGE_FRAME_BYTES_MAX, IMAGE_HAVE_MS, IMAGE_PEERS_ASKED_MAX } from './limits.ts'
import { createPullProgress } from './pull-progress.ts'

export interface Images extends ImageShelf {
  /** The id of the image, on this engine by the time this returns. */
  ensure(
    source: ContainerSource,
    options: { signal: AbortSignal; onProgress: (progress: StartProgress) => void },
  ): Promise<string>
}

type EnsureOptions = Parameters<Images['ensure']>[1]

export function createImages(deps: ContainerRunnerDeps, engine: Engine): Images {
  const { net, clock, logger, random } = deps
  const nameOf = (peer: NodeId): string => deps.nameOf?.(peer) ?? shortId(peer)

  /** Members that have it, and the id by which they know it. */
  async function askPeers(reference: string): Promise<Had[]> {
    const peers = net.peers().slice(0, IMAGE_PEERS_ASKED_MAX)
    const answers = await Promise.all(
      peers.map(async (peer) => {
        try {
          const question = encodeMessage({ reference })
          const options = {
            timeoutMs: IMAGE_HAVE_MS,
            answerBytesMax: IMAGE_FRAME_BYTES_MAX,
          }
          const answer = await net.request(peer, HAVE_PROTOCOL, question, options)
          return { peer, exposes: [], ...parseHaveAnswer(answer) }
        } catch (error) {
          logger.debug('a peer did not say whether it has an image', {
            peer,
            reason: messageOf(error),
          })
          return { peer, exposes: [], imageId: undefined }
        }
      }),
    )
    return answers.flatMap(({ imageId, exposes = [], ...rest }) => {
      return imageId ? [{ ...rest, imageId, exposes }] : []
    })
  }

  /** True once a peer's image is on this engine. Throws DIGEST_MISMATCH if all that came was false. */
  async function fromPeers(
    imageId: string,
    peers: readonly NodeId[],
    { signal, onProgress }: EnsureOptions,
  ): Promise<boolean> {
    let mismatch: unknown
    for (const peer of peers) {
      const from = nameOf(peer)
      const file = join(deps.folder, `${Buffer.from(random.bytes(8)).toString('hex')}.tar`)
      onProgress({ step: 'pulling', from })
      try {
        const fetched = await fetchImage(
          { net, engine, clock },
          {
            imageId,
            peer,
            file,
            signal,
            onBytes: (doneBytes, totalBytes) =>
              onProgress({ step: 'pulling', doneBytes, totalBytes, from }),
          },
        )
        if (fetched) return true
      } catch (error) {
        signal.throwIfAborted()
        if (isCode(error, 'DISK_FULL') || isCode(error, 'ENGINE_UNAVAILABLE')) throw error
        if (isCode(error, 'DIGEST_MISMATCH')) mismatch = error
        logger.warn('an image did not come from a peer', {
          imageId,
          peer,
          reason: messageOf(error),
        })
      }
    }
    if (mismatch) throw mismatch
    return false
  }

  async function fromRegistry(reference: string, { signal, onProgress }: EnsureOptions) {
    const from = 'registry'
    onProgress({ step: 'pulling', from })
    const progress = createPullProgress()
    try {
      for await (const line of await engine.pull(reference, signal)) {
        const bytes = progress.take(line)
        if (bytes) onProgress({ step: 'pulling', ...bytes, from })
      }
    } catch (error) {
      signal.throwIfAborted()
      if (isCode(error, 'DISK_FULL') || isCode(error, 'ENGINE_UNAVAILABLE')) throw error
      throw notFound(reference, messageOf(error))
    }
    const image = await engine.image(reference)
    if (!image) throw notFound(reference, 'the registry sent something else')
    return image.id
  }

  return {
    list: () => engine.images(),

    async resolve(reference) {
      const local = await engine.image(reference).catch((error) => {
        // Without an engine of its own a node can still deploy what its peers have.
        if (isCode(error, 'ENGINE_UNAVAILABLE')) return undefined
        throw error
      })
      if (local) return { imageId: local.id, exposes: local.exposes }
      const [found] = await askPeers(reference)
      return found && { imageId: found.imageId, exposes: found.exposes }
    },

    async ensure(source, options) {
      const { image: reference, imageId } = source
      const local = await engine.image(imageId ?? reference)
      if (local) return local.id
      options.signal.throwIfAborted()

      const answers = await askPeers(imageId ?? reference)
      const wanted = imageId ?? answers[0]?.imageId
      const peers = answers.filter((answer) => answer.imageId === wanted).map(({ peer }) => peer)
      if (wanted && (await fromPeers(wanted, peers, options))) return wanted

      const pulled = await fromRegistry(reference, options)
      if (imageId && pulled !== imageId) {
        throw new MyceliumError(
          'DIGEST_MISMATCH',
          `The registry now holds another image under ${reference} than the one deployed.`,
        )
      }
      return pulled
    },
  }
}

interface Had extends ImageContent {
  peer: NodeId
}

function notFound(reference: string, reason: string): MyceliumError<'IMAGE_NOT_FOUND'> {
  return new MyceliumError(
    'IMAGE_NOT_FOUND',
    `Neither this computer nor a reachable node has ${reference}, and the registry did not give it: ${reason}`,
    { details: { image: reference } },
  )
}
