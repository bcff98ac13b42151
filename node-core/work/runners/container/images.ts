/**
 * Where images come from, in this order: this engine, members that have it, a registry. A workload
 * whose image was fixed to its id gets exactly that one from wherever it comes.
 */
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import { type NodeId, shortId } from '../../../base/net/index.ts'
import type { ContainerSource } from '../../spec/index.ts'
import type { Engine } from './engine.ts'
import type { FetchedBook } from './fetched-images.ts'
import { imageDigest } from './image-export.ts'
import type { ImageFetch, ImageFetchRequest } from './image-fetch.ts'
import {
  encodeMessage,
  HAVE_PROTOCOL,
  OFFER_PROTOCOL,
  parseHaveAnswer,
  parseOfferAnswer,
} from './image-messages.ts'
import type { ContainerRunnerDeps, ImageContent, ImageShelf } from './index.ts'
import {
  IMAGE_FRAME_BYTES_MAX,
  IMAGE_HAVE_MS,
  IMAGE_PEERS_ASKED_MAX,
  OFFER_ANSWER_MS,
  OFFER_BYTES_MAX,
  OFFER_MS,
} from './limits.ts'
import { createRegistryPull, type PullOptions } from './registry-pull.ts'

export interface Images extends ImageShelf {
  /** The id of the image, on this engine by the time this returns. */
  ensure(source: ContainerSource, options: PullOptions): Promise<string>
}

export function createImages(
  deps: ContainerRunnerDeps,
  engine: Engine,
  images: ImageFetch,
  fetched: Pick<FetchedBook, 'forget' | 'has' | 'remember'>,
): Images {
  const { net, clock, logger } = deps
  const pullFromRegistry = createRegistryPull(engine, fetched)
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
          return { peer, exposes: [], ready: false, ...parseHaveAnswer(answer) }
        } catch (error) {
          logger.debug('a peer did not say whether it has an image', {
            peer,
            reason: messageOf(error),
          })
          return { peer, exposes: [], ready: false, imageId: undefined }
        }
      }),
    )
    return answers.flatMap(({ imageId, exposes = [], ready = false, peer }) => {
      return imageId ? [{ peer, imageId, exposes, ready }] : []
    })
  }

  /** Has one of them take the image apart; once parts can be had, how large they are. */
  async function offered(
    peer: NodeId,
    imageId: string,
    signal: AbortSignal,
  ): Promise<Offered | undefined> {
    const question = encodeMessage({ imageId })
    const options = { signal, timeoutMs: OFFER_ANSWER_MS, answerBytesMax: OFFER_BYTES_MAX }
    const startMs = clock.monotonicMs()
    while (clock.monotonicMs() - startMs < OFFER_MS) {
      const answer = parseOfferAnswer(await net.request(peer, OFFER_PROTOCOL, question, options))
      if (answer.status === 'ready') {
        return { sizes: new Map(Object.entries(answer.sizes)), totalBytes: 0 }
      }
      if (answer.status === 'coming') {
        return { sizes: new Map<string, number>(), totalBytes: answer.totalBytes }
      }
      if (answer.status === 'absent') return undefined
    }
    return undefined
  }

  /** Everyone who has it taken apart already; else the first who will do so. */
  async function offersOf(imageId: string, had: readonly Had[], signal: AbortSignal) {
    const ready = had.filter((one) => one.ready)
    const from: NodeId[] = []
    let told: Offered = { sizes: new Map(), totalBytes: 0 }
    for (const { peer } of ready.length > 0 ? ready : had) {
      try {
        const offer = await offered(peer, imageId, signal)
        if (!offer) continue
        from.push(peer)
        told = offer
        if (ready.length === 0) break
      } catch (error) {
        signal.throwIfAborted()
        logger.debug('a peer did not offer an image', { peer, reason: messageOf(error) })
      }
    }
    return { from, ...told }
  }

  /** True once it is on this engine. Throws DIGEST_MISMATCH if all that came was false. */
  async function fromPeers(
    imageId: string,
    had: readonly Had[],
    { signal, onProgress }: PullOptions,
  ): Promise<boolean> {
    onProgress({ step: 'pulling', from: had.map(({ peer }) => nameOf(peer)).join(', ') })
    const { from, ...told } = await offersOf(imageId, had, signal)
    if (from.length === 0) return false
    // Before it is there, so that what a crash leaves in the engine is known to be ours.
    await fetched.remember(imageId)
    try {
      await images.fetch({
        ...{ imageId: imageDigest(imageId), from, ...told, signal },
        onProgress: (doneBytes, totalBytes, names) =>
          onProgress({ step: 'pulling', doneBytes, totalBytes, from: names }),
      })
      // Another attempt at it may have ended early meanwhile.
      await fetched.remember(imageId)
      return true
    } catch (error) {
      await fetched.forget(imageId)
      signal.throwIfAborted()
      if (FATAL.some((code) => isCode(error, code))) throw error
      logger.warn('an image did not come from peers', { imageId, reason: messageOf(error) })
      return false
    }
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
      const had = answers.filter((answer) => answer.imageId === wanted)
      if (wanted && had.length > 0 && (await fromPeers(wanted, had, options))) return wanted

      const pulled = await pullFromRegistry(reference, options)
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

type Offered = Required<Pick<ImageFetchRequest, 'sizes' | 'totalBytes'>>

interface Had extends ImageContent {
  peer: NodeId
  /** It is taken apart there. */
  ready: boolean
}

/** What another source would not mend, or must not hide. */
const FATAL = ['DISK_FULL', 'ENGINE_UNAVAILABLE', 'DIGEST_MISMATCH'] as const
